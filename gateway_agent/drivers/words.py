"""The driver for chips on I2C: a command, a pause, a reply in words that may each carry a CRC."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

import structlog

from firmware_profiles.decoding.conditions import hold
from firmware_profiles.decoding.frames import take_fields
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.decoding.words import plain_words
from firmware_profiles.schema import WordsInterface
from firmware_profiles.schema.words import I2cLink
from gateway_agent.drivers.base import Identity, NoReading
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.places import file_name
from gateway_agent.drivers.settings import I2cConnection
from gateway_agent.transports.blocking import HungError
from gateway_agent.transports.i2c import I2cBus, clock_khz, open_i2c
from gateway_agent.transports.line import LineClosedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Interface, Transaction
    from gateway_agent.drivers.base import Sample
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel

log = structlog.get_logger()

RESTART_AFTER = 5
"""So many vain samples in a row and the chip is told to begin again: it may have lost its supply, or be stuck "not ready"."""
READY_EVERY_S = 0.05
READY_WITHIN = 0.5
"""Part of the period in which a chip that is not ready is asked again; then the sample is given up."""


class SharedBus:
    """A bus and who is on it."""

    def __init__(self, path: str) -> None:
        async def opener() -> I2cBus:
            return open_i2c(path)

        self.connection: Connection[I2cBus] = Connection(path, opener)


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> WordsDriver:
    """See protocols.Build: a chip on a bus that it shares with others."""
    connection = plan.settings.connection
    if not (isinstance(interface, WordsInterface) and isinstance(link, I2cLink)):
        raise TypeError(f"{interface.protocol} is not I2C")
    if not isinstance(connection, I2cConnection):
        raise TypeError(f"{connection!r} is not I2C")
    path = connection.i2c
    address = link.address if plan.settings.address is None else plan.settings.address
    where = file_name(path)
    places.claim(plan.settings, where, address)
    bus = places.together(plan.settings, where, "i2c", SharedBus, lambda: SharedBus(path))
    clock = clock_khz(path)
    if clock is not None and clock > link.most_khz:
        remedy = f"dtparam=i2c_arm_baudrate={link.most_khz * 1000} in /boot/firmware/config.txt"
        log.warning("i2c_too_fast", instrument=plan.settings.name, khz=clock, most_khz=link.most_khz, remedy=remedy)
    return WordsDriver(plan, interface, address, bus.connection, places)


class WordsDriver(DriverBase):
    """One chip. See Driver."""

    def __init__(
        self, plan: Plan, interface: WordsInterface, address: int, connection: Connection[I2cBus], places: Places
    ) -> None:
        super().__init__(plan, connection)
        self._bus_of = connection
        self._interface = interface
        self._address = address
        self._clock = places.clock
        self._polled = [t for t in interface.exchanges.values() if t.poll]
        self._vain = 0

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        try:
            samples = await self._sample()
        except NoReading:
            self._vain += 1
            if self._vain >= RESTART_AFTER:
                self._vain = 0
                self.forget_identity()  # which starts it again
            raise
        self._vain = 0
        self.connection.proved()
        return samples

    async def identify(self) -> Identity:
        """See Driver. Starts the chip; it has no word for who it is."""
        for command in self._interface.start:
            await self._transfer(command, 0)
        identity = Identity(self.profile.maker, self.profile.model)
        self.identified(identity)
        return identity

    async def _sample(self) -> Sequence[Sample]:
        await self.ensure_identified()
        answers = [(transaction, *await self._values(transaction)) for transaction in self._polled]
        self.still_identified()
        together = {name: value for _, raw, _ in answers for name, value in raw.items()}
        newest: dict[str, Sample] = {}
        for transaction, own, taken_us in answers:
            try:
                decoded = to_readings(self.profile, transaction.fields, {**together, **own})
            except DecodeError as error:
                raise NoReading(error.kind, str(error)) from error
            newest |= {sample.channel: sample for sample in to_samples(self.channels, decoded, taken_us)}
        return self.vigil.watch(list(newest.values()), together)

    async def _values(self, transaction: Transaction) -> tuple[dict[str, Raw], int]:
        """The raw values of a transaction; where it says whether the chip is ready, asked until it is."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.period_s * READY_WITHIN
        while True:
            values = await self._ask(transaction)
            if not transaction.ready or hold(transaction.ready, values):
                return values, self._clock()
            if loop.time() + READY_EVERY_S > until:
                raise NoReading("not_ready", f"{self.settings.name} has nothing new: it is busy, or does not measure")
            await asyncio.sleep(READY_EVERY_S)

    async def _ask(self, transaction: Transaction) -> dict[str, Raw]:
        if transaction.wait_ms:
            await self._transfer(transaction.request, 0)
            await asyncio.sleep(transaction.wait_ms / 1000)
            reply = await self._transfer(b"", transaction.reply_bytes)
        else:
            reply = await self._transfer(transaction.request, transaction.reply_bytes)
        try:
            data = plain_words(reply, self._interface, transaction)
            return take_fields(data, transaction.fields)
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error

    async def _transfer(self, write: bytes, read: int) -> bytes:
        async with self.connection.lock:
            bus = await self._bus_of.line()
            try:
                return await bus.transfer(self._address, write, read)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
            except HungError as error:
                raise NoReading("bus_stuck", f"{error}: a chip holds the bus; switch its supply off and on") from error
            except OSError as error:
                raise self._refused(error) from error

    def _refused(self, error: OSError) -> NoReading:
        if error.errno in (errno.EREMOTEIO, errno.ENXIO):
            text = f"no chip answers at 0x{self._address:02X}: check wiring, supply and address"
            return NoReading("timeout", text)
        if error.errno in (errno.ETIMEDOUT, errno.EAGAIN):
            text = "the clock was held too long: a chip stretches it, or the bus is stuck; clock it slower"
            return NoReading("bus_stuck", text)
        return NoReading("driver_error", f"the kernel's I2C driver says: {error.strerror or error}")
