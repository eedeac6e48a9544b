"""The form of machines that take one usable reading after another: which readings those are, and the episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from alerts.engine.condition import Condition
    from alerts.engine.facts import Moment, Readings, Transition

RuleKind = TypeVar("RuleKind")


class ConditionMachine(ABC):
    """A machine with one condition, whose changes follow reading by reading."""

    _condition: Condition

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._condition.active

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; what changed, in order of time."""
        return list(self._take(readings))

    @abstractmethod
    def _take(self, readings: Readings) -> Iterator[Transition]:
        """What the readings change."""


class SteppingMachine(ConditionMachine, Generic[RuleKind]):
    """A rule on one channel that looks at every reading whose quality is among `codes`; the others are as if not there."""

    def __init__(self, rule: RuleKind, condition: Condition, codes: Collection[int]) -> None:
        """Nothing was read yet."""
        self._rule = rule
        self._condition = condition
        self._codes = frozenset(codes)

    @property
    def rule(self) -> RuleKind:
        """The rule that this machine applies."""
        return self._rule

    def _take(self, readings: Readings) -> Iterator[Transition]:
        times, values = readings.times_us.tolist(), readings.values.tolist()
        start = 0
        for length, code in readings.quality_runs:
            if code in self._codes:
                for t_us, value in zip(times[start : start + length], values[start : start + length], strict=True):
                    if found := self._step(readings.boot, t_us, value, code):
                        yield found
            start += length

    @abstractmethod
    def _step(self, boot: bytes, t_us: int, value: int, code: int) -> Transition | None:
        """One usable reading."""
