"""A proxy that plays a bad network between two real processes: cut, black hole, delay, narrow band, flapping.

It runs in the loop of who asks for it: fault tests, and the demonstration, which cuts the network on stage. Bytes are
counted both ways, so that what a link carried can be stated.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHUNK = 16_384


class FaultProxy:
    """Forwards to `target` (host and port, or a unix socket's path) from a loopback port, or from `path`."""

    def __init__(self, target: tuple[str, int] | Path, path: Path | None = None) -> None:
        self._target = target
        self._path = path
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._accepts = True
        self.port = 0
        self.delay_s = 0.0
        self.bytes_per_s: float | None = None
        self.bytes_up = 0
        self.bytes_down = 0
        self.accepted = 0

    async def start(self) -> None:
        """Listen; `port` is set from then on."""
        if self._path is not None:
            self._server = await asyncio.start_unix_server(self._accept, self._path)
            return
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop every link."""
        if self._server is not None:
            self._server.close()
            await self._drop()
            await self._server.wait_closed()
            self._server = None

    async def cut(self) -> None:
        """The cable is out: links break, new ones are dropped at once."""
        self._accepts = False
        await self._drop()

    def restore(self) -> None:
        """The cable is back, the black hole gone."""
        self._accepts = True
        self._flows.set()

    def swallow(self) -> None:
        """A black hole: links stay open, and nothing passes until `restore`."""
        self._flows.clear()

    async def flap(self, times: int, down_s: float, up_s: float) -> None:
        """Cut and restore again and again; ends restored."""
        for _ in range(times):
            await self.cut()
            await asyncio.sleep(down_s)
            self.restore()
            await asyncio.sleep(up_s)

    async def _drop(self) -> None:
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        if link is None or not self._accepts:
            await abort(writer)
            return
        self._links.add(link)
        self.accepted += 1
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # cut, or closed: the transports are aborted below either way
        finally:
            await abort(writer)
            self._links.discard(link)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._target, Path):
                far_reader, far_writer = await asyncio.open_unix_connection(self._target)
            else:
                far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer, up=True))
                both.create_task(self._pump(far_reader, writer, up=False))
        finally:
            await abort(far_writer)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, up: bool) -> None:
        with suppress(OSError):  # one side has gone
            while data := await source.read(CHUNK):
                await self._flows.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if self.bytes_per_s:
                    await asyncio.sleep(len(data) / self.bytes_per_s)
                sink.write(data)
                await sink.drain()
                if up:
                    self.bytes_up += len(data)
                else:
                    self.bytes_down += len(data)
            if sink.can_write_eof():
                sink.write_eof()
                return
        sink.transport.abort()


async def abort(writer: asyncio.StreamWriter) -> None:
    """Break the connection and wait until it is gone."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def fault_proxy(target: tuple[str, int] | Path, path: Path | None = None) -> AsyncIterator[FaultProxy]:
    """A started proxy, closed at the end."""
    proxy = FaultProxy(target, path)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
