"""paho's client, made cheap for thousands of messages a second. What it does on the wire stays as it is.

As it comes, paho makes four receive calls and a select for each message, and a wake-up and a send for each acknowledgement; every
one of them gives up the interpreter lock, and under load waits for another thread to get it back. Here one receive call takes what
has arrived, and one packet queue entry carries all acknowledgements of a batch (PUBACK packets one after the other, MQTT 5 §3.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

BUFFER_BYTES: Final = 1 << 18
_PUBACK: Final = b"\x40\x02"


class BufferedSocket:
    """A socket whose small reads are served from one large one."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._buffer = b""
        self._at = 0

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes; raises BlockingIOError when none are there."""
        if self._at == len(self._buffer):
            self._buffer, self._at = self._inner.recv(BUFFER_BYTES), 0
        taken = self._buffer[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def pending(self) -> int:
        """Bytes that can be had without asking the kernel."""
        return len(self._buffer) - self._at

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (everything else is the socket's)
        return getattr(self._inner, name)


class Client(mqtt.Client):
    """paho's client with a buffered socket and acknowledgements in one packet."""

    def _create_socket(self) -> Any:  # noqa: ANN401  (paho's own protocol type is private)
        return BufferedSocket(super()._create_socket())  # type: ignore[arg-type]

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Handle what has arrived, not one packet of it."""
        code = super().loop_read(max_packets)
        while (
            code == MQTTErrorCode.MQTT_ERR_SUCCESS and isinstance(self._sock, BufferedSocket) and self._sock.pending()
        ):
            code = super().loop_read(max_packets)
        return code

    def acknowledge(self, mids: Iterable[int]) -> None:
        """PUBACK (success) for QoS 1 messages of this session, in order."""
        packets = b"".join(_PUBACK + mid.to_bytes(2, "big") for mid in mids)
        if packets:
            self._packet_queue(mqtt.PUBACK, packets, 0, 1)
