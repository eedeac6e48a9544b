"""The machines of what a kit's upkeep needs: a verification, calibration or check that is due, a clock that is unsure.

Both are judged at event time, by what the chain itself says, so that a rerun over the record finds the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.condition import US, Condition
from alerts.engine.facts import StateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.engine.facts import ClockFact, Moment, Plain, Readings, StateDump, Transition
    from alerts.engine.rules_health import ClockRule, DueRule

_DUE, _CLOCK = "due", "clock"
_DAY_US, _HOUR_US = 86_400 * US, 3600 * US


class DueMachine:
    """A due rule on one channel. It says nothing while the kit has no UTC: a date cannot be compared with a stopwatch."""

    def __init__(self, rule: DueRule) -> None:
        """Nothing is known of the channel yet."""
        self._rule = rule
        self._condition = Condition()
        self._due_us: int | None = None
        """UTC µs from which it is due; None: nothing says so."""

    @property
    def rule(self) -> DueRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._condition.active

    def described(self, until_us: int | None) -> None:
        """The descriptor in force says until when (UTC µs) verification or calibration holds; None: not at all."""
        if self._rule.every_h is None:
            self._due_us = None if until_us is None else until_us - round(self._rule.ahead_d * _DAY_US)

    def checked(self, utc_us: int, *, passed: bool) -> None:
        """A field check was made."""
        if self._rule.every_h is not None and passed:
            self._due_us = utc_us + round(self._rule.every_h * _HOUR_US)

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel: they tell the time."""
        offset_us = readings.utc_offset_us
        if len(readings.values) == 0 or offset_us is None:
            return ()
        if self._due_us is None and self._rule.every_h is not None:
            # Never checked: it is due so long after the first reading.
            self._due_us = int(readings.times_us[0]) + offset_us + round(self._rule.every_h * _HOUR_US)
        due_us, last_us = self._due_us, int(readings.times_us[-1])
        if self._condition.active is None:
            overdue = due_us is not None and last_us + offset_us >= due_us
            at_us = self._first_from(readings, due_us - offset_us) if overdue and due_us is not None else last_us
            found = self._condition.step(readings.boot, at_us, wanted=overdue)
        else:
            at_us = int(readings.times_us[0])
            found = self._condition.step(readings.boot, at_us, wanted=due_us is None or at_us + offset_us < due_us)
        self._condition.pass_over(readings.boot, last_us)
        return () if found is None else (found,)

    def _first_from(self, readings: Readings, from_us: int) -> int:
        """The first reading at or after that moment: the same however readings are cut."""
        return int(readings.times_us[int((readings.times_us >= from_us).argmax())])

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {**self._condition.dump(_DUE), "due_us": self._due_us}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _DUE)
        match state.get("due_us"):
            case int() | None as due_us:
                self._due_us = due_us
            case other:
                raise StateError(f"not the state of a due rule: {other!r}")


class ClockMachine:
    """A clock rule on one kit: the clock state that its entries carry."""

    def __init__(self, rule: ClockRule) -> None:
        """Nothing was heard yet."""
        self._rule = rule
        self._bound_us = round(rule.bound_s * US)
        self._condition = Condition(on_delay_us=round(rule.on_delay_s * US))

    @property
    def rule(self) -> ClockRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._condition.active

    def observe_clock(self, fact: ClockFact) -> Sequence[Transition]:
        """Take the clock state of the next entry."""
        unsure = fact.utc_offset_us is None or (fact.bound_us is not None and fact.bound_us > self._bound_us)
        wanted = unsure if self._condition.active is None else not unsure
        found = self._condition.step(fact.boot, fact.t_us, wanted=wanted)
        return () if found is None else (found,)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return self._condition.dump(_CLOCK)

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _CLOCK)
