"""The seam between drivers and wires: bytes with the time they arrived, in a bounded buffer.

Bytes are taken from the wire when they come, not when a driver asks, so their time is right and a slow driver loses no
frame. A line that is gone stays gone: it is closed and another one is opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAITING = 64 * 1024
"""Bytes kept for a driver that does not read: a minute of the fastest serial line used here; then the oldest go."""


class LineClosedError(ConnectionError):
    """The wire is gone: unplugged, closed by the other side, or never there. `kind` is the short word for which."""

    def __init__(self, message: str, kind: str = "unplugged") -> None:
        super().__init__(message)
        self.kind = kind


def not_opened(path: str, number: int | None, text: str, *, group: str) -> LineClosedError:
    """Why a device file cannot be opened, with the remedy. `number` is the errno; `group` may open such files."""
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return LineClosedError(f"{path} is not there: check the plug", "not_there")
    if number in (errno.EACCES, errno.EPERM):
        text = f"{path}: not permitted; the gateway's user must be in the group of the port ({group})"
        return LineClosedError(text, "not_permitted")
    return LineClosedError(f"{path}: {text}", "unreachable")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that arrived together, and when (the driver's clock, µs since boot)."""

    data: bytes
    taken_us: int


class Line(Protocol):
    """An open wire to one instrument or to a bus of them."""

    async def write(self, data: bytes) -> None:
        """Send all bytes. Raises LineClosedError."""

    async def read(self) -> Chunk:
        """What has arrived, waiting for at least one byte. Raises LineClosedError once nothing is left to read."""

    def pending_chunks(self) -> list[Chunk]:
        """Take what has arrived and was not read, without waiting."""

    async def close(self) -> None:
        """Release the wire. Idempotent."""


class Inbox:
    """What has arrived on a line and was not read yet. Fed by the event loop, read by one driver."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._chunks: deque[Chunk] = deque()
        self._waiting = 0
        self._arrived = asyncio.Event()
        self._closed: str | None = None

    def feed(self, data: bytes) -> None:
        """Bytes from the wire."""
        self._chunks.append(Chunk(data, self._clock()))
        self._waiting += len(data)
        while self._waiting > MOST_WAITING and len(self._chunks) > 1:
            self._waiting -= len(self._chunks.popleft().data)
        self._arrived.set()

    def end(self, reason: str) -> None:
        """The wire is gone; what has arrived may still be read."""
        self._closed = self._closed or reason
        self._arrived.set()

    @property
    def ended(self) -> str | None:
        """Why the wire is gone, None while it is there."""
        return self._closed

    async def read(self) -> Chunk:
        """The oldest chunk, waiting for one. Raises LineClosedError."""
        while not self._chunks:
            if self._closed is not None:
                raise LineClosedError(self._closed)
            self._arrived.clear()
            await self._arrived.wait()
        chunk = self._chunks.popleft()
        self._waiting -= len(chunk.data)
        return chunk

    def pending_chunks(self) -> list[Chunk]:
        """All that waits."""
        chunks = list(self._chunks)
        self._chunks.clear()
        self._waiting = 0
        return chunks


def pending(line: Line) -> bytes:
    """The bytes that have arrived and were not read, taken away."""
    return b"".join(chunk.data for chunk in line.pending_chunks())


async def quiet_until(line: Line, loop_time: float) -> bytes:
    """Keep silent and read away whatever comes until the event loop's time is `loop_time`. Raises LineClosedError."""
    data = bytearray()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(loop_time):
            while True:
                data += (await line.read()).data
    return bytes(data[-MOST_WAITING:])
