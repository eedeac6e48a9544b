"""From readings to intervals: a reading stands for the time until the next one, at most for the channel's period.

The same convention as `exposure.series.from_samples`: a longer distance leaves a gap, a value is never held across one. An
interval is known when its end is: with the next reading, whatever its quality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine.condition import US
from alerts.engine.facts import StateError
from alerts.engine.quality import Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.facts import Plain, Readings, StateDump
    from alerts.engine.quality import QualityPolicy


@dataclass(frozen=True, slots=True)
class Interval:
    """[begin, end) in µs of `boot`, the value measured over it, and the moment that proved its end."""

    boot: bytes
    begin_us: int
    end_us: int
    value: int
    at_least: bool
    offset_us: int | None
    known_us: int


class Intervals:
    """The intervals of one channel."""

    def __init__(self, period_s: float, quality: QualityPolicy) -> None:
        """Nothing was read yet."""
        self._period_us = round(period_s * US)
        self._uses = quality.by_code
        self._open: tuple[bytes, int, int, bool, int | None] | None = None

    def take(self, readings: Readings) -> Iterator[Interval | int]:
        """For every reading its time (µs), after the interval that it ends, where there is one."""
        boot, offset_us = readings.boot, readings.utc_offset_us
        times, values = readings.times_us.tolist(), readings.values.tolist()
        start = 0
        for length, code in readings.quality_runs:
            use = self._uses.get(code)
            for t_us, value in zip(times[start : start + length], values[start : start + length], strict=True):
                if (ended := self._end(boot, t_us)) is not None:
                    yield ended
                usable = use is Use.COUNTS or use is Use.AT_LEAST
                self._open = (boot, t_us, value, use is Use.AT_LEAST, offset_us) if usable else None
                yield t_us
            start += length

    def _end(self, boot: bytes, t_us: int) -> Interval | None:
        if self._open is None:
            return None
        begun_in, begin_us, value, at_least, offset_us = self._open
        if begun_in != boot:  # the old boot is over: how long its last reading stood for is not known
            return None
        end_us = min(t_us, begin_us + self._period_us)
        return Interval(boot, begin_us, end_us, value, at_least, offset_us, t_us) if end_us > begin_us else None

    def dump(self) -> StateDump:
        """What is open."""
        if self._open is None:
            return {}
        boot, t_us, value, at_least, offset_us = self._open
        return {"boot": boot.hex(), "t_us": t_us, "value": value, "at_least": at_least, "offset_us": offset_us}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump. Raises StateError when it is none."""
        match state:
            case {
                "boot": str(boot),
                "t_us": int(t_us),
                "value": int(value),
                "at_least": bool(at_least),
                "offset_us": int() | None as offset_us,
            }:
                self._open = bytes.fromhex(boot), t_us, value, at_least, offset_us
            case {}:
                if state:
                    raise StateError(f"not an open interval: {dict(state)!r}")
                self._open = None


def part(state: Mapping[str, Plain], name: str) -> Mapping[str, Plain]:
    """A part of a dump that is a dump itself. Raises StateError when there is none."""
    found = state.get(name)
    if not isinstance(found, dict):
        raise StateError(f"no {name} in the state: {dict(state)!r}")
    return found  # type: ignore[return-value]  # JSON objects hold plain values
