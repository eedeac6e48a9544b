"""Settings in, drivers out: instruments that share a line share its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.drivers.base import Clock, Driver
    from gateway_agent.drivers.settings import InstrumentSettings


def build_drivers(instruments: Sequence[InstrumentSettings], clock: Clock) -> tuple[Driver, ...]:
    """One driver per instrument, none opened yet: a driver opens its line at its first `sample`.

    `clock` gives µs since boot. Raises Misconfigured when a profile is unknown, does not speak over the given connection,
    has no such channel, or when two instruments claim the same name or the same address on one line.
    """
    raise NotImplementedError
