"""One task per instrument: waits for its deadline, asks its driver, hands over readings, reports the instrument lost and found.

Each has its own schedule and its own driver with a bounded answer time, so a slow or dead instrument delays no other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from gateway_agent.batch import Reading
from gateway_agent.drivers.base import DriverError, NoReading, fault_samples
from gateway_agent.schedule import Schedule
from telemetry.events import InstrumentFound, InstrumentLost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway_agent.clock import GatewayClock
    from gateway_agent.drivers.base import Driver, Identity, Sample
    from telemetry.events import EventBody

log = structlog.get_logger()

LOST_AFTER = 5
"""So many samples in a row without an answer are an instrument lost; until then each leaves a *comms fault* reading."""


MOST_AT_ONCE = 1024
"""Readings handed over together: a second of waveform has thousands, and an entry must be cut before it is too large."""


class Sink(Protocol):
    """Where a sampler's findings go (the agent)."""

    def ids(self, driver: Driver) -> Mapping[str, int]:
        """Channel ids by name, as they are now."""

    def take(self, readings: Sequence[Reading]) -> None:
        """Readings, as the driver has handed them over."""

    def happened(self, body: EventBody, t_us: int | None = None) -> None:
        """An event."""

    def identified(self, driver: Driver) -> None:
        """The instrument has said who it is, or said something else than before."""


class Sampler:
    """The task of one instrument."""

    def __init__(self, driver: Driver, clock: GatewayClock, sink: Sink) -> None:
        self.answering: bool | None = None
        """None before the first answer or loss."""
        self.cause = ""
        self._driver = driver
        self._clock = clock
        self._sink = sink
        self._schedule = Schedule(round(driver.period_s * 1_000_000), clock.boot_us())
        self._identity: Identity | None = driver.identity
        self._misses = 0

    @property
    def name(self) -> str:
        """The instrument's name."""
        return self._driver.settings.name

    @property
    def model(self) -> str:
        """Maker and model by its profile."""
        return f"{self._driver.profile.maker} {self._driver.profile.model}"

    @property
    def driver(self) -> Driver:
        """What it asks."""
        return self._driver

    @property
    def missed(self) -> int:
        """Deadlines that passed while the sample before was still under way."""
        return self._schedule.missed

    async def run(self) -> None:
        """Sample for ever; closes the driver when cancelled."""
        try:
            while True:
                await self._until_deadline()
                await self.sample()
                self._schedule.done(self._clock.boot_us())
        finally:
            await self._driver.close()

    async def _until_deadline(self) -> None:
        """Sleep by the clock of boot, which the loop's own may fall behind of while the machine is suspended."""
        while wait_us := self._schedule.wait_us(self._clock.boot_us()):  # noqa: ASYNC110  (a deadline, not a condition)
            await asyncio.sleep(wait_us / 1_000_000)

    async def sample(self) -> None:
        """One sample, whatever comes of it."""
        try:
            samples = await self._driver.sample()
        except DriverError as error:
            self._failed(error)
        except Exception as error:
            # A fault in one driver must not end the measuring of all others, and a restart would only meet it again.
            log.exception("driver_fault", instrument=self.name)
            self._failed(NoReading("driver_fault", repr(error)))
        else:
            self._answered(samples)

    def _answered(self, samples: Sequence[Sample]) -> None:
        self._misses = 0
        if self._driver.identity != self._identity:
            self._identity = self._driver.identity
            self._sink.identified(self._driver)
        if not self.answering:
            self.answering, self.cause = True, ""
            said = self._driver.identity
            channels = sorted(self._sink.ids(self._driver).values())
            self._sink.happened(InstrumentFound(channels=channels, serial=said.serial_number if said else ""))
            log.info("instrument_found", instrument=self.name)
        self._take(samples)

    def _failed(self, error: DriverError) -> None:
        self._misses += 1
        gone = not isinstance(error, NoReading) or self._misses >= LOST_AFTER
        if not gone:
            self._take(fault_samples(self._driver, self._clock.boot_us()))
        elif self.answering is not False:
            self.answering, self.cause = False, error.kind
            channels = sorted(self._sink.ids(self._driver).values())
            self._sink.happened(InstrumentLost(channels=channels, cause=error.kind[:128]))
            log.warning("instrument_lost", instrument=self.name, cause=error.kind, error=str(error))

    def _take(self, samples: Sequence[Sample]) -> None:
        ids = self._sink.ids(self._driver)
        readings = [Reading(ids[s.channel], s.taken_us, s.value or 0, int(s.quality)) for s in samples]
        for start in range(0, len(readings), MOST_AT_ONCE):
            self._sink.take(readings[start : start + MOST_AT_ONCE])
