"""The streaming form of the sliding mean, in memory bounded by the window."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from exposure.air.stel import LEAST_COVERAGE, WINDOW_S, sliding_means, stel
from exposure.errors import EmptyInputError, OutOfDomainError, WrongStateError
from exposure.series import Series
from exposure.streaming import VERSION, check_interval

MOST_INTERVALS = 65_536
"""Intervals held at most: 15 minutes at 72 Hz. A faster source is averaged before it comes here."""


class RollingMaximum:
    """The highest sliding mean so far; holds the intervals of two windows and the maximum of what has left them.

    `update` evaluates a batch of intervals at once with the batch form over the kept tail, so that both are one arithmetic.
    """

    def __init__(self, unit: str, window_s: float = WINDOW_S, least_coverage: float = LEAST_COVERAGE) -> None:
        self.unit, self.window_s, self.least_coverage = unit, window_s, least_coverage
        self.highest: float | None = None
        self._kept: list[tuple[float, float, float]] = []

    def update(self, intervals: Sequence[tuple[float, float, float]]) -> float | None:
        """Take intervals (start s, duration s, value) in order; the highest mean so far, or None while none is covered."""
        if not intervals:
            raise EmptyInputError("intervals is empty")
        before = end = self._kept[-1][0] + self._kept[-1][1] if self._kept else -math.inf
        for start, duration, value in intervals:
            check_interval(start, duration, value, end)
            end = start + duration
        kept = self._kept + [interval for interval in intervals if interval[1] > 0]
        if not kept:
            return self.highest
        oldest = end - 2 * self.window_s
        if sum(start + duration > oldest for start, duration, _ in kept) > MOST_INTERVALS:
            raise OutOfDomainError(f"more than {MOST_INTERVALS} intervals in two windows: average the source first")
        found = stel(
            _series(kept, self.unit), window_s=self.window_s, least_coverage=self.least_coverage, after_s=before
        ).value
        if found is not None:
            self.highest = found if self.highest is None else max(self.highest, found)
        self._kept = [interval for interval in kept if interval[0] + interval[1] > oldest]
        return self.highest

    def current(self) -> float | None:
        """The mean of the window that ends now, or None while nothing was measured."""
        return float(sliding_means(_series(self._kept, self.unit), self.window_s)[1][-1]) if self._kept else None

    def state(self) -> dict[str, object]:
        """What to save to go on from here after a restart."""
        return {
            "version": VERSION,
            "unit": self.unit,
            "window_s": self.window_s,
            "least_coverage": self.least_coverage,
            "highest": self.highest,
            "kept": [list(interval) for interval in self._kept],
        }


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
            rolling._kept = [(float(start), float(duration), float(value)) for start, duration, value in kept]  # noqa: SLF001 - its own state
            return rolling
    raise WrongStateError(f"this is no state of version {VERSION} of a rolling maximum: {sorted(state)}")


def _series(intervals: Sequence[tuple[float, float, float]], unit: str) -> Series:
    start, duration, value = np.array(intervals, dtype=np.float64).T
    return Series(start, duration, value, unit)
