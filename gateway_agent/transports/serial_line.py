"""Serial lines: real ports, USB adapters and ptys, opened for one process alone."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING

import serial

from gateway_agent.transports.line import Chunk, Inbox, LineClosedError, not_opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_profiles.schema.links import SerialSettings

_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_AT_ONCE = 4096


class SerialLine:
    """An open serial port. The event loop reads it; the first read or write that fails ends it (unplugged)."""

    def __init__(self, port: serial.Serial, clock: Callable[[], int]) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox(clock)
        self._descriptor: int | None = port.fileno()
        os.set_blocking(self._descriptor, False)
        self._loop.add_reader(self._descriptor, self._readable, self._descriptor)

    async def write(self, data: bytes) -> None:
        """See Line."""
        left = memoryview(data)
        while left:
            if self._descriptor is None:
                raise LineClosedError(self._inbox.ended or "closed")
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                await self._room(self._descriptor)
            except OSError as error:
                self._end(error)

    async def read(self) -> Chunk:
        """See Line."""
        return await self._inbox.read()

    def pending_chunks(self) -> list[Chunk]:
        """See Line."""
        return self._inbox.pending_chunks()

    async def close(self) -> None:
        """See Line."""
        self._release("closed")

    def _readable(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _AT_ONCE)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._inbox.feed(data)
        else:
            self._release("unplugged")

    async def _room(self, descriptor: int) -> None:
        writable = asyncio.Event()
        self._loop.add_writer(descriptor, writable.set)
        try:
            await writable.wait()
        finally:
            self._loop.remove_writer(descriptor)

    def _end(self, error: OSError) -> None:
        self._release("unplugged" if error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV) else str(error))

    def _release(self, reason: str) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            self._descriptor = None
            self._port.close()
        self._inbox.end(reason)


def open_serial(path: str, settings: SerialSettings, clock: Callable[[], int]) -> SerialLine:
    """Open a port exclusively. Raises LineClosedError: not there, in use by another process, or not permitted."""
    try:
        port = serial.Serial(
            path,
            baudrate=settings.baud,
            bytesize=settings.data_bits,
            parity=_PARITY[settings.parity],
            stopbits=settings.stop_bits,
            timeout=0,
            exclusive=True,
        )
    except serial.SerialException as error:
        raise _closed(path, error) from error
    return SerialLine(port, clock)


def _closed(path: str, error: serial.SerialException) -> LineClosedError:
    if error.errno in (errno.EBUSY, errno.EAGAIN) or "exclusively" in str(error):
        return LineClosedError(f"{path} is used by another process", "in_use")
    return not_opened(path, error.errno, str(error), group="dialout")
