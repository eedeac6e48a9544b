"""Holds that the incremental forms give, after each interval, what the batch forms give on the same prefix, through any restart."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.air.stel import stel
from exposure.air.twa import ceiling, twa, twa_metric
from exposure.errors import EmptyInputError, OutOfDomainError, UnsortedError, WrongStateError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.heat.wbgt import MEAN_WBGT, mean_wbgt, worst_hour
from exposure.light.ultraviolet import RADIANT_EXPOSURE, radiant_exposure
from exposure.metric import Metric, Running, restore_running
from exposure.noise import dose
from exposure.noise.exposure_level import LEX_8H, lex_8h_series
from exposure.noise.levels import LAEQ, laeq
from exposure.radiation.dose import accumulated, accumulated_metric
from exposure.result import Result
from exposure.rolling import MOST_INTERVALS, RollingMaximum, restore_rolling
from exposure.series import Series
from exposure.streaming import Integral, restore_integral
from exposure.vibration.hand_arm import a8_metric, a8_series
from exposure.vibration.whole_body import vdv_metric, vdv_series

Interval = tuple[float, float, float]
Batch = Callable[..., Result]
DAY_S = 8 * 3600.0
RULES = (
    dose.OSHA_PEL,
    dose.OSHA_HC,
    dose.NIOSH,
    dose.QCVN_24,
    dose.EU_UPPER_ACTION,
    dose.DoseRule("own", "", 88.0, 4.0, 75.5, 10.0),
)


class Pair(NamedTuple):
    """A metric, the unit of its series, and its batch form."""

    metric: Metric
    unit: str
    batch: Batch


METRICS: dict[str, Pair] = {
    "energy mean": Pair(LAEQ, "dB(A)", laeq),
    "LEX,8h": Pair(LEX_8H, "dB(A)", lex_8h_series),
    "TWA": Pair(twa_metric(), "[ppm]", twa),
    "TWA of 12 h": Pair(twa_metric(12 * 3600.0), "mg/m3", partial(twa, base_s=12 * 3600.0)),
    "A(8)": Pair(a8_metric(), "m/s2", a8_series),
    "A(8) of x": Pair(a8_metric(1.4), "m/s2", partial(a8_series, factor=1.4)),
    "VDV": Pair(vdv_metric(1.4), "m/s2", partial(vdv_series, factor=1.4)),
    "radiant exposure": Pair(RADIANT_EXPOSURE, "W/m2", radiant_exposure),
    "radiation dose": Pair(accumulated_metric("uSv/h"), "uSv/h", accumulated),
}
METRICS.update(
    (f"dose {rule.name}", Pair(dose.dose_metric(rule), "dB(A)", partial(dose.dose_series, rule=rule))) for rule in RULES
)


@st.composite
def shifts(draw: st.DrawFn) -> list[Interval]:
    """Intervals in order with gaps between some of them."""
    start, intervals = draw(st.floats(0, 1e5)), []
    for _ in range(draw(st.integers(1, 30))):
        duration = draw(st.floats(1, 900))
        intervals.append((start, duration, draw(st.floats(0, 140))))
        start += duration + draw(st.sampled_from([0.0, 0.0, 5.0, 400.0, 2000.0]))
    return intervals


def series(intervals: list[Interval], unit: str) -> Series:
    start, duration, value = np.array(intervals).T
    return Series(start, duration, value, unit)


def same(found: float | None, expected: float | None) -> None:
    """Both none, or equal to 1e-9."""
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def through_text(state: dict[str, Any]) -> dict[str, Any]:
    """What a file gives back: strict JSON, without infinities."""
    saved: dict[str, Any] = json.loads(json.dumps(state, allow_nan=False))
    return saved


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=20, deadline=None)
@given(shifts(), st.integers(0, 29), st.sampled_from([GapPolicy.UNKNOWN, GapPolicy.SAME_AS_MEASURED, GapPolicy.ZERO]))
def test_a_running_metric_is_that_of_the_prefix_through_a_restart(
    name: str, intervals: list[Interval], cut: int, gaps: GapPolicy
) -> None:
    metric, unit, batch = METRICS[name]
    running = Running(metric, unit)
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_running(through_text(running.state()), metric)
        running.add(*interval)
        expected = batch(series(intervals[: index + 1], unit), expected_s=DAY_S, gaps=gaps)
        found = running.result(expected_s=DAY_S, gaps=gaps)
        assert found.value == pytest.approx(expected.value, rel=1e-9, abs=1e-9)
        assert (found.unit, found.standard, found.decidable) == (expected.unit, expected.standard, expected.decidable)
        assert found.coverage.measured_s == pytest.approx(expected.coverage.measured_s)


@settings(max_examples=30, deadline=None)
@given(shifts(), st.integers(0, 29), st.sampled_from([GapPolicy.UNKNOWN, GapPolicy.SAME_AS_MEASURED]))
def test_a_running_wbgt_is_that_of_the_prefix_through_a_restart(
    intervals: list[Interval], cut: int, gaps: GapPolicy
) -> None:
    running, hour = Running(MEAN_WBGT, "Cel"), RollingMaximum("Cel", 3600.0)
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_running(through_text(running.state()), MEAN_WBGT)
            hour = restore_rolling(through_text(hour.state()))
        running.add(*interval)
        highest = hour.update([interval])
        prefix = series(intervals[: index + 1], "Cel")
        expected = mean_wbgt(prefix, gaps=gaps)
        assert running.result(gaps=gaps).value == pytest.approx(expected.value, rel=1e-9, abs=1e-9)
        assert running.result(gaps=gaps).coverage.fraction == pytest.approx(expected.coverage.fraction)
        same(highest, worst_hour(prefix).value)


@settings(max_examples=60, deadline=None)
@given(shifts(), st.integers(0, 29), st.sampled_from([450.0, 900.0, 901.5]), st.sampled_from([0.3, 0.75, 1.0]))
def test_a_streamed_stel_is_that_of_the_prefix_through_a_restart(
    intervals: list[Interval], cut: int, window_s: float, least: float
) -> None:
    running = RollingMaximum("[ppm]", window_s, least)
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_rolling(through_text(running.state()))
        found = running.update([interval])
        batch = stel(series(intervals[: index + 1], "[ppm]"), window_s=window_s, least_coverage=least).value
        same(found, batch)


@settings(max_examples=30, deadline=None)
@given(shifts(), st.integers(0, 29))
def test_a_ceiling_is_the_highest_of_the_prefix_through_a_restart(intervals: list[Interval], cut: int) -> None:
    metric = twa_metric()
    running = Running(metric, "[ppm]")
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_running(through_text(running.state()), metric)
        running.add(*interval)
        found, batch = running.highest(), ceiling(series(intervals[: index + 1], "[ppm]"))
        assert (found.value, found.decidable) == (batch.value, batch.decidable)


@settings(max_examples=30, deadline=None)
@given(shifts(), st.integers(1, 29))
def test_many_intervals_at_once_are_the_same_as_one_by_one(intervals: list[Interval], cut: int) -> None:
    one, many = Running(LEX_8H, "dB(A)"), Running(LEX_8H, "dB(A)")
    for interval in intervals:
        one.add(*interval)
    for part in (intervals[:cut], intervals[cut:]):
        if part:
            many.extend(series(part, "dB(A)"))
    assert many.result().value == pytest.approx(one.result().value, abs=1e-9)
    assert many.result().coverage.measured_s == pytest.approx(one.result().coverage.measured_s)
    assert many.highest().value == one.highest().value


@settings(max_examples=40, deadline=None)
@given(shifts(), st.integers(0, 29))
def test_the_bare_integral_is_that_of_the_prefix_through_a_restart(intervals: list[Interval], cut: int) -> None:
    running = Integral(energy)
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_integral(through_text(dict(running.state())), energy)
        running.add(*interval)
        expected = laeq(series(intervals[: index + 1], "dB(A)")).value
        assert 10.0 * math.log10(running.mean()) == pytest.approx(expected, abs=1e-9)


def energy(level: float) -> float:
    return float(10.0 ** (level / 10.0))


def test_a_month_at_one_hertz_stays_within_the_window_and_on_the_batch_form() -> None:
    values = 50 + 30 * np.sin(np.arange(40_000) / 700.0)
    values[20_000] = 1e9  # an outlier must not spoil what follows
    running = RollingMaximum("[ppm]", 900.0)
    largest = 0
    for second, value in enumerate(values.tolist()):
        running.update([(float(second), 1.0, value)])
        largest = max(largest, len(running._kept._starts))
    assert largest <= 2 * 900 + 2
    tail = Series(np.arange(39_100.0, 40_000.0), np.ones(900), values[39_100:], "[ppm]")
    assert running.current() == pytest.approx(float(tail.value.mean()), rel=1e-9)
    assert running.highest == pytest.approx(
        stel(Series(np.arange(4e4), np.ones(40_000), values, "[ppm]")).value, rel=1e-9
    )


def test_a_source_too_fast_for_a_window_is_refused_and_changes_nothing() -> None:
    running = RollingMaximum("[ppm]", 900.0)
    running.update([(0.0, 1.0, 5.0)])
    before = running.state()
    step = 900.0 / (2 * MOST_INTERVALS)
    with pytest.raises(OutOfDomainError, match="average the source"):
        running.update([(1.0 + step * index, step, 1.0) for index in range(MOST_INTERVALS + 10)])
    assert running.state() == before


def test_an_interval_that_would_count_time_twice_changes_nothing() -> None:
    running = Running(LAEQ, "dB(A)")
    running.add(0, 10, 5)
    before = running.state()
    with pytest.raises(UnsortedError):
        running.add(9, 10, 5)
    with pytest.raises(UnsortedError):
        running.extend(series([(5.0, 1.0, 60.0)], "dB(A)"))
    with pytest.raises(OutOfDomainError, match="negative"):
        Running(twa_metric(), "[ppm]").add(0, 10, -5)
    assert running.state() == before


def test_a_gap_in_a_temperature_is_never_zero_degrees() -> None:
    with pytest.raises(OutOfDomainError, match="mean_wbgt"):
        mean_wbgt(series([(0.0, 10.0, 25.0)], "Cel"), gaps=GapPolicy.ZERO)


def test_a_damaged_or_foreign_state_and_another_unit_are_refused() -> None:
    with pytest.raises(WrongStateError):
        restore_integral({"version": 1, "total": 3.0}, float)
    with pytest.raises(WrongStateError):
        restore_rolling({"version": 9})
    with pytest.raises(WrongStateError, match="twa"):
        restore_running(Running(LAEQ, "dB(A)").state(), twa_metric())
    with pytest.raises(WrongUnitError):
        Running(LAEQ, "[ppm]")
    with pytest.raises(WrongUnitError):
        Running(LAEQ, "dB(A)").extend(series([(0.0, 1.0, 60.0)], "dB"))
    with pytest.raises(EmptyInputError):
        Running(LAEQ, "dB(A)").result()
    with pytest.raises(EmptyInputError):
        RollingMaximum("[ppm]").update([])
