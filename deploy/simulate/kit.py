"""A whole kit of played instruments: its lines, its control socket, its end."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.simulate.instrument import Instrument, played_clock
from deploy.simulate.ports import Pty
from deploy.simulate.settings import SerialPlace, SimulatedKit
from deploy.simulate.speakers import FrameSpeaker, ModbusSpeaker
from firmware_profiles.schema import ModbusInterface

if TYPE_CHECKING:
    from deploy.simulate.settings import SimulatedInstrument, TcpPlace

Place = dict[str, str | int]
Speaker = ModbusSpeaker | FrameSpeaker


class Kit:
    """Plays the instruments of a kit between `open` and `close`."""

    def __init__(self, settings: SimulatedKit, folder: Path) -> None:
        self._settings = settings
        self.played_s = played_clock(settings.speed)
        self.instruments = {s.name: Instrument(s, folder, self.played_s) for s in settings.instruments}
        self.ports = folder / settings.ports
        self.places: dict[str, Place] = {}
        self._ptys: dict[str, Pty] = {}
        self._speakers: dict[tuple[str, str], Speaker] = {}
        self._servers: dict[tuple[str, int], asyncio.Server] = {}
        self._clients: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Plug everything in. Raises OSError, ValueError."""
        self.ports.mkdir(mode=0o700, parents=True, exist_ok=True)
        for settings in self._settings.instruments:
            instrument = self.instruments[settings.name]
            if isinstance(settings.place, SerialPlace):
                self._plug_serial(instrument, settings.place)
            else:
                await self._plug_tcp(instrument, settings, settings.place)

    async def close(self) -> None:
        """Unplug everything. Idempotent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers.values():
            server.close()
        for writer in tuple(self._clients):
            writer.transport.abort()
        for server in self._servers.values():
            await server.wait_closed()
        self._servers.clear()
        for pty in self._ptys.values():
            pty.unplug()

    def unplug(self, name: str) -> None:
        """Pull the serial plug of an instrument (and of all that share its line)."""
        self._pty(name).unplug()

    def plug_in(self, name: str) -> None:
        """Put it back, under the same name but another number of the system's."""
        self._pty(name).plug_in()

    def _pty(self, name: str) -> Pty:
        if name not in self.instruments:
            raise ValueError(f"no instrument is named {name!r}")
        place = self.instruments[name].settings.place
        if not isinstance(place, SerialPlace):
            raise ValueError(f"{name} is not on a serial line")  # noqa: TRY004  (a wish of a person, not a type)
        return self._ptys[place.serial]

    def _plug_serial(self, instrument: Instrument, place: SerialPlace) -> None:
        interface = instrument.interface(over_tcp=False)
        if isinstance(interface, ModbusInterface):
            form = next(link.kind for link in interface.links if link.kind != "tcp")
            speaker = self._speakers.setdefault((place.serial, form), ModbusSpeaker(form))
            if isinstance(speaker, ModbusSpeaker):
                speaker.add(instrument, interface)
        else:
            speaker = self._speakers.setdefault((place.serial, "frames"), FrameSpeaker(instrument, interface))
        if place.serial not in self._ptys:
            self._open_pty(place.serial, speaker)
        if isinstance(speaker, FrameSpeaker):
            self._start(speaker, self._ptys[place.serial])
        self.places[instrument.settings.name] = {"serial": str(self._ptys[place.serial].link)}

    def _open_pty(self, name: str, speaker: Speaker) -> None:
        buffer = bytearray()
        pty = Pty(self.ports / name, lambda data: speaker.received(buffer, data, pty.send))
        pty.plug_in()
        self._ptys[name] = pty

    def _start(self, speaker: FrameSpeaker, pty: Pty) -> None:
        task = asyncio.get_running_loop().create_task(speaker.send_forever(pty.send))
        self._tasks.add(task)

    async def _plug_tcp(self, instrument: Instrument, settings: SimulatedInstrument, place: TcpPlace) -> None:
        interface = instrument.interface(over_tcp=True)
        key = (place.host, place.port or -1 - len(self._servers))
        if isinstance(interface, ModbusInterface):
            speaker: Speaker = self._speakers.setdefault((place.host, str(key[1])), ModbusSpeaker("tcp"))
            if isinstance(speaker, ModbusSpeaker):
                speaker.add(instrument, interface)
        else:
            speaker = FrameSpeaker(instrument, interface)
        if key not in self._servers:
            serve = partial(_serve, speaker, self._clients)
            self._servers[key] = await asyncio.start_server(serve, place.host, place.port)
        port: int = self._servers[key].sockets[0].getsockname()[1]
        self.places[settings.name] = {"host": place.host, "port": port}


async def _serve(
    speaker: Speaker, clients: set[asyncio.StreamWriter], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One client of a TCP server, until it leaves."""
    buffer = bytearray()
    clients.add(writer)

    def send(data: bytes) -> None:
        if not writer.is_closing():
            writer.write(data)

    with contextlib.suppress(ConnectionError):
        while data := await reader.read(4096):
            speaker.received(buffer, data, send)
            await writer.drain()
    clients.discard(writer)
    writer.close()
