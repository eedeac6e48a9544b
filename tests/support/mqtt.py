"""A small MQTT 5 client for tests that wants every answer: CONNACK, PUBACK, SUBACK; never reconnects by itself."""

from __future__ import annotations

import queue
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from paho.mqtt.reasoncodes import ReasonCode

ANSWER_S = 10.0


class RefusedError(Exception):
    """The broker did not let us in, or sent us away; the text is its reason."""


@dataclass(frozen=True)
class Received:
    """A message as it came."""

    topic: str
    payload: bytes
    retain: bool = False


class Peer:
    """A connected client. Use as a context manager."""

    def __init__(self, client: paho.Client, host: str, port: int) -> None:
        self._client = client
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._messages: queue.Queue[Received] = queue.Queue()
        self._ended: queue.Queue[str] = queue.Queue()
        self.connections = 0
        client.on_connect = self._connected
        client.on_publish = lambda _c, _u, mid, reason, _p: self._answers.put(("published", (mid, _words(reason))))
        client.on_subscribe = lambda _c, _u, _mid, reasons, _p: self._answers.put(("subscribed", reasons))
        client.on_message = lambda _c, _u, m: self._messages.put(Received(m.topic, bytes(m.payload), bool(m.retain)))
        client.on_disconnect = lambda _c, _u, _f, reason, _p: self._ended.put(str(reason))
        try:
            client.connect(host, port, keepalive=30)
            client.loop_start()
            self._await_connack()
        except (RefusedError, OSError):
            self._stop()
            raise

    @classmethod
    def tls(cls, port: int, context: ssl.SSLContext, *, client_id: str = "any", will: str | None = None) -> Peer:
        """A gateway on its TLS listener. Raises RefusedError, OSError (the handshake)."""
        client = _client(client_id)
        client.tls_set_context(context)
        if will is not None:
            client.will_set(will, f"will by {client_id}".encode(), qos=1, retain=True)
        return cls(client, "localhost", port)

    @classmethod
    def plain(cls, port: int, user: str, password: str) -> Peer:
        """A service on its listener. Raises RefusedError."""
        client = _client(user)
        client.username_pw_set(user, password)
        return cls(client, "127.0.0.1", port)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> str:
        """Publish with QoS 1; returns the reason in its PUBACK. Raises RefusedError when sent away instead."""
        mid = self._client.publish(topic, payload, qos=1, retain=retain).mid
        what, (acknowledged, reason) = self._answer()
        assert (what, acknowledged) == ("published", mid)
        return str(reason)

    def subscribe(self, *topics: str) -> None:
        """Subscribe with retain-as-published, so that a retained message is known as one."""
        options = SubscribeOptions(qos=1, retainAsPublished=True)
        self._client.subscribe([(topic, options) for topic in topics])
        what, _reasons = self._answer()
        assert what == "subscribed"

    def received(self) -> Received:
        """The next message; raises queue.Empty when none comes."""
        return self._messages.get(timeout=ANSWER_S)

    def ended(self) -> str:
        """Why the broker ended the connection; waits for that."""
        return self._ended.get(timeout=ANSWER_S)

    def break_off(self) -> None:
        """Cut the line without a word: the last will follows."""
        line = self._client.socket()
        assert isinstance(line, socket.socket)
        line.shutdown(socket.SHUT_RDWR)
        self._ended.get(timeout=ANSWER_S)
        self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._stop()

    def _connected(self, _client: object, _user: object, _flags: object, reason: object, _properties: object) -> None:
        self.connections += 1
        self._answers.put(("connected", reason))

    def _await_connack(self) -> None:
        _what, reason = self._answer()
        if reason.is_failure:
            raise RefusedError(str(reason))

    def _stop(self) -> None:
        self._client.loop_stop()
        self._client._reset_sockets()  # paho leaves its pair of sockets to the garbage collector

    def _answer(self) -> tuple[str, Any]:
        waited = 0.0
        while waited < ANSWER_S:
            try:
                return self._answers.get(timeout=0.05)
            except queue.Empty:
                waited += 0.05
            if not self._ended.empty():
                raise RefusedError(self._ended.get())
        raise TimeoutError("the broker did not answer")


def _words(reason: ReasonCode) -> str:
    """A reason in words; that nobody subscribes to the topic is success too."""
    return "Success" if not reason.is_failure else str(reason)


def _client(client_id: str) -> paho.Client:
    return paho.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5, reconnect_on_failure=False
    )
