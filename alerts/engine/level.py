"""The machine of level, ceiling and danger rules: a set-point with hysteresis and delays that only readings can prove.

All comparison is of scaled integers, exact: the set-point is turned once into the channel's own scale. "At most" rules
are the same machine with the sign turned, so that everywhere below a greater *severity* is worse.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.engine.condition import US, Condition
from alerts.engine.quality import Use
from alerts.engine.rule_parts import Direction
from alerts.engine.rules_levels import LevelRule
from alerts.engine.scale import scaled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.facts import Moment, Plain, Readings, StateDump, Transition
    from alerts.engine.rules_levels import CeilingRule, DangerRule

_NAME = "level"


class LevelMachine:
    """A level, ceiling or danger rule on one channel of the given exponent (physical value = value × 10^exponent)."""

    def __init__(self, rule: LevelRule | CeilingRule | DangerRule, exponent: int) -> None:
        """Turn the set-points into the channel's scale."""
        self._rule = rule
        self._sign = 1 if rule.direction is Direction.AT_LEAST else -1
        severity = rule.set_point * self._sign
        self._on = scaled(severity, exponent)
        # Clear is severity < set-point − hysteresis, so the least severity that still holds is the ceiling of that.
        self._hold = scaled(severity - rule.hysteresis, exponent)
        self._condition = Condition()
        if isinstance(rule, LevelRule):
            gap_us = round(rule.max_gap_s * US) if rule.max_gap_s is not None else None
            self._condition = Condition(round(rule.on_delay_s * US), round(rule.off_delay_s * US), gap_us)
        self._uses = rule.quality.by_code

    @property
    def rule(self) -> LevelRule | CeilingRule | DangerRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._condition.active

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; what changed, in order of time."""
        if len(readings.values) == 0 or self._is_quiet(readings):
            return ()
        return list(self._step_through(readings))

    def _is_quiet(self, readings: Readings) -> bool:
        """Pass over a batch in which nothing can change, without a loop over its readings. True when it was such."""
        condition = self._condition
        if len(readings.quality_runs) != 1 or condition.pending_us is not None:
            return False
        if self._uses.get(readings.quality_runs[0][1]) is not Use.COUNTS:
            return False
        low, high = readings.bounds or (int(readings.values.min()), int(readings.values.max()))
        mildest, worst = (low, high) if self._sign > 0 else (-high, -low)
        if condition.active is None:
            if worst >= self._on:
                return False
        elif mildest < self._hold:
            return False
        else:
            condition.note_peak(worst)
        condition.pass_over(readings.boot, int(readings.times_us[-1]))
        return True

    def _step_through(self, readings: Readings) -> Iterator[Transition]:
        times, values = readings.times_us.tolist(), readings.values.tolist()
        start = 0
        for length, code in readings.quality_runs:
            use = self._uses.get(code)
            stop = start + length
            if use is Use.COUNTS or (use is Use.AT_LEAST and self._sign > 0):
                for t_us, value in zip(times[start:stop], values[start:stop], strict=True):
                    if found := self._step(readings.boot, t_us, value, at_least=use is Use.AT_LEAST):
                        yield found
            start = stop

    def _step(self, boot: bytes, t_us: int, value: int, *, at_least: bool) -> Transition | None:
        """One usable reading; a saturated one (`at_least`) is at or above any set-point."""
        severity = value * self._sign
        raising = self._condition.active is None
        wanted = (severity >= self._on or at_least) if raising else (severity < self._hold and not at_least)
        found = self._condition.step(boot, t_us, wanted=wanted, severity=severity)
        if found is None:
            return None
        peak = None if found.peak is None else found.peak * self._sign
        return replace(found, value=value, at_least=at_least, peak=peak)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return self._condition.dump(_NAME)

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, _NAME)
