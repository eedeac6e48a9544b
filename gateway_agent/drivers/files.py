"""The driver for devices that the kernel reads and shows as files: lines of text (1-Wire), or one number a file (IIO)."""

from __future__ import annotations

import errno
import re
from abc import abstractmethod
from pathlib import PurePath
from typing import TYPE_CHECKING

from firmware_profiles.decoding.files import take_files
from firmware_profiles.decoding.lines import take_line
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema.files import SysfsInterface, SysfsLink
from gateway_agent.drivers.base import Identity, NoReading, WrongInstrument
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import SysfsConnection
from gateway_agent.transports.blocking import HungError
from gateway_agent.transports.line import LineClosedError
from gateway_agent.transports.sysfs import SysfsFolder, open_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.decoding.results import Decoded
    from firmware_profiles.schema import Interface, LinesInterface
    from firmware_profiles.schema.lines import FileLink
    from gateway_agent.drivers.base import Sample
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel

_ONE_WIRE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{12})")
"""Folder of a 1-Wire device: family, then the number that the maker has burnt in."""
READ_WITHIN_S = 1.5
"""A conversion of a 1-Wire thermometer takes 0.75 s, and the read waits for it."""


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> NumbersDriver:
    """See protocols.Build: a device of Industrial I/O."""
    if not (isinstance(interface, SysfsInterface) and isinstance(link, SysfsLink)):
        raise TypeError(f"{interface.protocol} has no files")
    return NumbersDriver(plan, interface, _folder(plan, places, link), places)


def build_lines(plan: Plan, interface: LinesInterface, link: FileLink, places: Places) -> LinesFileDriver:
    """A driver for lines in one file of a device's folder."""
    return LinesFileDriver(plan, interface, PurePath(link.path).name, _folder(plan, places), places)


def _folder(plan: Plan, places: Places, link: SysfsLink | None = None) -> Connection[SysfsFolder]:
    connection = plan.settings.connection
    if not isinstance(connection, SysfsConnection):
        raise TypeError(f"{connection!r} is no folder")
    pattern, name = connection.sysfs, connection.name
    names, name_file = (link.names, link.name_file) if link is not None else ((), "name")

    async def opener() -> SysfsFolder:
        return open_folder(pattern, name, names, name_file)

    where = f"{pattern} {name}".strip()
    return places.alone(plan.settings, where, lambda: Connection(where, opener))


class FileDriver(DriverBase):
    """One device. See Driver."""

    def __init__(self, plan: Plan, connection: Connection[SysfsFolder], places: Places) -> None:
        super().__init__(plan, connection)
        self._folder_of = connection
        self._clock = places.clock

    @abstractmethod
    async def read(self, folder: SysfsFolder) -> Decoded:
        """One sample. Raises DecodeError, and what reading a folder raises."""

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        async with self.connection.lock:
            folder = await self._folder_of.line()
            if not self.is_identified:
                await self.identify()
            try:
                decoded = await self.read(folder)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
            except HungError as error:
                raise NoReading("timeout", str(error)) from error
            except OSError as error:
                raise _no_reading(error) from error
            except DecodeError as error:
                raise NoReading(error.kind, str(error)) from error
        self.connection.proved()
        return self.vigil.watch(to_samples(self.channels, decoded, self._clock()), decoded.raw)

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


class LinesFileDriver(FileDriver):
    """One file of text."""

    def __init__(
        self, plan: Plan, interface: LinesInterface, file: str, connection: Connection[SysfsFolder], places: Places
    ) -> None:
        super().__init__(plan, connection, places)
        self._exchange = next(iter(interface.exchanges.values()))
        self._file = file

    async def read(self, folder: SysfsFolder) -> Decoded:
        """See FileDriver."""
        text = await folder.read(self._file, READ_WITHIN_S)
        return to_readings(self.profile, self._exchange.fields, take_line(self._exchange, text))


class NumbersDriver(FileDriver):
    """Some of the files that the profile knows, each with one number."""

    def __init__(
        self, plan: Plan, interface: SysfsInterface, connection: Connection[SysfsFolder], places: Places
    ) -> None:
        super().__init__(plan, connection, places)
        self._interface = interface
        self._files: list[str] = []

    async def identify(self) -> Identity:
        """See Driver. Which files this device has is looked up at every opening."""
        folder = await self._folder_of.line()
        known = {field.file for field in self._interface.fields.values()}
        self._files = sorted(known & set(folder.names()))
        return await super().identify()

    async def read(self, folder: SysfsFolder) -> Decoded:
        """See FileDriver."""
        texts: dict[str, str] = {}
        for name in self._files:
            try:
                texts[name] = (await folder.read(name, READ_WITHIN_S)).decode("latin-1")
            except OSError as error:
                if isinstance(error, LineClosedError):
                    raise
                texts[name] = errno.errorcode.get(error.errno or 0, "EIO")  # the profile says what it means
            else:
                if not texts[name].endswith("\n"):
                    raise DecodeError("truncated", f"{name} ends in the middle: {texts[name]!r}")
        raw = take_files(self._interface, texts)
        return to_readings(self.profile, self._interface.fields, raw)


def _no_reading(error: OSError) -> NoReading:
    if error.errno == errno.EBUSY:
        return NoReading("EBUSY_retry", "the kernel's driver is busy; a buffer may be enabled by another program")
    if error.errno in (errno.EIO, errno.EREMOTEIO, errno.ETIMEDOUT):
        return NoReading("timeout", "the kernel's driver got no answer: check wiring and supply")
    return NoReading("driver_error", f"the kernel's driver says: {error.strerror or error}")
