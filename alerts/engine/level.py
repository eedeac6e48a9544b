"""The machine of level and danger rules: a set-point with hysteresis and delays that only readings can prove.

All comparison is of scaled integers, exact: the set-point is turned once into the channel's own scale. "At most" rules
are the same machine with the sign turned, so that everywhere below a greater *severity* is worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import TYPE_CHECKING

from alerts.engine.facts import Change, Moment, StateError, Transition
from alerts.engine.quality import Use
from alerts.engine.rules import DangerRule, Direction, LevelRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.facts import Readings, StateDump

_US = 1_000_000


@dataclass(slots=True)
class _Memory:
    """What is carried from reading to reading. Times are µs of `boot`; None: nothing yet, or not within this boot."""

    boot: bytes = b""
    last_us: int | None = None
    pending_us: int | None = None
    active: Moment | None = None
    peak: int | None = None


class LevelMachine:
    """A level or danger rule on one channel of the given exponent (physical value = value × 10^exponent)."""

    def __init__(self, rule: LevelRule | DangerRule, exponent: int) -> None:
        """Turn the set-points into the channel's scale."""
        self._rule = rule
        self._sign = 1 if rule.direction is Direction.AT_LEAST else -1
        severity = rule.set_point * self._sign
        self._on = scaled(severity, exponent)
        # Clear is severity < set-point − hysteresis, so the least severity that still holds is the ceiling of that.
        self._hold = scaled(severity - rule.hysteresis, exponent)
        self._on_delay_us = self._off_delay_us = 0
        self._max_gap_us: int | None = None
        if isinstance(rule, LevelRule):
            self._on_delay_us, self._off_delay_us = round(rule.on_delay_s * _US), round(rule.off_delay_s * _US)
            self._max_gap_us = round(rule.max_gap_s * _US) if rule.max_gap_s is not None else None
        self._uses = rule.quality.by_code
        self._memory = _Memory()

    @property
    def rule(self) -> LevelRule | DangerRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._memory.active

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; what changed, in order of time."""
        if len(readings.values) == 0 or self._is_quiet(readings):
            return ()
        return list(self._step_through(readings))

    def _is_quiet(self, readings: Readings) -> bool:
        """Pass over a batch in which nothing can change, without a loop over its readings. True when it was such."""
        memory = self._memory
        if len(readings.quality_runs) != 1 or memory.pending_us is not None:
            return False
        if self._uses.get(readings.quality_runs[0][1]) is not Use.COUNTS:
            return False
        low, high = readings.bounds or (int(readings.values.min()), int(readings.values.max()))
        mildest, worst = (low, high) if self._sign > 0 else (-high, -low)
        if memory.active is None:
            if worst >= self._on:
                return False
        elif mildest < self._hold:
            return False
        else:
            self._note_peak(worst)
        memory.boot, memory.last_us = readings.boot, int(readings.times_us[-1])
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
        """One usable reading. A change of boot or a gap longer than max_gap_s ends a running delay."""
        memory, severity = self._memory, value * self._sign
        if memory.boot != boot or self._is_gap(t_us):
            memory.pending_us = None
        memory.boot, memory.last_us = boot, t_us
        raising = memory.active is None
        if raising:
            wanted, delay_us = severity >= self._on or at_least, self._on_delay_us
        else:
            self._note_peak(severity)
            wanted, delay_us = severity < self._hold and not at_least, self._off_delay_us
        if not wanted:
            memory.pending_us = None
            return None
        if memory.pending_us is None:
            memory.pending_us = t_us
        if t_us - memory.pending_us < delay_us:
            return None
        return self._change(raising=raising, at=Moment(boot, t_us), value=value, at_least=at_least)

    def _is_gap(self, t_us: int) -> bool:
        last_us = self._memory.last_us
        return self._max_gap_us is not None and last_us is not None and t_us - last_us > self._max_gap_us

    def _change(self, *, raising: bool, at: Moment, value: int, at_least: bool) -> Transition:
        memory = self._memory
        since = Moment(at.boot, at.us if memory.pending_us is None else memory.pending_us)
        memory.pending_us = None
        if raising:
            memory.active, memory.peak = at, value * self._sign
        episode, peak = memory.active or at, memory.peak
        if not raising:
            memory.active = memory.peak = None
        return Transition(
            change=Change.RAISED if raising else Change.RETURNED,
            episode=episode,
            at=at,
            since=since,
            value=value,
            at_least=at_least,
            peak=None if peak is None else peak * self._sign,
        )

    def _note_peak(self, severity: int) -> None:
        if self._memory.peak is None or severity > self._memory.peak:
            self._memory.peak = severity

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        memory, active = self._memory, self._memory.active
        return {
            "machine": "level",
            "boot": memory.boot.hex(),
            "last_us": memory.last_us,
            "pending_us": memory.pending_us,
            "active_boot": active.boot.hex() if active else None,
            "active_us": active.us if active else None,
            "peak": memory.peak,
        }

    def restore(self, state: Mapping[str, int | str | bool | None]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        match state:
            case {
                "machine": "level",
                "boot": str(boot),
                "last_us": int() | None as last_us,
                "pending_us": int() | None as pending_us,
                "active_boot": str() | None as active_boot,
                "active_us": int() | None as active_us,
                "peak": int() | None as peak,
            }:
                active = None
                if active_boot is not None and active_us is not None:
                    active = Moment(bytes.fromhex(active_boot), active_us)
                self._memory = _Memory(bytes.fromhex(boot), last_us, pending_us, active, peak)
            case _:
                raise StateError(f"not the state of a level rule: {dict(state)!r}")


def scaled(level: Decimal, exponent: int) -> int:
    """The level in units of 10^exponent, rounded up: the least scaled value that is at or above it."""
    with localcontext() as context:
        context.prec = 60
        return int(level.scaleb(-exponent).to_integral_value(ROUND_CEILING))
