"""The machines of instruments that do not measure: stuck at one value, or out of their range by their own word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.condition import US, Condition
from alerts.engine.facts import StateError
from alerts.engine.stepping import SteppingMachine
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.engine.facts import Plain, Readings, StateDump, Transition
    from alerts.engine.rules_health import OutOfRangeRule, StuckRule

_STUCK, _OUT = "stuck", "out_of_range"
_HERE = frozenset(range(256)) - {int(Quality.UNDER_CHECK), int(Quality.IN_TRANSIT)}
"""Qualities of readings that are the workplace's; a code that this version does not know says nothing bad."""


class StuckMachine(SteppingMachine["StuckRule"]):
    """A stuck rule on one channel."""

    def __init__(self, rule: StuckRule) -> None:
        """Nothing was read yet."""
        self._same_us, self._max_gap_us = round(rule.same_for_s * US), round(rule.max_gap_s * US)
        super().__init__(rule, Condition(max_gap_us=self._max_gap_us), rule.quality.by_code)
        self._same: tuple[int, int] | None = None
        """The value, and since when (µs of the boot)."""

    def _step(self, boot: bytes, t_us: int, value: int, code: int) -> Transition | None:
        condition, last_us = self._condition, self._condition.last_us
        broken = condition.boot != boot or (last_us is not None and t_us - last_us > self._max_gap_us)
        if self._same is None or broken or value != self._same[0]:
            self._same = value, t_us
        since_us = self._same[1]
        stuck = code == Quality.STUCK or t_us - since_us >= self._same_us
        if condition.active is not None:  # another value, a boot or a gap ends the proof that it is stuck
            return condition.step(boot, t_us, wanted=not stuck, severity=value)
        return condition.step(boot, t_us, wanted=stuck, severity=value, since_us=since_us)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {**self._condition.dump(_STUCK), "same": list(self._same) if self._same else None}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _STUCK)
        match state.get("same"):
            case [int(value), int(since_us)]:
                self._same = value, since_us
            case None:
                self._same = None
            case other:
                raise StateError(f"not the state of a stuck rule: {other!r}")


class OutOfRangeMachine(SteppingMachine["OutOfRangeRule"]):
    """An out-of-range rule on one channel."""

    def __init__(self, rule: OutOfRangeRule) -> None:
        """Nothing was read yet."""
        delays = round(rule.on_delay_s * US), round(rule.off_delay_s * US), round(rule.max_gap_s * US)
        super().__init__(rule, Condition(*delays), _HERE)
        self._bad = frozenset(int(Quality.from_word(word)) for word in rule.on)

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; what changed, in order of time."""
        return super().observe(readings) if len(readings.values) and not self._is_quiet(readings) else ()

    def _is_quiet(self, readings: Readings) -> bool:
        """Pass over sound readings while nothing is under way. True when it was such a batch."""
        condition = self._condition
        if condition.active is not None or condition.pending_us is not None:
            return False
        if any(code in self._bad or code not in self._codes for _, code in readings.quality_runs):
            return False
        condition.pass_over(readings.boot, int(readings.times_us[-1]))
        return True

    def _step(self, boot: bytes, t_us: int, value: int, code: int) -> Transition | None:
        _ = value
        bad = code in self._bad
        return self._condition.step(boot, t_us, wanted=bad if self._condition.active is None else not bad)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return self._condition.dump(_OUT)

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _OUT)
