"""When values were measured: intervals in order, checked once and shared by all channels that were read together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from exposure.arrays import Floats, durations, finite
from exposure.errors import UnsortedError

OVERLAP_S = 1e-6
"""The resolution of event time (µs): a smaller overlap is rounding, a larger one would count time twice."""
SAME = 1e-9
"""Relative difference up to which two durations are one."""
MOST_STEPS = 4
"""Starts in one cell of the look-up table up to which it is quicker than a search."""
Indices = NDArray[np.int64]
MOST_WINDOWS = 4
"""Window lengths remembered for a timeline: a shift is asked for 15 minutes, an hour and little else."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Intervals [start, start + duration), in seconds of monotonic time, in order and without overlap."""

    start_s: Floats
    duration_s: Floats
    _windows: dict[float, Windows] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Check everything once."""
        start = finite(self.start_s, "start_s")
        duration = durations(self.duration_s, "duration_s", start)
        early = start[1:] < (start + duration)[:-1] - OVERLAP_S
        if early.any():
            index = int(np.argmax(early)) + 1
            raise UnsortedError(f"start_s[{index}] is {start[index]}: before the end of the interval that precedes it")
        object.__setattr__(self, "start_s", start)
        object.__setattr__(self, "duration_s", duration)

    @cached_property
    def end_s(self) -> Floats:
        """The end of each interval."""
        return np.asarray(self.start_s + self.duration_s)

    @cached_property
    def measured_s(self) -> float:
        """Time covered by values."""
        return float(self.duration_s.sum())

    @cached_property
    def steady_s(self) -> float | None:
        """The duration of every interval if all are equal and follow without a gap."""
        step = float(self.duration_s[0])
        equal = step > 0 and bool((np.abs(self.duration_s - step) <= SAME * step).all())
        joined = bool((np.abs(self.start_s[1:] - self.end_s[:-1]) <= SAME * step).all())
        return step if equal and joined else None

    @cached_property
    def grid(self) -> _Grid:
        """Where to look for the interval at a time."""
        return _Grid(self.start_s)

    def until(self, at_s: Floats, values: Floats) -> Floats:
        """∫ value dt over what was measured up to each time."""
        index, passed = _locate(self, at_s)
        pieces = values * self.duration_s
        return np.asarray(np.cumsum(pieces)[index] - pieces[index] + values[index] * passed)

    def windows(self, window_s: float) -> Windows:
        """Where the windows of a length begin and end; remembered."""
        if window_s not in self._windows:
            if len(self._windows) >= MOST_WINDOWS:
                self._windows.clear()
            self._windows[window_s] = Windows(self, window_s)
        return self._windows[window_s]


class Windows:
    """The windows that end with an interval, and those that begin with one: where their other edge lies.

    `measured_s` is the measured time inside of each, `end_s` the end of each; `sums` gives the integral of any values over them.
    """

    def __init__(self, timeline: Timeline, window_s: float) -> None:
        self._timeline = timeline
        self._steps = _whole_steps(timeline.steady_s, window_s)
        ones = np.ones_like(timeline.start_s)
        if self._steps is None:
            ends, starts = timeline.end_s, timeline.start_s
            self._older = _locate(timeline, ends - window_s)
            closing = starts + window_s
            self._closing = np.flatnonzero(closing <= ends[-1])
            self._newer = _locate(timeline, closing[self._closing])
            self.end_s = np.concatenate([ends, closing[self._closing]])
        else:
            self.end_s = timeline.end_s
        self.measured_s = self.sums(ones)

    def sums(self, values: Floats) -> Floats:
        """∫ value dt over the measured part of each window."""
        pieces = values * self._timeline.duration_s
        after = np.cumsum(pieces)
        if self._steps is not None:
            summed = after.copy()
            summed[self._steps :] -= after[: -self._steps]
            return summed
        before = after - pieces
        (older, older_part), (newer, newer_part) = self._older, self._newer
        ending = after - (before[older] + values[older] * older_part)
        beginning = before[newer] + values[newer] * newer_part - before[self._closing]
        return np.concatenate([ending, beginning])


def _whole_steps(step_s: float | None, window_s: float) -> int | None:
    """How many intervals a window holds, where that is a whole number: then those that end with an interval are all."""
    if step_s is None:
        return None
    steps = round(window_s / step_s)
    return steps if steps >= 1 and abs(steps * step_s - window_s) <= SAME * window_s else None


def _locate(timeline: Timeline, at_s: Floats) -> tuple[Indices, Floats]:
    """The interval that lies at or before each time, and how much of it has passed, s."""
    index = timeline.grid.at_or_before(timeline.start_s, at_s)
    passed = np.minimum(np.maximum(at_s - timeline.start_s[index], 0.0), timeline.duration_s[index])
    return index, np.asarray(passed)


class _Grid:
    """A table of even cells over the starts: where starts are about even, a look-up instead of a search."""

    def __init__(self, start_s: Floats) -> None:
        span = float(start_s[-1] - start_s[0])
        self._origin, self._cells = float(start_s[0]), 2 * start_s.size
        self._scale = self._cells / span if span > 0 else 0.0
        crowd = np.bincount(self._cell(start_s), minlength=self._cells + 1)
        self._up_to = np.cumsum(crowd)
        self._steps = int(crowd.max())

    def at_or_before(self, start_s: Floats, at_s: Floats) -> Indices:
        """The last start that is not after each time; the first where all are."""
        if self._steps > MOST_STEPS:
            return np.maximum(np.searchsorted(start_s, at_s, side="right") - 1, 0)
        index = np.maximum(self._up_to[self._cell(at_s)] - 1, 0)
        for _ in range(self._steps):
            index -= (start_s[index] > at_s) & (index > 0)
        return index

    def _cell(self, at_s: Floats) -> Indices:
        place = (at_s - self._origin) * self._scale
        return np.asarray(np.minimum(np.maximum(place, 0.0), self._cells).astype(np.int64))
