"""Holds sliding windows, sub-windows and percentiles to their definitions, computed the slow way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.air.stel import stel
from exposure.errors import EmptyInputError, MismatchedError, OutOfDomainError, UnsortedError, WrongUnitError
from exposure.heat import wbgt
from exposure.noise.levels import energy, exceeded_levels, highest_laeq, laeq, laeq_of_windows, maximum
from exposure.series import Series, from_channels, from_samples
from exposure.sliding import highest_mean, sliding_means
from exposure.vibration import hand_arm

Interval = tuple[float, float, float]


@st.composite
def broken(draw: st.DrawFn) -> list[Interval]:
    """Whole seconds of intervals and gaps, so that the slow way is exact."""
    start, intervals = 0, []
    for _ in range(draw(st.integers(1, 25))):
        duration = draw(st.sampled_from([1, 1, 1, 2, 5]))
        intervals.append((float(start), float(duration), float(draw(st.integers(0, 100)))))
        start += duration + draw(st.sampled_from([0, 0, 0, 1, 4, 30]))
    return intervals


def series(intervals: list[Interval], unit: str = "[ppm]") -> Series:
    start, duration, value = np.array(intervals).T
    return Series(start, duration, value, unit)


def slowly(intervals: list[Interval], end: float, window: float) -> tuple[float, float]:
    parts = [(max(0.0, min(s + d, end) - max(s, end - window)), v) for s, d, v in intervals]
    return sum(length * value for length, value in parts), sum(length for length, _ in parts)


@settings(max_examples=150, deadline=None)
@given(broken(), st.sampled_from([1.0, 3.0, 7.5, 10.0, 40.0]), st.sampled_from([0.2, 0.75, 1.0]))
def test_the_highest_window_is_that_of_the_definition(intervals: list[Interval], window: float, least: float) -> None:
    last = intervals[-1][0] + intervals[-1][1]
    ends = [s + d for s, d, _ in intervals] + [s + window for s, _, _ in intervals if s + window <= last]
    means = []
    for end in ends:
        summed, measured = slowly(intervals, end, window)
        if measured >= least * window * (1 - 1e-9):
            means.append(summed / measured)
    found = highest_mean(series(intervals), window, standard="", least_coverage=least)
    assert found.value == (pytest.approx(max(means), rel=1e-12) if means else None)


@settings(max_examples=60, deadline=None)
@given(broken(), st.sampled_from([3.0, 10.0]))
def test_every_window_is_that_of_the_definition(intervals: list[Interval], window: float) -> None:
    ends, means, measured = sliding_means(series(intervals), window)
    assert (np.diff(ends) > 0).all()
    for end, mean, time in zip(ends.tolist(), means.tolist(), measured.tolist(), strict=True):
        expected, covered = slowly(intervals, end, window)
        assert (mean, time) == (pytest.approx(expected / covered), pytest.approx(covered))


def test_steady_readings_take_the_short_way_to_the_same_windows() -> None:
    values = np.random.default_rng(5).uniform(0, 100, 3000)
    steady = from_samples(np.arange(3000.0), values, "[ppm]", period_s=1.0)
    jittered = Series(steady.start_s + 1e-7 * (np.arange(3000) % 3), np.full(3000, 1.0 - 3e-7), values, "[ppm]")
    assert steady.timeline.steady_s == 1.0
    assert jittered.timeline.steady_s is None
    assert stel(steady).value == pytest.approx(stel(jittered).value, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(broken(), st.sampled_from([2.0, 7.0]))
def test_windows_that_follow_one_another_make_the_whole(intervals: list[Interval], window: float) -> None:
    whole = series(intervals, "dB(A)")
    begins, levels, measured = laeq_of_windows(whole, window)
    assert measured.sum() == pytest.approx(whole.measured_s)
    total = float((energy(levels) * measured).sum() / measured.sum())
    assert 10 * math.log10(total) == pytest.approx(laeq(whole).value, abs=1e-9)
    assert ((begins - begins[0]) % window == 0).all()


def test_the_loudest_quarter_of_an_hour_is_found_between_the_clock_quarters() -> None:
    levels = np.full(3600, 70.0)
    levels[450:1350] = 95.0
    found = highest_laeq(from_samples(np.arange(3600.0), levels, "dB(A)", period_s=1.0), 900.0)
    assert found.value == pytest.approx(95.0, abs=1e-9)
    assert maximum(from_samples([0.0], [95.0], "dB(A)", period_s=1.0)).value == 95.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(300, 1200), min_size=1, max_size=60), st.sampled_from([1, 10, 33.3, 50, 90, 99]))
def test_percentiles_of_even_intervals_are_those_of_weighted_ones(tenths: list[int], percent: float) -> None:
    values = np.array(tenths) / 10.0
    even = from_samples(np.arange(float(values.size)), values, "dB(A)", period_s=1.0)
    starts = np.repeat(np.arange(float(values.size)), 2) + np.tile([0.0, 0.5], values.size)
    split = Series(starts, np.tile([0.25, 0.5], values.size), np.repeat(values, 2), "dB(A)")
    expected = max(value for value in values if (values >= value).mean() >= percent / 100 * (1 - 1e-12))
    assert exceeded_levels(even, [percent])[0] == expected
    assert exceeded_levels(split, [percent])[0] == expected


def test_channels_of_one_instrument_share_their_times_and_keep_their_own_gaps() -> None:
    first, second = from_channels(
        [0.0, 1.0, 2.0], [([1.0, 2.0, 3.0], "[ppm]"), ([5.0, np.nan, 7.0], "Cel")], period_s=1.0
    )
    assert first.timeline.start_s is first.start_s
    assert second.value.tolist() == [5.0, 7.0]
    assert second.measured_s == 2.0
    assert first.with_values([4.0, 5.0, 6.0], "mg/m3").timeline is first.timeline
    with pytest.raises(MismatchedError):
        from_channels([0.0, 1.0], [([1.0], "[ppm]")], period_s=1.0)
    with pytest.raises(MismatchedError):
        first.with_values([1.0], "[ppm]")
    with pytest.raises(UnsortedError):
        from_channels([1.0, 1.0], [([1.0, 2.0], "[ppm]")], period_s=1.0)
    with pytest.raises(OutOfDomainError, match="least_coverage"):
        stel(first, least_coverage=0)


def test_what_is_made_of_several_channels_is_there_only_where_all_are() -> None:
    wet, globe, air = from_channels(
        [0.0, 1.0, 2.0],
        [([25.0, 25.0, np.nan], "Cel"), ([40.0, np.nan, 40.0], "Cel"), ([30.0, 30.0, 30.0], "Cel")],
        period_s=1.0,
    )
    assert wbgt.of_series(wet, globe).value.tolist() == pytest.approx([29.5])
    sun = wbgt.of_series(wet, globe, air)
    assert sun.value.tolist() == pytest.approx([28.5])
    assert (sun.start_s.tolist(), sun.unit) == ([0.0], "Cel")
    axes = from_channels([0.0, 1.0], [([1.0, 2.0], "m/s2"), ([2.0, 3.0], "m/s2"), ([2.0, 6.0], "m/s2")], period_s=1.0)
    total = hand_arm.total_series(*axes)
    assert total.value.tolist() == pytest.approx([3.0, 7.0])
    assert total.timeline is axes[0].timeline


def test_channels_of_different_instruments_are_not_put_together() -> None:
    one = from_samples([0.0, 1.0], [1.0, 2.0], "Cel", period_s=1.0)
    with pytest.raises(EmptyInputError, match="one instrument"):
        wbgt.of_series(one, from_samples([0.5, 1.5], [1.0, 2.0], "Cel", period_s=1.0))
    with pytest.raises(MismatchedError, match="one instrument"):
        wbgt.of_series(one, from_samples([0.0, 1.0], [1.0, 2.0], "Cel", period_s=0.5))
    with pytest.raises(WrongUnitError):
        wbgt.of_series(one, one.with_values([1.0, 2.0], "[degF]"))
