"""Holds the models of heat to other people's programs on inputs that no example has (second_libraries.json says which)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exposure.heat import comfort, indices, strain, utci, weather
from exposure.heat.humid_air import antoine_kpa, vapour_kpa
from exposure.heat.strain_exchange import Climate
from exposure.heat.strain_person import Edition, Person

ORACLE: dict[str, Any] = json.loads((Path(__file__).parent / "second_libraries.json").read_text(encoding="utf-8"))


def test_pmv_and_ppd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comfort, "PMV_RANGE", 99.0)
    found = comfort.pmv_ppd(**ORACLE["pmv"]["inputs"])
    assert found.pmv == pytest.approx(ORACLE["pmv"]["pmv"], abs=1e-5)
    assert found.ppd == pytest.approx(ORACLE["pmv"]["ppd"], abs=1e-4)


def test_utci_where_it_is_defined() -> None:
    found = utci.utci(**ORACLE["utci"]["inputs"])
    there = ~np.isnan(found)
    assert there.sum() >= 6
    assert found[there] == pytest.approx(np.array(ORACLE["utci"]["utci"])[there], abs=1e-4)


def test_wbgt_estimated_from_weather_by_day_and_night() -> None:
    found = weather.estimate_wbgt(**ORACLE["weather"]["inputs"])
    assert found.wbgt == pytest.approx(ORACLE["weather"]["wbgt"], abs=1e-5)
    assert (found.globe >= found.natural_wet_bulb).sum() > 6


def test_humidex() -> None:
    found = indices.humidex(**ORACLE["humidex"]["inputs"])
    assert found == pytest.approx(ORACLE["humidex"]["humidex"], abs=1e-4)


@pytest.mark.parametrize("case", ORACLE["strain"])
def test_heat_strain_of_both_editions(case: dict[str, Any]) -> None:
    edition = Edition.ISO_2004 if case["edition"] == 2004 else Edition.ISO_2023
    air, humidity = case["air_c"], case["humidity_percent"]
    by_edition = {
        Edition.ISO_2004: vapour_kpa(air, humidity),
        Edition.ISO_2023: float(antoine_kpa(np.array(air))) * humidity / 100,
    }
    climate = Climate(
        air_c=air,
        radiant_c=case["radiant_c"],
        vapour_kpa=by_edition[edition],
        air_speed_m_s=case["air_speed_m_s"],
        metabolic_w_m2=case["metabolic_w_m2"],
        clothing_clo=case["clothing_clo"],
        posture=case["posture"],
    )
    person = Person(acclimatised=case["acclimatised"])
    found = strain.predicted_heat_strain([strain.Spell(climate, 480)], person, edition)
    assert found.rectal_c == pytest.approx(case["rectal_c"], abs=0.01)
    assert found.water_loss_g == pytest.approx(case["water_loss_g"], abs=5)
    assert found.minutes_rectal == pytest.approx(case["minutes_rectal"], abs=1)
    assert found.minutes_loss_95 == pytest.approx(case["minutes_loss_95"], abs=1)
