"""What a kit is plugged into: ptys, TCP servers, I2C buses, folders of sysfs. Each can be unplugged and plugged in again."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Protocol

from deploy.simulate.faults import spoil
from deploy.simulate.ports import Pty

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.simulate.instrument import FilesInterface, Instrument
    from deploy.simulate.speakers import ChipSpeaker, Speaker

Place = dict[str, str | int]

FRESH_S = 0.1
"""A file is written anew this often: no driver asks a sensor of the kernel's more often."""


class Wire(Protocol):
    """One wire and who is on it."""

    @property
    def place(self) -> Place:
        """Where a gateway finds it: the `connection` of its settings."""

    def plug_in(self) -> None:
        """Bring it up. Idempotent."""

    def unplug(self) -> None:
        """Take it away from whoever uses it. Idempotent."""

    async def close(self) -> None:
        """Unplug and end everything."""


class SerialWire:
    """A serial line under a stable name."""

    def __init__(self, link: Path, speaker: Speaker, chosen: str | None) -> None:
        buffer = bytearray()
        self._chosen = chosen
        self._pty = Pty(link, lambda data: speaker.received(buffer, data, self._pty.send))
        self._sending = asyncio.get_running_loop().create_task(speaker.send_forever(self._pty.send))

    @property
    def place(self) -> Place:
        """See Wire."""
        return {"serial": str(self._pty.link), **({} if self._chosen is None else {"link": self._chosen})}

    def plug_in(self) -> None:
        """See Wire. Under the same name, but another number of the system's."""
        self._pty.plug_in()

    def unplug(self) -> None:
        """See Wire."""
        self._pty.unplug()

    async def close(self) -> None:
        """See Wire."""
        await _ended(self._sending)
        self._pty.unplug()


class _ServerWire:
    """A listening socket that can be taken away and brought back, and its clients."""

    def __init__(self, most: int | None = None) -> None:
        self.clients: set[asyncio.StreamWriter] = set()
        self._most = most
        self._server: asyncio.Task[None] | None = None

    @abstractmethod
    def listening(self) -> socket.socket:
        """A fresh socket that listens already."""

    @abstractmethod
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, until it leaves."""

    def plug_in(self) -> None:
        """See Wire."""
        if self._server is None:
            self._server = asyncio.get_running_loop().create_task(self._accept(self.listening()))

    def unplug(self) -> None:
        """See Wire."""
        if self._server is not None:
            self._server.cancel()
            self._server = None
        for writer in tuple(self.clients):
            writer.transport.abort()

    async def close(self) -> None:
        """See Wire."""
        server = self._server
        self.unplug()
        if server is not None:
            await _ended(server)

    async def _accept(self, listening: socket.socket) -> None:
        with listening:
            server = await asyncio.start_server(self._client, sock=listening)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._most is not None and len(self.clients) >= self._most:
            writer.transport.abort()
            return
        self.clients.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.serve(reader, writer)
        self.clients.discard(writer)
        writer.close()


class TcpWire(_ServerWire):
    """A TCP server; unplugged, it refuses. `most` clients at once: many instruments take but one."""

    def __init__(self, host: str, port: int, speaker: Speaker, most: int | None) -> None:
        super().__init__(most)
        self._host, self._port = host, port
        self._speaker = speaker
        self._sending = asyncio.get_running_loop().create_task(speaker.send_forever(self._send))

    @property
    def place(self) -> Place:
        """See Wire."""
        return {"host": self._host, "port": self._port}

    def listening(self) -> socket.socket:
        """See _ServerWire. The port stays the same after the first time."""
        made = socket.create_server((self._host, self._port))
        self._port = made.getsockname()[1]
        return made

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See _ServerWire."""
        buffer = bytearray()
        while data := await reader.read(4096):
            self._speaker.received(buffer, data, partial(_write, writer))
            await writer.drain()

    async def close(self) -> None:
        """See Wire."""
        await _ended(self._sending)
        await super().close()

    def _send(self, data: bytes) -> None:
        for writer in self.clients:
            _write(writer, data)


class I2cWire(_ServerWire):
    """An I2C bus, played at a socket: what stands in for /dev/i2c-1 (see gateway_agent/transports/i2c_played.py)."""

    def __init__(self, path: Path, chips: ChipSpeaker) -> None:
        super().__init__()
        self._path = path
        self._chips = chips

    @property
    def place(self) -> Place:
        """See Wire."""
        return {"i2c": str(self._path)}

    def listening(self) -> socket.socket:
        """See _ServerWire."""
        self._path.unlink(missing_ok=True)
        made = socket.socket(socket.AF_UNIX)
        made.bind(str(self._path))
        made.listen()
        return made

    def unplug(self) -> None:
        """See Wire."""
        super().unplug()
        self._path.unlink(missing_ok=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See _ServerWire."""
        while True:
            head = await reader.readexactly(5)
            write = await reader.readexactly(int.from_bytes(head[1:3], "big"))
            delay_s, number, answer = self._chips.transfer(head[0], write, int.from_bytes(head[3:5], "big"))
            await asyncio.sleep(delay_s)
            _write(writer, bytes([number]) + len(answer).to_bytes(2, "big") + answer)
            await writer.drain()


class SysfsWire:
    """A folder with the files that a driver of the kernel's would show, written anew all the time; `key` is its setting."""

    def __init__(self, folder: Path, key: str, instrument: Instrument, interface: FilesInterface) -> None:
        self._folder = folder
        self._key = key
        self._instrument = instrument
        self._interface = interface
        self._there = False
        self._writing = asyncio.get_running_loop().create_task(self._write_forever())

    @property
    def place(self) -> Place:
        """See Wire."""
        return {self._key: str(self._folder)}

    def plug_in(self) -> None:
        """See Wire."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._there = True
        self._write(changing=True)

    def unplug(self) -> None:
        """See Wire."""
        self._there = False
        shutil.rmtree(self._folder, ignore_errors=True)

    async def close(self) -> None:
        """See Wire."""
        await _ended(self._writing)
        self.unplug()

    async def _write_forever(self) -> None:
        while True:
            await asyncio.sleep(FRESH_S)
            self._write(changing=False)

    def _write(self, *, changing: bool) -> None:
        """The files as they are now. A fault lasts as long as it is ordered for: nobody can count who reads a file."""
        if not self._there:
            return
        for name, text in self._instrument.files(self._interface).items():
            pieces = [(0.0, text)] if name == "name" else spoil(text, self._instrument.fault)
            path = self._folder / name
            if pieces or changing:
                _exchange(path, pieces[0][1] if pieces else b"")
            else:
                _exchange(path, b"")


def _exchange(path: Path, data: bytes) -> None:
    """The whole file at once: a reader never sees half of it."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_bytes(data)
    fresh.replace(path)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
