"""paho's MQTT client for thousands of messages a second: what has arrived is read at once, messages are taken from it in bulk.

paho reads one packet in three system calls and takes it apart slowly. Here a large read is kept; `publishes.split` takes the
messages out of it, and paho is given all other packets. Acknowledgements of a batch are one packet queue entry (the same bytes,
one after the other, MQTT 5 §3.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from ingest.publishes import split

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from ingest.publishes import Received

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

    def publishes(self) -> list[Received]:
        """The messages at the front of the buffer, which must begin at a packet."""
        found, self._at = split(self._buffer, self._at)
        return found

    def fill(self) -> None:
        """Read what is there behind what is kept; an end or an error of the connection is for `recv` to meet."""
        if self.pending() < BUFFER_BYTES:
            try:
                more = self._inner.recv(BUFFER_BYTES)
            except OSError:
                return
            self._buffer, self._at = self._buffer[self._at :] + more, 0

    def pending(self) -> int:
        """Bytes that can be had without asking the kernel."""
        return len(self._buffer) - self._at

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (everything else is the socket's)
        return getattr(self._inner, name)


class Client(mqtt.Client):
    """paho's client with a buffered socket, messages in bulk and acknowledgements in one packet."""

    on_publishes: Callable[[list[Received]], None] | None = None
    """Takes messages of QoS 1 as they come, some at a time; `on_message` gets those that are unusual."""

    def _create_socket(self) -> Any:  # noqa: ANN401  (paho's own protocol type is private)
        return BufferedSocket(super()._create_socket())  # type: ignore[arg-type]

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Handle what has arrived, not one packet of it."""
        buffered: object = self._sock
        if not isinstance(buffered, BufferedSocket):
            return super().loop_read(max_packets)
        if self._between_packets():
            buffered.fill()
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        while code == MQTTErrorCode.MQTT_ERR_SUCCESS:
            taken = self._take(buffered)
            if buffered.pending() or not taken:
                code = super().loop_read(max_packets)
            if not buffered.pending():
                break
        return code

    def _between_packets(self) -> bool:
        return self._in_packet["command"] == 0

    def _take(self, buffered: BufferedSocket) -> bool:
        """Hand on the messages at the front of the buffer; whether there were any."""
        if self.on_publishes is None or not self._between_packets():
            return False
        found = buffered.publishes()
        if found:
            self.on_publishes(found)
        return bool(found)

    def acknowledge(self, mids: Iterable[int]) -> None:
        """PUBACK (success) for QoS 1 messages of this session, in order."""
        packets = b"".join(_PUBACK + mid.to_bytes(2, "big") for mid in mids)
        if packets:
            self._packet_queue(mqtt.PUBACK, packets, 0, 1)
