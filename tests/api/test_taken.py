"""Readings as a series: nothing counted twice, nothing invented across a gap, all that is left out is accounted for. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exposure import shift
from api.exposure.taken import CLOCK_STEP, taken
from store.measurements import Samples, Stretch
from telemetry.quality import Quality

START = datetime(2026, 11, 18, tzinfo=UTC)
SHIFT = (START, START + timedelta(seconds=600))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def samples(times: list[float], values: list[int], quality: list[int]) -> Samples:
    start_us = int(START.timestamp() * 1e6)
    columns = [round(time * 1e6) + start_us for time in times], values, quality
    return Samples(*(np.array(column, np.int64) for column in columns))


def test_a_late_reading_leaves_a_gap_and_is_not_stretched_over_it() -> None:
    found = taken(
        samples([0, 1, 5], [10, 20, 30], [0, 0, 0]), -1, "x", period_s=1, expected=[SHIFT], start_s=START.timestamp()
    )
    assert found.series
    assert found.series.duration_s.tolist() == [1, 1, 1]
    assert found.series.value.tolist() == [1, 2, 3]


def test_doubtful_readings_are_left_out_by_their_word_and_an_overload_is_a_lower_bound() -> None:
    codes = [Quality.OK, Quality.STUCK, Quality.STUCK, Quality.SATURATED, 99]
    found = taken(
        samples([0, 1, 2, 3, 4], [1] * 5, [int(c) for c in codes]),
        0,
        "x",
        period_s=1,
        expected=[SHIFT],
        start_s=START.timestamp(),
    )
    assert found.series
    assert (found.series.measured_s, found.lower_bound) == (2, True)
    assert found.left_out_s == {"stuck": 2.0, "invalid": 1.0}


def test_a_clock_set_back_counts_no_second_twice() -> None:
    found = taken(
        samples([0, 1, 2, 1.5, 2.5, 3], [1] * 6, [0] * 6),
        0,
        "x",
        period_s=1,
        expected=[SHIFT],
        start_s=START.timestamp(),
    )
    assert found.series
    assert found.series.measured_s == pytest.approx(4)
    assert found.left_out_s == {CLOCK_STEP: 1.0}


def test_readings_outside_the_stated_occupancy_do_not_count() -> None:
    expected = [(at(2), at(4)), (at(6.5), at(7))]
    found = taken(
        samples([float(t) for t in range(10)], list(range(10)), [0] * 10),
        0,
        "x",
        period_s=1,
        expected=expected,
        start_s=START.timestamp(),
    )
    assert found.series
    assert list(zip(found.series.start_s, found.series.duration_s, found.series.value, strict=True)) == [
        (2, 1, 2), (3, 1, 3), (6.5, 0.5, 6),
    ]  # fmt: skip


def test_nothing_measured_is_no_series() -> None:
    assert taken(samples([], [], []), 0, "x", period_s=1, expected=[SHIFT], start_s=START.timestamp()).series is None


@given(
    times=st.lists(st.floats(0, 599), min_size=1, max_size=60, unique=True),
    codes=st.lists(st.sampled_from([0, 1, 3, 4, 7]), min_size=60, max_size=60),
    period=st.sampled_from([0.5, 1.0, 10.0]),
)
def test_counted_and_left_out_never_exceed_the_time_that_was_expected(
    times: list[float], codes: list[int], period: float
) -> None:
    ordered = sorted(round(time, 3) for time in times)
    kept = samples(ordered, [1] * len(ordered), codes[: len(ordered)])
    expected = [(at(100), at(200)), (at(300), at(550))]
    found = taken(kept, 0, "x", period_s=period, expected=expected, start_s=START.timestamp())
    counted = found.series.measured_s if found.series else 0.0
    left_out = sum(seconds for word, seconds in found.left_out_s.items() if word != CLOCK_STEP)
    assert counted + left_out <= shift.seconds(expected) + 1e-6


STRETCHES = st.lists(
    st.tuples(st.integers(-50, 650), st.integers(1, 200)).map(lambda pair: (at(pair[0]), at(pair[0] + pair[1]))),
    max_size=6,
)


@given(breaks=STRETCHES)
def test_what_breaks_leave_and_what_they_take_is_the_shift(breaks: list[Stretch]) -> None:
    left, gone = shift.without(SHIFT, breaks), shift.within(breaks, SHIFT)
    assert shift.seconds(left) + shift.seconds(gone) == pytest.approx(600)
    assert shift.within(left, SHIFT) == left
    assert not any(a < end and begin < b for a, b in left for begin, end in gone)


def test_occupancy_stands_for_the_shift_where_it_is_stated() -> None:
    breaks = [(at(100), at(200))]
    assert shift.expected(SHIFT, breaks, None) == [(at(0), at(100)), (at(200), at(600))]
    assert shift.expected(SHIFT, breaks, [(at(500), at(700)), (at(50), at(150))]) == [
        (at(50), at(150)),
        (at(500), at(600)),
    ]
