"""A whole kit of played instruments: its wires, and who is on which."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from deploy.simulate.instrument import Instrument, played_clock
from deploy.simulate.plan import follow
from deploy.simulate.settings import I2cPlace, PulsePlace, SerialPlace, SimulatedKit, SysfsPlace
from deploy.simulate.speakers import ChipSpeaker, ModbusSpeaker, StreamSpeaker
from deploy.simulate.wires import I2cWire, Place, SerialWire, SysfsWire, TcpWire, Wire
from firmware_profiles.schema import FrameInterface, LinesInterface, ModbusInterface, WordsInterface
from firmware_profiles.schema.files import SysfsInterface
from firmware_profiles.schema.pulses import PulseInterface

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deploy.simulate.settings import TcpPlace
    from deploy.simulate.speakers import Speaker
    from firmware_profiles.decoding.modbus import Form
    from firmware_profiles.schema import Interface


SERIAL = frozenset({"serial", "rtu", "ascii"})


class Kit:
    """Plays the instruments of a kit between `open` and `close`."""

    def __init__(self, settings: SimulatedKit, folder: Path) -> None:
        self._settings = settings
        self.played_s = played_clock(settings.speed)
        self.instruments = {s.name: Instrument(s, folder, self.played_s) for s in settings.instruments}
        self.ports = folder / settings.ports
        self.places: dict[str, Place] = {}
        self._wires: dict[object, Wire] = {}
        self._by_name: dict[str, Wire] = {}
        self._speakers: dict[object, Speaker | ChipSpeaker] = {}
        self._plan: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Plug everything in. Raises OSError, ValueError."""
        self.ports.mkdir(mode=0o700, parents=True, exist_ok=True)
        for instrument in self.instruments.values():
            wire = self._wire(instrument)
            wire.plug_in()
            self._by_name[instrument.settings.name] = wire
            self.places[instrument.settings.name] = wire.place
        self._plan = asyncio.get_running_loop().create_task(follow(self, self._settings))

    async def close(self) -> None:
        """Unplug everything. Idempotent."""
        if self._plan is not None:
            self._plan.cancel()
            await asyncio.gather(self._plan, return_exceptions=True)
        for wire in self._wires.values():
            await wire.close()
        self._wires.clear()

    def unplug(self, name: str) -> None:
        """Pull the plug of an instrument (and of all that share its wire)."""
        self._of(name).unplug()

    def plug_in(self, name: str) -> None:
        """Put it back."""
        self._of(name).plug_in()

    def _of(self, name: str) -> Wire:
        if name not in self._by_name:
            raise ValueError(f"no instrument is named {name!r}")
        return self._by_name[name]

    def _wire(self, instrument: Instrument) -> Wire:
        """The wire an instrument is on; instruments of one bus find the same."""
        place = instrument.settings.place
        if isinstance(place, SerialPlace):
            interface, kind = instrument.interface(SERIAL, place.link)
            speaker = self._on_stream(("serial", place.serial, kind), instrument, interface, kind)
            return self._made(
                ("serial", place.serial), lambda: SerialWire(self.ports / place.serial, speaker, place.link)
            )
        if isinstance(place, I2cPlace):
            return self._i2c(instrument, place)
        if isinstance(place, SysfsPlace | PulsePlace):
            return self._files(instrument, place)
        return self._tcp(instrument, place)

    def _files(self, instrument: Instrument, place: SysfsPlace | PulsePlace) -> Wire:
        interface, _ = instrument.interface(frozenset({"file", "sysfs", "gpio"}))
        if not isinstance(interface, LinesInterface | SysfsInterface | PulseInterface):
            raise _unplayable(instrument)
        key, name = ("sysfs", place.sysfs) if isinstance(place, SysfsPlace) else ("pulses", place.pulses)
        if isinstance(interface, PulseInterface) != (key == "pulses"):
            raise _unplayable(instrument)
        files = interface
        return self._made((key, name), lambda: SysfsWire(self.ports / name, key, instrument, files))

    def _i2c(self, instrument: Instrument, place: I2cPlace) -> Wire:
        interface, _ = instrument.interface(frozenset({"i2c"}))
        chips = self._speakers.setdefault(("i2c", place.i2c), ChipSpeaker())
        if isinstance(chips, ChipSpeaker) and isinstance(interface, WordsInterface):
            chips.add(instrument, interface)
            return self._made(("i2c", place.i2c), lambda: I2cWire(self.ports / place.i2c, chips))
        raise _unplayable(instrument)

    def _tcp(self, instrument: Instrument, place: TcpPlace) -> Wire:
        try:
            interface, kind = instrument.interface(frozenset({"tcp"}))
        except ValueError:  # then behind a serial server
            interface, kind = instrument.interface(SERIAL)
        key = ("tcp", place.host, place.port or f"free {len(self._wires)}")
        speaker = self._on_stream(key, instrument, interface, kind)
        return self._made(key, lambda: TcpWire(place.host, place.port, speaker, place.most_clients))

    def _made(self, key: object, make: Callable[[], Wire]) -> Wire:
        if key not in self._wires:
            self._wires[key] = make()
        return self._wires[key]

    def _on_stream(self, key: object, instrument: Instrument, interface: Interface, kind: Form) -> Speaker:
        """Whoever speaks on this stream, the instrument among them. Raises ValueError when it must be alone and is not."""
        known = self._speakers.get(key)
        if isinstance(interface, ModbusInterface):
            speaker = known or ModbusSpeaker(kind)
            if isinstance(speaker, ModbusSpeaker):
                speaker.add(instrument, interface)
                self._speakers[key] = speaker
                return speaker
        elif known is None and isinstance(interface, FrameInterface | LinesInterface):
            alone = StreamSpeaker(instrument, interface)
            self._speakers[key] = alone
            return alone
        raise ValueError(f"{instrument.settings.name}: its wire is already used by another instrument")


def _unplayable(instrument: Instrument) -> ValueError:
    return ValueError(f"{instrument.settings.name}: {instrument.profile.id} cannot be played there")
