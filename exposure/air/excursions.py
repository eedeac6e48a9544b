"""Times above a level: how often, how long, how far apart. For ceilings with a time of their own (29 CFR 1910.1000 Z-2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exposure.air.twa import UNITS
from exposure.result import Coverage
from exposure.series import Series
from exposure.timeline import OVERLAP_S


@dataclass(frozen=True, slots=True)
class Excursions:
    """Begins and ends (s) of the times above a level, in order, and how much of the period was measured at all."""

    begins_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    coverage: Coverage

    @property
    def count(self) -> int:
        """How often the level was passed."""
        return len(self.begins_s)

    @property
    def total_s(self) -> float:
        """Time above the level altogether."""
        return sum(self.durations_s)

    @property
    def durations_s(self) -> tuple[float, ...]:
        """Length of each."""
        return tuple(end - begin for begin, end in zip(self.begins_s, self.ends_s, strict=True))

    @property
    def longest_s(self) -> float:
        """Length of the longest, zero without any."""
        return max(self.durations_s, default=0.0)

    @property
    def least_pause_s(self) -> float | None:
        """Shortest time between two, None with fewer than two."""
        pauses = [begin - end for begin, end in zip(self.begins_s[1:], self.ends_s[:-1], strict=True)]
        return min(pauses, default=None)


def above(series: Series, level: float, *, expected_s: float | None = None) -> Excursions:
    """When the value was above `level`, strictly. A gap ends an excursion: that it went on is not known."""
    series.need(*UNITS)
    high = series.value > level
    joined = high[1:] & high[:-1] & (series.start_s[1:] <= series.timeline.end_s[:-1] + OVERLAP_S)
    begins, ends = _edges(high, joined)
    return Excursions(
        tuple(series.start_s[begins].tolist()), tuple(series.timeline.end_s[ends].tolist()), series.coverage(expected_s)
    )


def _edges(high: NDArray[np.bool_], joined: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first = high & ~np.concatenate([[False], joined])
    last = high & ~np.concatenate([joined, [False]])
    return np.flatnonzero(first), np.flatnonzero(last)
