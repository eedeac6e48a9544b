"""The machine of silence rules: a gap between the event times of two readings, never the absence of a message.

An uplink that was cut is no silence: its readings come later and show that there was no gap. So the proven form is
raised by the reading *after* the gap, dated back to when the silence had lasted `after_s`; the live form
(`provisional`) asks how long nothing has come, and later readings confirm or withdraw it: both name the same episode.

Within one boot the monotonic clock measures the gap. Across boots only UTC can; a gap across a boot whose UTC is not
known yet is judged as soon as an offset of the new boot is known, and one that never becomes known gives no alert
(the power-on event tells of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from alerts.engine.facts import Change, Moment, StateError, Transition
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.facts import Plain, Readings, StateDump
    from alerts.engine.rules_health import SilenceRule

_US = 1_000_000
_ASIDE = frozenset({int(Quality.UNDER_CHECK), int(Quality.IN_TRANSIT)})


@dataclass(slots=True)
class _Memory:
    """The last sign of life; and, after a boot without UTC, the last one before it (`before_*`) and the first after.

    `aside`: it was in transit or under check: what falls silent then was put away.
    """

    boot: bytes = b""
    last_us: int | None = None
    offset_us: int | None = None
    before_boot: bytes = b""
    before_us: int | None = None
    before_offset_us: int | None = None
    first_us: int | None = None
    aside: bool = False
    before_aside: bool = False


class SilenceMachine:
    """A silence rule on one channel."""

    def __init__(self, rule: SilenceRule) -> None:
        """Nothing has been heard yet."""
        self._rule = rule
        self._after_us = round(rule.after_s * _US)
        self._grace_us = round(rule.grace_s * _US)
        self._uses = rule.quality.by_code
        self._memory = _Memory()

    @property
    def rule(self) -> SilenceRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """None: a proven silence is over by the time it is proven; only `provisional` is under way."""
        return None

    @property
    def last(self) -> tuple[Moment, int | None] | None:
        """The last sign of life and the UTC offset known with it."""
        memory = self._memory
        return None if memory.last_us is None else (Moment(memory.boot, memory.last_us), memory.offset_us)

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; the silences that they prove, each as RAISED and RETURNED."""
        if len(readings.values) == 0 or self._is_quiet(readings):
            return ()
        return list(self._by_quality(readings))

    def _is_quiet(self, readings: Readings) -> bool:
        """Pass over a batch that is too short to hold a silence, without a loop over its readings. True when it was such."""
        memory = self._memory
        if memory.boot != readings.boot or memory.last_us is None or memory.before_us is not None:
            return False
        code, last_us = readings.quality_runs[0][1], int(readings.times_us[-1])
        if len(readings.quality_runs) != 1 or code not in self._uses or last_us - memory.last_us > self._after_us:
            return False
        memory.last_us, memory.aside = last_us, code in _ASIDE
        if readings.utc_offset_us is not None:
            memory.offset_us = readings.utc_offset_us
        return True

    def _by_quality(self, readings: Readings) -> Iterator[Transition]:
        """The readings that are a sign of life, run by run of one quality."""
        times: list[int] = readings.times_us.tolist()
        start = 0
        for length, code in readings.quality_runs:
            if code in self._uses:
                run = times[start : start + length]
                yield from self._judge(readings.boot, run, readings.utc_offset_us, aside=code in _ASIDE)
            start += length

    def provisional(self, now_utc_us: int) -> Transition | None:
        """The live form: raised when nothing has come for `after_s` + `grace_s` by `now_utc_us` (the server's UTC).

        Says nothing before the first reading and while the UTC of the last one is unknown. Changes no state.
        """
        memory = self._memory
        if memory.last_us is None or memory.offset_us is None or memory.aside:
            return None
        if now_utc_us - (memory.last_us + memory.offset_us) <= self._after_us + self._grace_us:
            return None
        last = Moment(memory.boot, memory.last_us)
        at = self.episode_after(last)
        return Transition(Change.RAISED, at, at, last, provisional=True)

    def episode_after(self, last: Moment) -> Moment:
        """What names the silence that begins with this last sign of life."""
        return Moment(last.boot, last.us + self._after_us)

    def _judge(self, boot: bytes, times: list[int], offset_us: int | None, *, aside: bool) -> Iterator[Transition]:
        memory = self._memory
        if memory.last_us is not None and memory.boot != boot:
            self._begin_boot(times[0])
        yield from self._judge_boot(boot, offset_us)
        known = memory.last_us if memory.boot == boot else None
        for number, (before, t_us) in enumerate(pairwise(times if known is None else [known, *times])):
            put_away = memory.aside if number == 0 and known is not None else aside
            if t_us - before > self._after_us and not put_away:
                yield from self._silence(Moment(boot, before), Moment(boot, t_us))
        memory.boot, memory.last_us, memory.aside = boot, times[-1], aside
        memory.offset_us = offset_us if offset_us is not None else self._known_offset(boot)

    def _known_offset(self, boot: bytes) -> int | None:
        return self._memory.offset_us if self._memory.boot == boot else None

    def _begin_boot(self, first_us: int) -> None:
        """Put the end of the old boot aside until the UTC of the new one is known."""
        memory = self._memory
        memory.before_boot, memory.before_us, memory.before_offset_us = memory.boot, memory.last_us, memory.offset_us
        memory.before_aside, memory.first_us, memory.offset_us = memory.aside, first_us, None

    def _judge_boot(self, boot: bytes, offset_us: int | None) -> Iterator[Transition]:
        """Once the new boot's UTC is known, find whether the time between the boots was a silence."""
        memory = self._memory
        if memory.before_us is None or memory.first_us is None or offset_us is None:
            return
        if memory.before_offset_us is not None and not memory.before_aside:
            gap_us = memory.first_us + offset_us - (memory.before_us + memory.before_offset_us)
            if gap_us > self._after_us:
                yield from self._silence(Moment(memory.before_boot, memory.before_us), Moment(boot, memory.first_us))
        memory.before_us = memory.before_offset_us = memory.first_us = None

    def _silence(self, last: Moment, again: Moment) -> Iterator[Transition]:
        episode = self.episode_after(last)
        yield Transition(Change.RAISED, episode, episode, last)
        yield Transition(Change.RETURNED, episode, again, again)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        memory = self._memory
        return {
            "machine": "silence",
            "boot": memory.boot.hex(),
            "last_us": memory.last_us,
            "offset_us": memory.offset_us,
            "before_boot": memory.before_boot.hex(),
            "before_us": memory.before_us,
            "before_offset_us": memory.before_offset_us,
            "first_us": memory.first_us,
            "aside": memory.aside,
            "before_aside": memory.before_aside,
        }

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        match state:
            case {
                "machine": "silence",
                "boot": str(boot),
                "last_us": int() | None as last_us,
                "offset_us": int() | None as offset_us,
                "before_boot": str(before_boot),
                "before_us": int() | None as before_us,
                "before_offset_us": int() | None as before_offset_us,
                "first_us": int() | None as first_us,
                "aside": bool(aside),
                "before_aside": bool(before_aside),
            }:
                before = bytes.fromhex(before_boot)
                self._memory = _Memory(
                    bytes.fromhex(boot), last_us, offset_us, before, before_us, before_offset_us, first_us, aside,
                    before_aside,
                )  # fmt: skip
            case _:
                raise StateError(f"not the state of a silence rule: {dict(state)!r}")
