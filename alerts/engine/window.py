"""A mean over a sliding window, exact: integers of value × µs, so that it is the same however readings are cut, for ever.

The windows looked at are those of `exposure.air.stel.sliding_means`, the batch form (a test compares): between an interval's
end and the end of the window that begins with an older one the mean is a straight line, so no higher one is missed.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import TYPE_CHECKING

from alerts.engine.facts import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.facts import Plain, StateDump

MOST_INTERVALS = 65_536
"""Held at most: bounds the memory of a channel faster than its rule expects; the oldest go, which only shortens the window."""


class Window:
    """The last `window_us` of a quantity on a time axis that never goes back."""

    def __init__(self, window_us: int, least_coverage: float) -> None:
        """Nothing was measured yet."""
        self._window_us = window_us
        self._least_us = Fraction(least_coverage) * window_us
        self._kept: deque[tuple[int, int, int]] = deque()
        self._area = 0
        self._measured_us = 0

    @property
    def end_us(self) -> int | None:
        """The end of the last interval."""
        return self._kept[-1][1] if self._kept else None

    def clear(self) -> None:
        """Forget everything: what follows does not join."""
        self._kept.clear()
        self._area = self._measured_us = 0

    def add(self, begin_us: int, end_us: int, value: int) -> Iterator[tuple[int, int]]:
        """Take an interval that begins no earlier than the last has ended.

        Gives (area, measured µs) of every window that ends since, those measured enough alone; area ÷ measured is the mean.
        """
        before_us = self.end_us
        ends = [] if before_us is None else self._ends_between(before_us, end_us)
        self._kept.append((begin_us, end_us, value))
        self._area += value * (end_us - begin_us)
        self._measured_us += end_us - begin_us
        if len(self._kept) > MOST_INTERVALS:
            self._drop_oldest()
        for at_us in [*ends, end_us]:
            self._trim(at_us - self._window_us)
            area, measured_us = self._within(at_us)
            if measured_us >= self._least_us:
                yield area, measured_us

    def mean(self) -> tuple[int, int] | None:
        """(area, measured µs) of the window that ends with the last interval, None when it is not measured enough."""
        if self.end_us is None:
            return None
        area, measured_us = self._within(self.end_us)
        return (area, measured_us) if measured_us >= self._least_us else None

    def time_to(self, limit: Fraction, level: Fraction, within_us: int) -> int | None:
        """µs until the mean reaches `limit` if the value is `level` from now on; None: not within `within_us`.

        The window loses its oldest part as it goes: a straight line from edge to edge of the intervals that leave.
        """
        if self.end_us is None:
            return None
        scale = limit.denominator * level.denominator
        target, coming = int(limit * scale), int(level * scale)
        area, measured_us = self._within(self.end_us)
        excess, at_us = area * scale - target * measured_us, 0
        if excess >= 0:
            return 0
        for length_us, leaving in self._leaving(self.end_us, within_us):
            slope = coming - target - (0 if leaving is None else leaving * scale - target)
            if slope > 0 and excess + slope * length_us >= 0:
                return at_us - excess // slope
            excess += slope * length_us
            at_us += length_us
        return None

    def _leaving(self, end_us: int, within_us: int) -> Iterator[tuple[int, int | None]]:
        """(length, value) of what leaves the window within the next `within_us`; None where there is a gap."""
        edge_us, last_us = end_us - self._window_us, end_us - self._window_us + within_us
        for begin_us, stop_us, value in self._kept:
            for until_us, leaves in ((begin_us, None), (stop_us, value)):
                if edge_us < min(until_us, last_us):
                    yield min(until_us, last_us) - edge_us, leaves
                    edge_us = min(until_us, last_us)
        if edge_us < last_us:
            yield last_us - edge_us, None

    def _ends_between(self, before_us: int, end_us: int) -> list[int]:
        """Ends of the windows that begin with an interval and end after `before_us`, before `end_us`."""
        ends = []
        for begin_us, _, _ in self._kept:
            if begin_us + self._window_us >= end_us:
                break
            if begin_us + self._window_us > before_us:
                ends.append(begin_us + self._window_us)
        return ends

    def _within(self, at_us: int) -> tuple[int, int]:
        """Sums over the window that ends at `at_us`; everything kept overlaps it."""
        area, measured_us, from_us = self._area, self._measured_us, at_us - self._window_us
        if self._kept and self._kept[0][0] < from_us:
            begin_us, _, value = self._kept[0]
            area -= value * (from_us - begin_us)
            measured_us -= from_us - begin_us
        last_begin_us, last_end_us, last_value = self._kept[-1]
        if last_end_us > at_us:
            outside_us = last_end_us - max(at_us, last_begin_us)
            area -= last_value * outside_us
            measured_us -= outside_us
        return area, measured_us

    def _trim(self, from_us: int) -> None:
        while len(self._kept) > 1 and self._kept[0][1] <= from_us:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        begin_us, end_us, value = self._kept.popleft()
        self._area -= value * (end_us - begin_us)
        self._measured_us -= end_us - begin_us

    def dump(self) -> StateDump:
        """The intervals, as one list of numbers."""
        return {"kept": [number for interval in self._kept for number in interval]}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump. Raises StateError when it is none."""
        numbers = state.get("kept")
        if not isinstance(numbers, list) or len(numbers) % 3 or not all(isinstance(n, int) for n in numbers):
            raise StateError("not the state of a window: `kept` must be a list of begin, end and value")
        self.clear()
        for begin_us, end_us, value in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            self._kept.append((begin_us, end_us, value))  # type: ignore[arg-type]  # checked above
        self._area = sum(value * (end_us - begin_us) for begin_us, end_us, value in self._kept)
        self._measured_us = sum(end_us - begin_us for begin_us, end_us, _ in self._kept)
