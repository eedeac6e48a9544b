"""Which clock state stands in the entries: kept still while UTC is, mapped anew when it is known, stepped when it jumps. Pure.

An entry's clock state turns µs since boot into UTC. It is held constant while UTC stays within `SLEW_US` of it (runs then
compress to nothing), follows slow drift without an event, and leaves an event when UTC becomes known, is lost, or jumps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telemetry.link import Clock, ClockSource

if TYPE_CHECKING:
    from gateway_agent.clock import UtcReading

SLEW_US = 5_000  # below it one offset serves: a tenth of the finest sampling
STEP_US = 500_000  # a jump that a person would notice; chrony slews what is smaller


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What the record must say about the clock: a mapping became known or was lost (`step` False), or UTC jumped."""

    step: bool
    t_us: int
    before: Clock
    after: Clock


class ClockState:
    """Follows looks at UTC; `clock` is what the next entry carries."""

    def __init__(self) -> None:
        self.clock = Clock()

    def look(self, reading: UtcReading) -> ClockChange | None:
        """Take a look at UTC in; a ClockChange when the record must hold an event for it."""
        before = self.clock
        if reading.source is ClockSource.NONE:
            self.clock = Clock()
            return None if before.utc_offset_us is None else ClockChange(False, reading.boot_us, before, self.clock)
        offset_us = reading.utc_us - reading.boot_us
        after = Clock(reading.source, offset_us, coarse(reading.bound_us))
        if before.utc_offset_us is None:
            self.clock = after
            return ClockChange(False, reading.boot_us, before, after)
        moved_us = abs(offset_us - before.utc_offset_us)
        if moved_us >= STEP_US:
            self.clock = after
            return ClockChange(True, reading.boot_us, before, after)
        self.clock = after if moved_us > SLEW_US else replace(after, utc_offset_us=before.utc_offset_us)
        return None


def coarse(bound_us: int) -> int:
    """A bound, the held offset's error included, rounded up to a power of two.

    The kernel's own bound grows by 500 µs a second between polls and would otherwise change the state of every entry.
    """
    return 1 << (bound_us + SLEW_US - 1).bit_length()
