"""One MQTT connection at the rim: paho's thread on one side, a queue on the event loop on the other.

A new client for every connection, so nothing of an old one is resent behind the protocol's back. Nothing raised here
reaches paho's thread, which would die of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway_agent.enrol_errors import EnrolmentError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

log = structlog.get_logger()

CONNECT_S = 15.0
"""TCP, TLS and CONNACK together; a cellular link in a basement needs some."""

MAX_RECEIVED = 16 * 1024
"""Largest message that the broker may send us (MQTT 5 Maximum Packet Size): `committed` has 200 bytes, `desired` a few KiB."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, as whom, and what the broker says when we vanish. `tls` is asked anew for every connection."""

    host: str
    port: int
    client_id: str
    keepalive_s: int
    tls: Callable[[], ssl.SSLContext | None]
    will_topic: str
    will: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """PUBACK for message `mid`; `ok` False when the broker refused it."""

    mid: int
    ok: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """A message for us."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection is gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class Woken:
    """Something new is to be sent."""


class ConnectionFailed(Exception):  # noqa: N818
    """No connection: refused, unreachable, not trusted, not authorised. Reaction: try again later."""


Happening = Taken | Received | Dropped | Woken


class Connection:
    """A connection that stands; `happenings` tells what comes of it."""

    def __init__(self, target: Target) -> None:
        self.happenings: asyncio.Queue[Happening] = asyncio.Queue()
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._established: asyncio.Future[int] = self._loop.create_future()
        self._aliases: dict[str, int] = {}
        self._alias_limit = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=target.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    async def open(self, subscriptions: list[str]) -> None:
        """Connect and subscribe. Raises ConnectionFailed."""
        target, client = self._target, self._client
        try:
            context = target.tls()
        except EnrolmentError as error:
            raise ConnectionFailed(str(error)) from error
        if context is not None:
            client.tls_set_context(context)
        client.will_set(target.will_topic, target.will, qos=1, retain=True)
        client.connect_timeout = CONNECT_S
        properties = _properties(PacketTypes.CONNECT)
        properties.MaximumPacketSize = MAX_RECEIVED
        try:
            async with asyncio.timeout(CONNECT_S):
                await asyncio.to_thread(
                    client.connect,
                    target.host,
                    target.port,
                    target.keepalive_s,
                    clean_start=True,
                    properties=properties,
                )
                client.loop_start()
                self._alias_limit = await self._established
        except (OSError, TimeoutError, ValueError) as error:
            self._established.cancel()
            raise ConnectionFailed(f"{target.host}:{target.port}: {error or type(error).__name__}") from error
        if subscriptions:
            client.subscribe([(topic, SubscribeOptions(qos=0)) for topic in subscriptions])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Hand a message to the client (QoS 1) and return its mid, which `Taken` will name. Raises ConnectionFailed."""
        properties = None
        name = topic
        if not retain and self._alias_limit > 0:
            properties = _properties(PacketTypes.PUBLISH)
            known = topic in self._aliases
            if known or len(self._aliases) < self._alias_limit:
                properties.TopicAlias = self._aliases.setdefault(topic, len(self._aliases) + 1)
                name = "" if known else topic
            else:
                properties = None
        sent = self._client.publish(name, payload, qos=1, retain=retain, properties=properties)
        if sent.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise ConnectionFailed(f"publish: {paho.error_string(sent.rc)}")
        return sent.mid

    async def close(self, last_words: tuple[str, bytes] | None = None) -> None:
        """Disconnect and end paho's thread. `last_words` (topic, payload) are published retained before, as well as can be."""
        if last_words is not None and self._client.is_connected():
            info = self._client.publish(*last_words, qos=1, retain=True)
            with contextlib.suppress(ValueError, RuntimeError):
                await asyncio.to_thread(info.wait_for_publish, 2.0)
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        self._client.on_connect = self._client.on_connect_fail = self._client.on_disconnect = None
        self._client.on_publish = self._client.on_message = (
            None  # no cycle: its sockets are closed with the last reference
        )

    # -- on paho's thread -------------------------------------------------------------------------------------------

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        """Pass to the event loop; when that has ended, there is nobody left to tell."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def _on_connect(self, _client: object, _data: object, _flags: object, code: Any, properties: Any) -> None:  # noqa: ANN401
        if code.is_failure:
            self._tell(self._fail, str(code))
        else:
            self._tell(self._stand, int(getattr(properties, "TopicAliasMaximum", 0)))

    def _on_connect_fail(self, _client: object, _data: object) -> None:
        self._tell(self._fail, "no connection")

    def _on_disconnect(self, _client: object, _data: object, _flags: object, code: Any, _properties: object) -> None:  # noqa: ANN401
        self._tell(self._fail, str(code))
        self._tell(self.happenings.put_nowait, Dropped(str(code)))

    def _on_publish(self, _client: object, _data: object, mid: int, code: Any, _properties: object) -> None:  # noqa: ANN401
        failed = code is not None and code.is_failure
        self._tell(self.happenings.put_nowait, Taken(mid, not failed, str(code) if failed else ""))

    def _on_message(self, _client: object, _data: object, message: Any) -> None:  # noqa: ANN401
        try:
            topic = str(message.topic)
        except UnicodeDecodeError:
            return  # a topic that is no text is none of ours
        self._tell(self.happenings.put_nowait, Received(topic, bytes(message.payload)))

    def _stand(self, alias_limit: int) -> None:
        if not self._established.done():
            self._established.set_result(alias_limit)

    def _fail(self, reason: str) -> None:
        if not self._established.done():
            self._established.set_exception(ConnectionFailed(reason))


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho's class is not annotated
