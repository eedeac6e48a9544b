"""The driver for devices that the kernel reads and shows as files of text."""

from __future__ import annotations

import errno
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from firmware_profiles.decoding.lines import take_line
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from gateway_agent.drivers.base import Identity, NoReading, WrongInstrument
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import SysfsConnection
from gateway_agent.transports.blocking import HungError
from gateway_agent.transports.line import LineClosedError
from gateway_agent.transports.sysfs import SysfsFolder, open_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import LinesInterface
    from firmware_profiles.schema.lines import FileLink
    from gateway_agent.drivers.base import Sample
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places

_ONE_WIRE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{12})")
"""Folder of a 1-Wire device: family, then the number that the maker has burnt in."""


def build_lines(plan: Plan, interface: LinesInterface, link: FileLink, places: Places) -> FileDriver:
    """A driver for lines in one file of a device's folder."""
    connection = plan.settings.connection
    if not isinstance(connection, SysfsConnection):
        raise TypeError(f"{connection!r} is no folder")
    pattern = connection.sysfs

    async def opener() -> SysfsFolder:
        return open_folder(pattern)

    wire = places.alone(plan.settings, pattern, lambda: Connection(pattern, opener))
    return FileDriver(plan, interface, PurePath(link.path).name, wire, places)


class FileDriver(DriverBase):
    """One device. See Driver."""

    def __init__(
        self, plan: Plan, interface: LinesInterface, file: str, connection: Connection[SysfsFolder], places: Places
    ) -> None:
        super().__init__(plan, connection)
        self._folder_of = connection
        self._interface = interface
        self._file = file
        self._clock = places.clock

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        async with self.connection.lock:
            folder = await self._folder_of.line()
            if not self.is_identified:
                await self.identify()
            try:
                text = await folder.read(self._file, self._interface.timing.slowest_reply_ms / 1000)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
            except HungError as error:
                raise NoReading("timeout", str(error)) from error
            except OSError as error:
                raise _no_reading(error) from error
        return self._samples(text, self._clock())

    async def identify(self) -> Identity:
        """See Driver. A 1-Wire device is called by its number; others have none that the kernel would show."""
        folder = await self._folder_of.line()
        number = _ONE_WIRE.fullmatch(folder.folder.resolve().name)
        serial = number[1] if number is not None else ""
        wanted = self.settings.serial_number
        if wanted and serial and wanted != serial:
            raise WrongInstrument("wrong_serial_number", f"serial number {serial} is there, {wanted} is configured")
        identity = Identity(self.profile.maker, self.profile.model, serial)
        self.identified(identity)
        return identity

    def _samples(self, text: bytes, taken_us: int) -> Sequence[Sample]:
        exchange = next(iter(self._interface.exchanges.values()))
        try:
            decoded = to_readings(self.profile, exchange.fields, take_line(exchange, text))
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error
        self.connection.proved()
        return self.vigil.watch(to_samples(self.channels, decoded, taken_us), decoded.raw)


def _no_reading(error: OSError) -> NoReading:
    if error.errno == errno.EBUSY:
        return NoReading("EBUSY_retry", "the kernel's driver is busy; a buffer may be enabled by another program")
    if error.errno in (errno.EIO, errno.EREMOTEIO, errno.ETIMEDOUT):
        return NoReading("timeout", "the kernel's driver got no answer: check wiring and supply")
    return NoReading("driver_error", f"the kernel's driver says: {error.strerror or error}")
