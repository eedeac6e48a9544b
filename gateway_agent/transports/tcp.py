"""TCP lines: instruments and serial servers on the network."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from gateway_agent.transports.line import Chunk, Inbox, LineClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_TIMEOUT_S = 3.0
"""An instrument on the site's own network answers at once or not at all."""


class TcpLine(asyncio.Protocol):
    """An open TCP connection."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._inbox = Inbox(clock)
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._inbox.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self._inbox.end(f"the connection broke: {exc}" if exc else "the instrument closed the connection")
        self._writable.set()
        self._lost.set()

    def pause_writing(self) -> None:
        """Called by the event loop."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by the event loop."""
        self._writable.set()

    async def write(self, data: bytes) -> None:
        """See Line."""
        await self._writable.wait()
        if self._transport is None or self._inbox.ended is not None:
            raise LineClosedError(self._inbox.ended or "not connected")
        self._transport.write(data)

    async def read(self) -> Chunk:
        """See Line."""
        return await self._inbox.read()

    def pending_chunks(self) -> list[Chunk]:
        """See Line."""
        return self._inbox.pending_chunks()

    async def close(self) -> None:
        """See Line. Aborts: there is nothing left to say to an instrument."""
        if self._transport is not None:
            self._transport.abort()
            await self._lost.wait()


async def open_tcp(host: str, port: int, clock: Callable[[], int]) -> TcpLine:
    """Connect. Raises LineClosedError with one of three different faults: refused, not found, no answer."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, line = await loop.create_connection(lambda: TcpLine(clock), host, port)
    except TimeoutError:
        raise LineClosedError(
            f"{host}:{port} does not answer: check power and network cable", "no_connection"
        ) from None
    except ConnectionRefusedError:
        text = f"{host}:{port} refuses: is another program connected? If not, its network port has wedged: switch it off and on"
        raise LineClosedError(text, "refused") from None
    except OSError as error:
        raise LineClosedError(f"{host}:{port}: {error.strerror or error}", "no_connection") from error
    return line
