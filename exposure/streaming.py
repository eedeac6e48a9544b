"""Incremental forms for alerts: interval by interval, in constant memory, restartable; after each the same as the batch form."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from exposure.errors import NegativeDurationError, NotFiniteError, UnsortedError, WrongStateError
from exposure.gaps import GapPolicy
from exposure.result import Coverage
from exposure.series import OVERLAP_S, fill, mean

VERSION = 1
State = dict[str, float | int | None]


def check_interval(start_s: float, duration_s: float, value: float, after_s: float) -> None:
    """Refuse an interval that is not finite, not positive, or begins before `after_s`, the end of the one before."""
    if not all(math.isfinite(number) for number in (start_s, duration_s, value)):
        raise NotFiniteError(f"the interval at {start_s} s, {duration_s} s long with {value}, is not finite")
    if duration_s < 0:
        raise NegativeDurationError(f"duration_s is {duration_s}: a duration cannot be negative")
    if start_s < after_s - OVERLAP_S:
        raise UnsortedError(f"start_s is {start_s}: before the end of the interval that precedes it ({after_s})")


@dataclass(slots=True)
class Integral:
    """∫ f(value) dt since the start of the shift, the time measured, and the largest value. Three numbers, whatever the length."""

    transform: Callable[[float], float]
    total: float = 0.0
    measured_s: float = 0.0
    end_s: float = -math.inf
    highest: float = -math.inf

    def add(self, start_s: float, duration_s: float, value: float) -> None:
        """Take one more interval; one that is refused changes nothing."""
        check_interval(start_s, duration_s, value, self.end_s)
        self.total += self.transform(value) * duration_s
        self.measured_s += duration_s
        self.end_s = start_s + duration_s
        self.highest = max(self.highest, value)

    def mean(self, expected_s: float | None = None, gaps: GapPolicy = GapPolicy.UNKNOWN) -> float:
        """Mean of f over time, as `series.mean` gives it."""
        return mean(self.total, self._coverage(expected_s), gaps)

    def normalised(self, base_s: float, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN) -> float:
        """The integral over `base_s` (8 h for TWA, LEX,8h and A(8)), as `series.fill` gives it."""
        return fill(self.total, self._coverage(expected_s), gaps) / base_s

    def state(self) -> State:
        """What to save; the transform belongs to the rule and is given again at the restart."""
        return {
            "version": VERSION,
            "total": self.total,
            "measured_s": self.measured_s,
            "end_s": self.end_s if math.isfinite(self.end_s) else None,
            "highest": self.highest if math.isfinite(self.highest) else None,
        }

    def _coverage(self, expected_s: float | None) -> Coverage:
        if self.measured_s <= 0:
            raise NegativeDurationError("nothing has been measured yet")
        return Coverage(self.measured_s, self.measured_s if expected_s is None else expected_s)


def restore_integral(state: State, transform: Callable[[float], float]) -> Integral:
    """The accumulator that `state` was taken from."""
    names = ("total", "measured_s", "end_s", "highest")
    if state.get("version") != VERSION or set(state) != {"version", *names}:
        raise WrongStateError(f"this is no state of version {VERSION} of an integral: {sorted(state)}")
    total, measured_s, end_s, highest = (_number(state[name]) for name in names)
    return Integral(transform, total, measured_s, end_s, highest)


def _number(saved: float | None) -> float:
    return -math.inf if saved is None else float(saved)
