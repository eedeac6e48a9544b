"""Holds the laws of the sums: what may never change a result, and by how much what may."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.air.twa import twa
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.metric import Running
from exposure.noise import dose
from exposure.noise.exposure_level import lex_8h_series
from exposure.noise.levels import LAEQ, energy, laeq
from exposure.result import Result
from exposure.series import Series
from exposure.vibration.hand_arm import a8_series
from exposure.vibration.whole_body import vdv_series

DAY_S = 8 * 3600.0
METRICS: dict[str, Callable[..., Result]] = {
    "lex": (lambda series, **how: lex_8h_series(replace_unit(series, "dB(A)"), **how)),
    "dose": (lambda series, **how: dose.dose_series(replace_unit(series, "dB(A)"), dose.OSHA_HC, **how)),
    "twa": (lambda series, **how: twa(replace_unit(series, "[ppm]"), **how)),
    "a8": (lambda series, **how: a8_series(replace_unit(series, "m/s2"), **how)),
    "vdv": (lambda series, **how: vdv_series(replace_unit(series, "m/s2"), **how)),
}


def replace_unit(series: Series, unit: str) -> Series:
    return series.with_values(series.value, unit)


@st.composite
def parts(draw: st.DrawFn) -> Series:
    """Intervals one after the other, less than a day long together."""
    count = draw(st.integers(1, 12))
    lengths = np.array([draw(st.floats(1, 1800)) for _ in range(count)])
    values = np.array([draw(st.floats(0.01, 130)) for _ in range(count)])
    return Series(np.concatenate([[0.0], np.cumsum(lengths)[:-1]]), lengths, values, "1")


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=25, deadline=None)
@given(series=parts(), share=st.floats(0.1, 0.9))
def test_cutting_an_interval_in_two_changes_nothing(name: str, series: Series, share: float) -> None:
    first = series.duration_s * share
    starts = np.column_stack([series.start_s, series.start_s + first]).ravel()
    lengths = np.column_stack([first, series.duration_s - first]).ravel()
    cut = Series(starts, lengths, np.repeat(series.value, 2), "1")
    metric = METRICS[name]
    assert metric(cut, expected_s=DAY_S).value == pytest.approx(
        metric(series, expected_s=DAY_S).value, rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=25, deadline=None)
@given(series=parts(), seed=st.integers(0, 99))
def test_the_order_of_a_day_changes_nothing(name: str, series: Series, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(series.value.size)
    lengths = series.duration_s[order]
    other = Series(np.concatenate([[0.0], np.cumsum(lengths)[:-1]]), lengths, series.value[order], "1")
    metric = METRICS[name]
    assert metric(other, expected_s=DAY_S).value == pytest.approx(
        metric(series, expected_s=DAY_S).value, rel=1e-9, abs=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(parts())
def test_twice_the_time_adds_3_decibels_and_takes_the_root_of_two_of_vibration(series: Series) -> None:
    twice = Series(series.start_s * 2, series.duration_s * 2, series.value, "1")

    def both(name: str) -> tuple[float, float]:
        values = [METRICS[name](part, expected_s=2 * DAY_S).value for part in (series, twice)]
        assert all(value is not None for value in values)
        return float(values[0] or 0.0), float(values[1] or 0.0)

    before, after = both("lex")
    assert after - before == pytest.approx(10 * math.log10(2))
    for name, factor in (("twa", 2.0), ("dose", 2.0), ("a8", math.sqrt(2)), ("vdv", 2**0.25)):
        before, after = both(name)
        assert after == pytest.approx(factor * before)


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=25, deadline=None)
@given(series=parts(), lost=st.integers(0, 11))
def test_a_gap_never_raises_what_is_not_assumed(name: str, series: Series, lost: int) -> None:
    there = np.arange(series.value.size) != lost % series.value.size
    if not there.any():
        return
    broken = Series(series.start_s[there], series.duration_s[there], series.value[there], "1")
    metric = METRICS[name]
    found, whole = metric(broken, expected_s=DAY_S), metric(series, expected_s=DAY_S)
    assert (found.value or 0.0) <= (whole.value or 0.0) + 1e-9
    assert not found.decidable


@settings(max_examples=40, deadline=None)
@given(parts(), st.floats(50, 120))
def test_a_gap_that_is_assumed_is_that_value_for_that_time(series: Series, level: float) -> None:
    whole = Series(
        np.append(series.start_s, series.end_s),
        np.append(series.duration_s, DAY_S - series.measured_s),
        np.append(series.value, level),
        "dB(A)",
    )
    measured = replace_unit(series, "dB(A)")
    how: dict[str, Any] = {"expected_s": DAY_S, "gaps": GapPolicy.ASSUMED, "assumed": level}
    for found, expected in (
        (lex_8h_series(measured, **how), lex_8h_series(whole, expected_s=DAY_S)),
        (laeq(measured, **how), laeq(whole, expected_s=DAY_S)),
        (dose.dose_series(measured, dose.NIOSH, **how), dose.dose_series(whole, dose.NIOSH, expected_s=DAY_S)),
    ):
        assert found.value == pytest.approx(expected.value, rel=1e-9)
        assert found.decidable
    running = Running(LAEQ, "dB(A)")
    running.extend(measured)
    assert running.result(**how).value == pytest.approx(laeq(whole).value, rel=1e-9)


def test_an_assumption_is_said_or_refused() -> None:
    series = Series(np.array([0.0]), np.array([60.0]), np.array([80.0]), "dB(A)")
    with pytest.raises(OutOfDomainError, match="assumed"):
        laeq(series, gaps=GapPolicy.ASSUMED)
    with pytest.raises(OutOfDomainError, match="assumed"):
        laeq(series, assumed=80.0)


def test_the_threshold_of_a_dose_clips_each_value_and_not_their_mean() -> None:
    series = Series(np.array([0.0, 3600.0]), np.array([3600.0, 3600.0]), np.array([79.9, 80.0]), "dB(A)")
    rule = dose.OSHA_HC
    assert dose.rate_per_h(series.value, rule)[0] == 0.0
    assert dose.dose_series(series, rule, expected_s=7200.0).value == pytest.approx(100 / 8 * 2 ** ((80 - 90) / 5))
    without = replace(rule, threshold_db=None)
    assert (dose.dose_series(series, without, expected_s=7200.0).value or 0) > 6


def test_a_level_is_a_power_of_ten() -> None:
    levels = np.array([-20.0, 0.0, 65.5, 94.0, 140.0, 194.0])
    assert energy(levels) == pytest.approx(10 ** (levels / 10), rel=1e-13)
