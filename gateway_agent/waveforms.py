"""When an edge alarm changes, drivers that keep a waveform are told: the seconds around it are sealed.

So that an investigator has the second of the accident, and nobody has the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.alarms import EdgeTransition
    from gateway_agent.drivers.base import Driver
    from gateway_agent.outputs import Output


@runtime_checkable
class KeepsWaveform(Protocol):
    """A driver with a ring of raw samples."""

    def alarm(self, t_us: int) -> None:
        """Keep what was before `t_us` (µs since boot) and what comes after it."""


class TellsDrivers:
    """See Output: passes everything on, and tells the drivers."""

    def __init__(self, output: Output, keepers: Sequence[KeepsWaveform]) -> None:
        self._output = output
        self._keepers = keepers

    def set(self, transition: EdgeTransition) -> None:
        """See Output. The siren first."""
        self._output.set(transition)
        for keeper in self._keepers:
            keeper.alarm(transition.t_us)

    async def close(self) -> None:
        """See Output."""
        await self._output.close()


def with_waveforms(output: Output, drivers: Sequence[Driver]) -> Output:
    """The output itself, unless a driver keeps a waveform."""
    keepers = [driver for driver in drivers if isinstance(driver, KeepsWaveform)]
    return TellsDrivers(output, keepers) if keepers else output
