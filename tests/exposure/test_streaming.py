"""Holds that the incremental forms give, after each interval, what the batch forms give on the same prefix."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.air.rolling import RollingMaximum, restore_rolling
from exposure.air.stel import stel
from exposure.air.twa import DAY_S, twa
from exposure.errors import UnsortedError, WrongStateError
from exposure.gaps import GapPolicy
from exposure.noise.levels import laeq
from exposure.series import Series
from exposure.streaming import Integral, restore_integral

Interval = tuple[float, float, float]


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


def energy(level: float) -> float:
    return float(10.0 ** (level / 10.0))


@settings(max_examples=40, deadline=None)
@given(shifts(), st.integers(0, 29))
def test_a_streamed_level_is_that_of_the_prefix_through_a_restart(intervals: list[Interval], cut: int) -> None:
    running = Integral(energy)
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_integral(running.state(), energy)
        running.add(*interval)
        expected = laeq(series(intervals[: index + 1], "dB(A)")).value
        assert 10.0 * math.log10(running.mean()) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(shifts(), st.sampled_from(GapPolicy))
def test_a_streamed_twa_is_that_of_the_prefix_by_every_gap_policy(intervals: list[Interval], gaps: GapPolicy) -> None:
    running = Integral(float)
    for index, interval in enumerate(intervals):
        running.add(*interval)
        batch = twa(series(intervals[: index + 1], "[ppm]"), expected_s=DAY_S, gaps=gaps).value
        assert running.normalised(DAY_S, DAY_S, gaps) == pytest.approx(batch, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(shifts(), st.integers(0, 29))
def test_a_streamed_stel_is_that_of_the_prefix_through_a_restart(intervals: list[Interval], cut: int) -> None:
    running = RollingMaximum("[ppm]")
    for index, interval in enumerate(intervals):
        if index == cut:
            running = restore_rolling(json.loads(json.dumps(running.state())))
        found = running.update([interval])
        batch = stel(series(intervals[: index + 1], "[ppm]")).value
        assert (found is None) == (batch is None)
        if batch is not None:
            assert found == pytest.approx(batch, rel=1e-9, abs=1e-9)


def test_an_interval_that_would_count_time_twice_changes_nothing() -> None:
    running = Integral(float)
    running.add(0, 10, 5)
    before = running.state()
    with pytest.raises(UnsortedError):
        running.add(9, 10, 5)
    assert running.state() == before


def test_a_damaged_state_is_refused() -> None:
    with pytest.raises(WrongStateError):
        restore_integral({"version": 1, "total": 3.0}, float)
    with pytest.raises(WrongStateError):
        restore_rolling({"version": 9})
