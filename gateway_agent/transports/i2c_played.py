"""A played I2C bus: transfers over a socket, in place of the kernel's i2c-dev. `./antoan simulate` is at the other end.

A request is address (1 byte), bytes to write and bytes to read (2 each, big-endian), what is written; the answer an errno (1),
how many bytes were read (2), and these.
"""

from __future__ import annotations

import errno
import os
import socket

PATIENCE_S = 5.0
"""The simulator answers later than this only when it has ended."""


class PlayedTransfer:
    """See gateway_agent.transports.i2c.Transfer."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
        self._stream = self._socket.makefile("rwb")

    def __call__(self, address: int, write: bytes, read: int) -> bytes:
        """See Transfer."""
        try:
            head = bytes([address]) + len(write).to_bytes(2, "big") + read.to_bytes(2, "big")
            self._stream.write(head + write)
            self._stream.flush()
            number, size = self._take(1)[0], int.from_bytes(self._take(2), "big")
            answer = self._take(size)
        except (ConnectionError, TimeoutError) as error:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV)) from error
        if number:
            raise OSError(number, os.strerror(number))
        return answer

    def close(self) -> None:
        """See Transfer."""
        self._socket.close()

    def _take(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise ConnectionResetError
        return data
