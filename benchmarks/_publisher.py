"""A publisher of MQTT 5 that costs next to nothing, so that what is measured beside it is the server and not the load.

QoS 1 with a window, over a Unix socket: packets are written as they are, in large pieces, and acknowledgements are counted. In life a
kit publishes an entry every few seconds from a machine of its own; thousands of them would not share two cores with the database.
"""

from __future__ import annotations

import socket
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CONNECT_FLAGS: Final = 0x02  # clean start
_PIECE: Final = 64
"""Messages written at once."""
WINDOW: Final = 1000
"""Messages not acknowledged at most."""


class Publisher:
    """One connection. Raises ConnectionError when the broker ends it."""

    def __init__(self, path: Path, client_id: str, window: int = WINDOW) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        name = client_id.encode()
        body = b"\x00\x04MQTT\x05" + bytes((_CONNECT_FLAGS, 0, 0, 0)) + len(name).to_bytes(2, "big") + name
        self._socket.sendall(b"\x10" + _length(len(body)) + body)
        head = self._exactly(2)
        answer = self._exactly(head[1])
        if head[0] != 0x20 or answer[1]:
            raise ConnectionError(f"the broker refused the load: {(head + answer).hex()}")
        self._window = window
        self._open = 0
        self._mid = 0
        self._kept = b""

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publish (topic, payload) in order; returns once all are written, not yet all acknowledged."""
        waiting: deque[bytes] = deque()
        for topic, payload in messages:
            waiting.append(self._packet(topic, payload))
            if len(waiting) == _PIECE:
                self._write(waiting)
        self._write(waiting)

    def drain(self) -> None:
        """Wait until everything is acknowledged."""
        while self._open:
            self._take()

    def close(self) -> None:
        """Leave the broker."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _packet(self, topic: str, payload: bytes) -> bytes:
        self._mid = self._mid % 0xFFFF + 1
        name = topic.encode()
        body = b"".join((len(name).to_bytes(2, "big"), name, self._mid.to_bytes(2, "big"), b"\0", payload))
        return b"\x32" + _length(len(body)) + body

    def _write(self, waiting: deque[bytes]) -> None:
        while self._open + len(waiting) > self._window:
            self._take()
        self._open += len(waiting)
        self._socket.sendall(b"".join(waiting))
        waiting.clear()

    def _take(self) -> None:
        """Count the acknowledgements that are there, at least one."""
        buffer = self._kept + self._some()
        at = 0
        while at + 2 <= len(buffer) and at + 2 + buffer[at + 1] <= len(buffer):
            if buffer[at] != 0x40:
                raise ConnectionError(f"the broker sent the load a packet of type {buffer[at] >> 4}")
            at += 2 + buffer[at + 1]
            self._open -= 1
        self._kept = buffer[at:]

    def _some(self, most: int = 1 << 16) -> bytes:
        data = self._socket.recv(most)
        if not data:
            raise ConnectionError("the broker ended the load's connection")
        return data

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self._some(size - len(data))
        return data


def _length(value: int) -> bytes:
    """A variable byte integer of MQTT."""
    octets = bytearray()
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)
