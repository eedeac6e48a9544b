"""The session with the broker: MQTT 5, clean, acknowledged by hand after the commit, bounded by Receive Maximum.

paho runs its own network thread; it only appends to a queue here and wakes the event loop. An exception there would end that
thread, so nothing in its callbacks can raise. A session is used once: after a loss a new one is made, with new tokens.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.errors import BrokerLostError
from ingest.paho_client import Client
from ingest.publishes import Received
from telemetry import limits, topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.settings import BrokerSettings

CONNECT_S: Final = 10.0
KEEPALIVE_S: Final = 20
PACKET_BYTES: Final = limits.MESSAGE_BYTES + 1024
"""The payload's bound and room for topic and properties; the broker drops what is larger."""

BATCH_MESSAGES: Final = 512
BATCH_BYTES: Final = 4 << 20


class Session:
    """One clean session. `closed` holds the reason once it is gone."""

    def __init__(self, settings: BrokerSettings, name: str, receive_maximum: int) -> None:
        self._settings = settings
        self._receive_maximum = receive_maximum
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Received] = deque()
        self._arrived = asyncio.Event()
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._subscribed: asyncio.Future[None] = self._loop.create_future()
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self._client = _client(settings, name)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_publishes = self._on_publishes
        self._client.on_disconnect = self._on_disconnect

    async def open(self, partitions: Sequence[int]) -> None:
        """Connect and subscribe to the entries of the partitions. Raises BrokerLostError."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = self._receive_maximum
        properties.MaximumPacketSize = PACKET_BYTES
        properties.SessionExpiryInterval = 0
        host = str(self._settings.socket) if self._settings.socket is not None else str(self._settings.host)
        try:
            await asyncio.to_thread(
                self._client.connect, host, self._settings.port, KEEPALIVE_S, clean_start=True, properties=properties
            )
            self._client.loop_start()
            async with asyncio.timeout(CONNECT_S):
                await self._connected
                options = SubscribeOptions(qos=1, retainAsPublished=True)
                filters = [(topics.subscription(number, topics.Leaf.ENTRY), options) for number in partitions]
                self._client.subscribe(filters)
                await self._subscribed
        except (OSError, ValueError, mqtt.WebsocketConnectionError) as error:
            await self.close()
            raise BrokerLostError(f"no session with the broker at {host}: {error or 'no answer'}") from error

    async def close(self) -> None:
        """End the session; what is not acknowledged stays with the broker until it forgets the session."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        for waiting in (self._connected, self._subscribed):
            if not waiting.done():
                waiting.cancel()

    async def take(self) -> list[Received]:
        """The next messages in order of arrival, at least one. Raises BrokerLostError when the session is gone."""
        while not self._queue:
            if self.closed.done():
                raise BrokerLostError(self.closed.result())
            self._arrived.clear()
            if not self._queue and not self.closed.done():
                await self._arrived.wait()
        return self.take_now()

    def take_now(self) -> list[Received]:
        """What has arrived and fits a batch, possibly nothing."""
        taken: list[Received] = []
        size = 0
        while self._queue and len(taken) < BATCH_MESSAGES and size < BATCH_BYTES:
            taken.append(self._queue.popleft())
            size += len(taken[-1].payload)
        return taken

    def acknowledge(self, received: Iterable[Received]) -> None:
        """Acknowledge in order of arrival. What was received on a lost session is acknowledged to nobody."""
        if not self.closed.done():
            self._client.acknowledge(one.token for one in received)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish retained. QoS 0: what a lost session swallows is published again when the next one begins."""
        self._client.publish(topic, payload, qos=0, retain=True)

    # -- called on paho's thread; none of these raises ---------------------------------------------------------------

    def _call(self, callback: Any, *arguments: object) -> None:  # noqa: ANN401
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # the loop has ended
            self._client.disconnect()

    def _on_connect(self, _client: object, _data: object, _flags: object, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            self._call(_settle, self._connected, OSError(f"refused: {code}"))
        else:
            self._call(_settle, self._connected, None)

    def _on_subscribe(self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _p: object) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        self._call(_settle, self._subscribed, OSError(f"subscription refused: {refused[0]}") if refused else None)

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            client.ack(message.mid, 1)
            return
        self._on_publishes([Received(message.mid, topic, bytes(message.payload), message.retain)])

    def _on_publishes(self, received: list[Received]) -> None:
        self._queue.extend(received)
        if not self._arrived.is_set():
            self._call(self._arrived.set)

    def _on_disconnect(self, _client: object, _data: object, _flags: object, code: ReasonCode, _p: object) -> None:
        self._call(self._lost, str(code))

    def _lost(self, reason: str) -> None:
        if not self.closed.done():
            self.closed.set_result(f"session with the broker ended: {reason}")
        for waiting in (self._connected, self._subscribed):
            _settle(waiting, OSError(reason))
        self._arrived.set()


def _settle(waiting: asyncio.Future[None], error: OSError | None) -> None:
    if waiting.done():
        return
    if error is None:
        waiting.set_result(None)
    else:
        waiting.set_exception(error)
        waiting.exception()  # looked at here: nobody may be waiting any more


def _client(settings: BrokerSettings, name: str) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        protocol=mqtt.MQTTv5,
        transport="unix" if settings.socket is not None else "tcp",
        reconnect_on_failure=False,
        manual_ack=True,
    )
    if settings.username is not None:
        password = (
            settings.password_file.read_text(encoding="utf-8").splitlines()[0] if settings.password_file else None
        )
        client.username_pw_set(settings.username, password)
    if settings.ca_file is not None:
        context = ssl.create_default_context(cafile=str(settings.ca_file))
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
        client.tls_set_context(context)
    return client
