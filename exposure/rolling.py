"""The streaming form of the sliding mean: each interval in a few microseconds, in memory bounded by the window."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from exposure.arrays import positive
from exposure.errors import EmptyInputError, OutOfDomainError, WrongStateError
from exposure.sliding import LEAST_COVERAGE, ROUNDING, check_least_coverage
from exposure.streaming import VERSION, check_interval

MOST_INTERVALS = 65_536
"""Intervals held at most: 15 minutes at 72 Hz. A faster source is averaged before it comes here."""
Interval = tuple[float, float, float]
"""Start, s; duration, s; value."""


class RollingMaximum:
    """The highest sliding mean so far, of the windows that `sliding.highest_mean` looks at; holds the intervals of one window.

    It begins anew with a shift where the rule says so; a window never holds what lies before its first interval.
    """

    def __init__(self, unit: str, window_s: float = 900.0, least_coverage: float = LEAST_COVERAGE) -> None:
        check_least_coverage(least_coverage)
        self.unit, self.window_s, self.least_coverage = unit, positive(window_s, "window_s"), least_coverage
        self.highest: float | None = None
        self._least_s = least_coverage * window_s * (1 - ROUNDING)
        self._kept = _Kept()

    def update(self, intervals: Sequence[Interval]) -> float | None:
        """Take intervals in order; the highest mean so far, or None while no window is covered. A batch that is refused changes nothing."""
        if not intervals:
            raise EmptyInputError("intervals is empty")
        end_s = self._kept.end_s
        for start, duration, value in intervals:
            check_interval(start, duration, value, end_s)
            end_s = start + duration
        if len(self._kept) + len(intervals) > MOST_INTERVALS:
            self._check_room(intervals, end_s)
        for start, duration, value in intervals:
            self._take(start, duration, value)
        return self.highest

    def current(self) -> float | None:
        """The mean of the window that ends now, or None while nothing in it was measured."""
        summed, measured = self._kept.window(self._kept.end_s, self.window_s)
        return summed / measured if measured > 0 else None

    def state(self) -> dict[str, object]:
        """What to save to go on from here after a restart."""
        return {
            "version": VERSION,
            "unit": self.unit,
            "window_s": self.window_s,
            "least_coverage": self.least_coverage,
            "highest": self.highest,
            "kept": [list(interval) for interval in self._kept.intervals()],
        }

    def _take(self, start_s: float, duration_s: float, value: float) -> None:
        self._kept.append(start_s, duration_s, value)
        end_s = start_s + duration_s
        for at_s in [*self._kept.closing(end_s, self.window_s), end_s]:
            summed, measured = self._kept.window(at_s, self.window_s)
            if measured >= self._least_s and (self.highest is None or summed / measured > self.highest):
                self.highest = summed / measured
        self._kept.forget(end_s - self.window_s)

    def _check_room(self, intervals: Sequence[Interval], end_s: float) -> None:
        oldest = end_s - self.window_s
        held = sum(start + duration > oldest for start, duration, _ in [*self._kept.intervals(), *intervals])
        if held > MOST_INTERVALS:
            raise OutOfDomainError(f"more than {MOST_INTERVALS} intervals in a window: average the source first")


def restore_rolling(state: dict[str, object]) -> RollingMaximum:
    """The accumulator that `state` was taken from."""
    match state:
        case {
            "version": 1,
            "unit": str(unit),
            "window_s": float(window_s),
            "least_coverage": float(least_coverage),
            "highest": (None | float()) as highest,
            "kept": list(kept),
        }:
            rolling = RollingMaximum(unit, window_s, least_coverage)
            rolling.highest = highest
            rolling._kept.refill((float(start), float(length), float(value)) for start, length, value in kept)  # noqa: SLF001 - its own state
            rolling._kept.closing(rolling._kept.end_s, window_s)  # noqa: SLF001 - those were looked at before
            return rolling
    raise WrongStateError(f"this is no state of version {VERSION} of a rolling maximum: {sorted(state)}")


class _Kept:
    """The intervals of the last window with running sums, so that the integral up to any time is one search away."""

    def __init__(self) -> None:
        self._starts: list[float] = []
        self._durations: list[float] = []
        self._values: list[float] = []
        self._sums = [0.0]
        self._times = [0.0]
        self._first = 0
        self._open = 0
        self.end_s = -math.inf

    def __len__(self) -> int:
        return len(self._starts) - self._first

    def append(self, start_s: float, duration_s: float, value: float) -> None:
        self._starts.append(start_s)
        self._durations.append(duration_s)
        self._values.append(value)
        self._sums.append(self._sums[-1] + value * duration_s)
        self._times.append(self._times[-1] + duration_s)
        self.end_s = start_s + duration_s

    def closing(self, until_s: float, window_s: float) -> list[float]:
        """Ends, up to a time, of the windows that begin with an interval and were not asked for before."""
        found = []
        while self._open < len(self._starts) and self._starts[self._open] + window_s <= until_s:
            found.append(self._starts[self._open] + window_s)
            self._open += 1
        return found

    def window(self, end_s: float, window_s: float) -> tuple[float, float]:
        """Integral and measured time, s, of the window that ends at a time."""
        (new_sum, new_time), (old_sum, old_time) = self._until(end_s), self._until(end_s - window_s)
        return new_sum - old_sum, new_time - old_time

    def forget(self, before_s: float) -> None:
        """Drop what has ended by then; the running sums begin anew when most of what they hold is gone."""
        while self._first < len(self._starts) and self._starts[self._first] + self._durations[self._first] <= before_s:
            self._first += 1
        if self._first > 32 and 2 * self._first > len(self._starts):
            self.refill(list(self.intervals()), already_open=self._open - self._first)

    def refill(self, intervals: Iterable[Interval], already_open: int | None = None) -> None:
        """Hold these intervals alone."""
        fresh = _Kept()
        for start, duration, value in intervals:
            fresh.append(start, duration, value)
        fresh._open = max(0, already_open or 0)
        vars(self).update(vars(fresh))

    def intervals(self) -> Iterable[Interval]:
        first = self._first
        return zip(self._starts[first:], self._durations[first:], self._values[first:], strict=True)

    def _until(self, at_s: float) -> tuple[float, float]:
        index = bisect_right(self._starts, at_s, lo=self._first) - 1
        if index < self._first:
            return self._sums[self._first], self._times[self._first]
        passed = min(at_s - self._starts[index], self._durations[index])
        return self._sums[index] + self._values[index] * passed, self._times[index] + passed
