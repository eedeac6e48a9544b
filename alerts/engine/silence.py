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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.facts import Readings, StateDump
    from alerts.engine.rules import SilenceRule

_US = 1_000_000


@dataclass(slots=True)
class _Memory:
    """The last sign of life; and, after a boot without UTC, the last one before it (`before_*`) and the first after."""

    boot: bytes = b""
    last_us: int | None = None
    offset_us: int | None = None
    before_boot: bytes = b""
    before_us: int | None = None
    before_offset_us: int | None = None
    first_us: int | None = None


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
        alive = self._alive(readings)
        return [] if not alive else list(self._judge(readings.boot, alive, readings.utc_offset_us))

    def provisional(self, now_utc_us: int) -> Transition | None:
        """The live form: raised when nothing has come for `after_s` + `grace_s` by `now_utc_us` (the server's UTC).

        Says nothing before the first reading and while the UTC of the last one is unknown. Changes no state.
        """
        memory = self._memory
        if memory.last_us is None or memory.offset_us is None:
            return None
        if now_utc_us - (memory.last_us + memory.offset_us) <= self._after_us + self._grace_us:
            return None
        last = Moment(memory.boot, memory.last_us)
        at = self.episode_after(last)
        return Transition(Change.RAISED, at, at, last, provisional=True)

    def episode_after(self, last: Moment) -> Moment:
        """What names the silence that begins with this last sign of life."""
        return Moment(last.boot, last.us + self._after_us)

    def _alive(self, readings: Readings) -> list[int]:
        """The times of the readings that are a sign of life."""
        times: list[int] = readings.times_us.tolist()
        if all(code in self._uses for _, code in readings.quality_runs):
            return times
        kept: list[int] = []
        start = 0
        for length, code in readings.quality_runs:
            if code in self._uses:
                kept += times[start : start + length]
            start += length
        return kept

    def _judge(self, boot: bytes, times: list[int], offset_us: int | None) -> Iterator[Transition]:
        memory = self._memory
        if memory.last_us is not None and memory.boot != boot:
            self._begin_boot(times[0])
        yield from self._judge_boot(boot, offset_us)
        if memory.boot == boot and memory.last_us is not None:
            times = [memory.last_us, *times]
        for before, t_us in pairwise(times):
            if t_us - before > self._after_us:
                yield from self._silence(Moment(boot, before), Moment(boot, t_us))
        memory.boot, memory.last_us = boot, max(times)
        memory.offset_us = offset_us if offset_us is not None else self._known_offset(boot)

    def _known_offset(self, boot: bytes) -> int | None:
        return self._memory.offset_us if self._memory.boot == boot else None

    def _begin_boot(self, first_us: int) -> None:
        """Put the end of the old boot aside until the UTC of the new one is known."""
        memory = self._memory
        memory.before_boot, memory.before_us, memory.before_offset_us = memory.boot, memory.last_us, memory.offset_us
        memory.first_us, memory.offset_us = first_us, None

    def _judge_boot(self, boot: bytes, offset_us: int | None) -> Iterator[Transition]:
        """Once the new boot's UTC is known, find whether the time between the boots was a silence."""
        memory = self._memory
        if memory.before_us is None or memory.first_us is None or offset_us is None:
            return
        if memory.before_offset_us is not None:
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
        }

    def restore(self, state: Mapping[str, int | str | bool | None]) -> None:
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
            }:
                before = bytes.fromhex(before_boot)
                self._memory = _Memory(
                    bytes.fromhex(boot), last_us, offset_us, before, before_us, before_offset_us, first_us
                )
            case _:
                raise StateError(f"not the state of a silence rule: {dict(state)!r}")
