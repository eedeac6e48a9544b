"""One long-lived passive scanner per Bluetooth adapter, and a watchdog that climbs a ladder when the air falls silent.

Scanning in windows leaves gaps, and BlueZ stops reporting after hours without saying so: after `SILENT_S` without an
advertisement from any sensor the scan is stopped and started, then the adapter is switched off and on, then the service is
restarted, then a person is told. The seam is `Radio`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from gateway_agent.transports.line import LineClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger()

SILENT_S = 90.0
"""Sensors broadcast every few seconds: a minute and a half without any is a scanner that has died."""
MOST_SENSORS = 256
"""Addresses remembered; strangers with random addresses pass by all day, and the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor sent: payloads by company number and by 16-bit service UUID, and when (µs since boot)."""

    address: str
    companies: dict[int, bytes]
    services: dict[str, bytes]
    taken_us: int


class RadioError(Exception):
    """The radio did not do what it was told."""


class Radio(Protocol):
    """A Bluetooth adapter. Every call may raise RadioError."""

    async def start(self, heard: Callable[[Advertisement], None]) -> None:
        """Begin to listen, passively."""

    async def stop(self) -> None:
        """End it."""

    async def power_cycle(self) -> None:
        """Switch the adapter off and on."""

    async def restart_service(self) -> None:
        """Restart the machine's Bluetooth service."""


class Scanner:
    """Keeps the newest advertisement of every sensor. One per adapter; see Wire."""

    def __init__(self, radio: Radio, name: str) -> None:
        self.dead = ""
        """Why nothing can be heard any more, in words for a person; empty while there is hope."""
        self._radio = radio
        self._name = name
        self._newest: dict[str, Advertisement] = {}
        self._heard_at = 0.0
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin. Raises LineClosedError."""
        try:
            await self._radio.start(self._heard)
        except RadioError as error:
            raise LineClosedError(f"{self._name}: {error}", "not_there") from error
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self._watching = loop.create_task(self._watch())

    def newest(self, address: str) -> Advertisement | None:
        """The last thing a sensor sent."""
        return self._newest.get(address.upper())

    async def close(self) -> None:
        """See Wire."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._try("stop", self._radio.stop)

    def _heard(self, advertisement: Advertisement) -> None:
        address = advertisement.address.upper()
        self._newest.pop(address, None)
        self._newest[address] = advertisement
        if len(self._newest) > MOST_SENSORS:
            del self._newest[next(iter(self._newest))]
        self._heard_at = asyncio.get_running_loop().time()
        self.dead = ""

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        rung = 0
        while True:
            silent_since = self._heard_at
            await asyncio.sleep(max(0.0, silent_since + SILENT_S - loop.time()))
            if self._heard_at != silent_since:
                rung = 0
                continue
            await self._climb(rung)
            rung += 1
            self._heard_at = loop.time()  # the step gets as long to show that it helped

    async def _climb(self, rung: int) -> None:
        """One step of the ladder. The last is told to a person, and then tried again and again."""
        log.warning("bluetooth_silent", adapter=self._name, step=min(rung, 3) + 1)
        if rung >= 3:
            self.dead = (
                f"{self._name} has heard no sensor since a restart of its service: are the sensors' batteries empty? "
                "If not, switch the kit off and on"
            )
        await self._try("stop", self._radio.stop)
        if rung == 1:
            await self._try("power_cycle", self._radio.power_cycle)
        elif rung >= 2:
            await self._try("restart_service", self._radio.restart_service)
        await self._try("start", lambda: self._radio.start(self._heard))

    async def _try(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """A step that fails leads to the next one; an error while stopping spoils nothing that was heard."""
        try:
            await step()
        except RadioError as error:
            log.warning("bluetooth_step_failed", adapter=self._name, step=what, error=str(error))
