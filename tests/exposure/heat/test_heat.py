"""Holds what the models of heat promise beside numbers: nothing is extrapolated, wrong input is named, a shift may be interrupted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.errors import EmptyInputError, MismatchedError, OutOfDomainError, WrongStateError
from exposure.heat import indices
from exposure.heat.comfort import pmv_ppd, ppd, relative_speed
from exposure.heat.strain import Limit, Spell, StrainMonitor, predicted_heat_strain, restore_strain
from exposure.heat.strain_exchange import Climate
from exposure.heat.strain_person import Edition, Person
from exposure.heat.utci import utci
from exposure.heat.weather import estimate_wbgt

HOT = Climate(air_c=40.0, radiant_c=45.0, vapour_kpa=3.0, air_speed_m_s=0.3, metabolic_w_m2=180.0, clothing_clo=0.6)
MILD = replace(HOT, air_c=28.0, radiant_c=28.0, vapour_kpa=1.5, metabolic_w_m2=110.0)


def test_comfort_outside_the_range_of_the_standard_has_no_value() -> None:
    room = {
        "radiant_c": 22.0,
        "relative_speed_m_s": 0.1,
        "humidity_percent": 50.0,
        "metabolic_met": 1.2,
        "clothing_clo": 0.7,
    }
    found = pmv_ppd(air_c=[22.0, 9.0, 31.0], **room)
    assert np.isnan(found.pmv).tolist() == [False, True, True]
    assert np.isnan(found.ppd).tolist() == [False, True, True]
    too_cold = pmv_ppd(air_c=12.0, **(room | {"clothing_clo": 0.0}))
    assert np.isnan(too_cold.pmv).all()


def test_nobody_pleases_more_than_95_percent() -> None:
    assert ppd(np.array([0.0, 1.0, -1.0])) == pytest.approx([5.0, 26.1, 26.1], abs=0.1)


def test_a_moving_body_makes_its_own_wind() -> None:
    assert relative_speed([0.1, 0.1], [1.0, 2.0]).tolist() == pytest.approx([0.1, 0.4])


def test_indices_have_no_value_where_they_are_not_defined() -> None:
    assert np.isnan(indices.heat_index([20.0, 35.0], 50.0)).tolist() == [True, False]
    assert np.isnan(indices.wind_chill([15.0, 0.0, 0.0], [20.0, 2.0, 20.0])).tolist() == [True, True, False]
    assert np.isnan(utci(25.0, 25.0, [50.0, 99.0], 2.0)).tolist() == [False, False]
    assert np.isnan(utci(45.0, 45.0, 99.0, 2.0)).all()


def test_both_forms_of_the_humidex_agree_at_the_same_dew_point() -> None:
    assert indices.humidex_of_dew_point(30.0, 15.0) == pytest.approx(indices.humidex(30.0, 40.2), abs=0.2)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"humidity_percent": 101.0}, "humidity_percent"),
        ({"pressure_hpa": 101_325.0}, "pressure_hpa"),
        ({"wind_10m_m_s": -1.0}, "wind_10m_m_s"),
        ({"zenith_cosine": 1.5}, "zenith_cosine"),
    ],
)
def test_weather_that_cannot_be_is_refused_by_name(wrong: dict[str, float], named: str) -> None:
    weather = {
        "air_c": 30.0, "humidity_percent": 50.0, "pressure_hpa": 1010.0, "wind_10m_m_s": 2.0, "sun_w_m2": 500.0,
        "direct_fraction": 0.5, "zenith_cosine": 0.7,
    }  # fmt: skip
    with pytest.raises(OutOfDomainError, match=named):
        estimate_wbgt(**(weather | wrong))
    with pytest.raises(MismatchedError, match="air_c"):
        estimate_wbgt(**(weather | {"air_c": [1.0, 2.0], "sun_w_m2": [1.0, 2.0, 3.0]}))


@pytest.mark.parametrize(
    ("climate", "named"),
    [
        (replace(HOT, air_c=60.0, radiant_c=60.0), "air_c"),
        (replace(HOT, radiant_c=30.0), "radiant excess"),
        (replace(HOT, vapour_kpa=5.0), "vapour_kpa"),
        (replace(HOT, metabolic_w_m2=300.0), "metabolic_w_m2"),
        (replace(HOT, posture="lying"), "posture"),
    ],
)
def test_a_climate_outside_table_a1_is_refused_by_name(climate: Climate, named: str) -> None:
    with pytest.raises(OutOfDomainError, match=named):
        predicted_heat_strain([Spell(climate, 1)], Person(), Edition.ISO_2023)


def test_the_editions_differ_and_are_named_in_the_result() -> None:
    old, new = (predicted_heat_strain([Spell(HOT, 240)], Person(), edition) for edition in Edition)
    assert (old.edition, new.edition) == (Edition.ISO_2004, Edition.ISO_2023)
    assert abs(old.water_loss_g - new.water_loss_g) > 50


def test_what_ends_the_exposure_first_is_named() -> None:
    assert predicted_heat_strain([Spell(MILD, 120)], Person(), Edition.ISO_2004).limited_by is Limit.NONE
    humid = replace(HOT, vapour_kpa=4.4, metabolic_w_m2=220.0)
    hot = predicted_heat_strain([Spell(humid, 120)], Person(), Edition.ISO_2004)
    assert hot.limited_by is Limit.RECTAL
    assert hot.minutes_allowed == hot.minutes_rectal < 120


def test_rest_in_a_cool_room_lowers_the_core() -> None:
    worked = predicted_heat_strain([Spell(HOT, 90)], Person(), Edition.ISO_2004)
    rested = predicted_heat_strain([Spell(HOT, 90), Spell(MILD, 60)], Person(), Edition.ISO_2004)
    assert rested.rectal_c < worked.rectal_c
    assert rested.water_loss_g > worked.water_loss_g


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(Edition),
    st.lists(st.tuples(st.booleans(), st.integers(1, 60)), min_size=1, max_size=5),
    st.integers(0, 4),
)
def test_minute_by_minute_through_a_restart_is_the_whole_exposure(
    edition: Edition, tasks: list[tuple[bool, int]], cut: int
) -> None:
    person = Person(acclimatised=False)
    spells = [Spell(HOT if hot else MILD, minutes) for hot, minutes in tasks]
    running = StrainMonitor(person, edition)
    for index, spell in enumerate(spells):
        if index == cut:
            running = restore_strain(json.loads(json.dumps(running.state())), person)
        for _ in range(spell.minutes):
            running.work(spell.climate)
        assert running.result() == predicted_heat_strain(spells[: index + 1], person, edition)


def test_a_person_who_does_not_drink_has_less_time() -> None:
    drinks, dry = (
        predicted_heat_strain([Spell(HOT, 480)], Person(drinks=drinks), Edition.ISO_2004).minutes_loss_95
        for drinks in (True, False)
    )
    assert dry == pytest.approx(0.6 * drinks, abs=1)


def test_nothing_and_a_foreign_state_are_refused() -> None:
    with pytest.raises(EmptyInputError):
        predicted_heat_strain([], Person(), Edition.ISO_2004)
    with pytest.raises(OutOfDomainError, match="minutes"):
        predicted_heat_strain([Spell(HOT, 0)], Person(), Edition.ISO_2004)
    with pytest.raises(WrongStateError):
        restore_strain({"version": 1}, Person())
    with pytest.raises(OutOfDomainError):
        Person(weight_kg=0)
