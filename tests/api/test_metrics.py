"""Each metric from a series against values worked out by hand; long shifts by the rule of the text; what is refused. Pure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from api.exposure import metrics
from api.exposure.metrics import Asked, NotComputableError, check_quantity, compute, judgeable
from exposure.gaps import GapPolicy
from exposure.limits.loader import book
from exposure.result import Result
from exposure.series import Series
from exposure.verdict import Checks, Measured, judge
from tests.exposure.test_verdict import DAY

HOUR_S = 3600.0


def asked(limit: str, parts: list[tuple[float, float]], *, unit: str = "", expected_h: float | None = None) -> Result:
    """The metric of a limit from (hours, value) one after the other."""
    entry = book().entry(limit)
    hours, values = np.array(parts, dtype=float).T
    starts = np.concatenate([[0.0], np.cumsum(hours)[:-1]]) * HOUR_S
    series = Series(starts, hours * HOUR_S, values, unit or entry.limit.unit)
    whole = float(hours.sum()) if expected_h is None else expected_h
    return compute(Asked(entry, series, whole * HOUR_S, whole, GapPolicy.UNKNOWN))


LEVELS = [(4.0, 90.0), (2.0, 95.0), (2.0, 85.0)]
"""The three levels of worked example N32: OSHA dose 112.5 % and TWA 90.85 with the threshold at 80."""


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("us.osha_noise.noise_twa_osha_hc_action", 90.85),
        ("us.osha_noise.noise_twa_osha_pel", 16.61 * math.log10(1.0) + 90.0),  # 85 dB is under its threshold: 50 + 50 %
        ("vn.qcvn_24_2016.lex_8h", 10 * math.log10((4 * 10**9 + 2 * 10**9.5 + 2 * 10**8.5) / 8)),
        ("vn.qcvn_24_2016.laeq_by_duration", 10 * math.log10((4 * 10**9 + 2 * 10**9.5 + 2 * 10**8.5) / 8)),
    ],
)
def test_noise_of_three_levels(limit: str, value: float) -> None:
    assert asked(limit, LEVELS, unit="dB(A)").value == pytest.approx(value, abs=0.01)


def test_a_long_shift_is_compared_as_the_text_says() -> None:
    """12 h at 11 mg/m³ CO: QCVN 03 compares the mean over the hours worked, 11, with TWAn = 10; OSHA divides by 8 h."""
    found = asked("vn.qcvn_03_2019.carbon_monoxide_twa", [(12.0, 11.0)])
    assert found.value == pytest.approx(11.0)
    measured = Measured(
        metric="twa",
        unit="mg/m3",
        value=found.value,
        day=DAY,
        legal=True,
        checks=Checks.PASSED,
        personal=True,
        shift_h=12.0,
    )
    verdict = judge(book().entry("vn.qcvn_03_2019.carbon_monoxide_twa"), measured, confirmed=True)
    assert verdict.outcome.value == "exceeds"
    assert asked("us.osha_air_contaminants.carbon_monoxide_twa_ppm", [(12.0, 11.0)]).value == pytest.approx(16.5)
    assert asked("vn.qcvn_03_2019.carbon_monoxide_twa", [(8.0, 11.0)]).value == pytest.approx(11.0)
    assert asked("vn.qcvn_03_2019.carbon_monoxide_twa", [(4.0, 11.0)]).value == pytest.approx(5.5)


def test_the_ceiling_is_the_highest_and_the_least_of_oxygen_the_lowest_reading() -> None:
    parts = [(1.0, 20.9), (0.01, 18.7), (1.0, 23.9), (1.0, 20.8)]
    assert asked("us.osha_confined_space.oxygen_low", parts).value == 18.7
    assert asked("us.osha_confined_space.oxygen_high", parts).value == 23.9


def test_wbgt_is_that_of_the_worst_hour() -> None:
    parts = [(2.0, 26.0), (0.5, 30.0), (0.5, 32.0), (2.0, 27.0)]
    assert asked("vn.qcvn_26_2016.wbgt_light_continuous", parts).value == pytest.approx(31.0)
    assert asked("vn.qcvn_26_2016.wbgt_light_continuous", [(0.5, 30.0)], expected_h=8).value is None


def test_means_weigh_by_time() -> None:
    assert asked("vn.qcvn_22_2016.illuminance_lobby", [(3.0, 100.0), (1.0, 300.0)]).value == pytest.approx(150.0)


def test_the_coverage_of_an_extreme_is_that_of_the_whole_exposure() -> None:
    found = asked("vn.qcvn_03_2019.carbon_monoxide_stel", [(4.0, 10.0)], expected_h=8)
    assert found.value == pytest.approx(10.0)
    assert (found.coverage.fraction, found.decidable) == (0.5, False)


@pytest.mark.parametrize("quantity", metrics.DUST)
def test_fine_particles_are_judged_by_no_limit(quantity: str) -> None:
    assert not [entry.id for entry in book() if judgeable(entry, quantity)]
    with pytest.raises(NotComputableError, match="neither total nor respirable dust"):
        check_quantity(book().entry("vn.qcvn_02_2019.cotton_dust_twa"), quantity)


def test_every_limit_that_is_offered_can_be_computed_in_the_unit_of_its_instrument() -> None:
    units = {"[ppm]", "mg/m3", "dB[SPL]{A}", "Cel", "lx", "%{RH}", "%{vol}", "%{LEL}"}
    for quantity in metrics.AGENTS:
        for entry in book():
            if judgeable(entry, quantity):
                assert entry.limit.unit in units, entry.id
