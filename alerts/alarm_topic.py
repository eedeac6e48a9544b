"""Alarm notices from the broker: ahead of their entries, so that no backlog delays them.

A notice is acknowledged to the broker only after it was handled (`done`); until then the broker keeps it and brings it
again, and handling it twice changes nothing. What is no proven notice of the gateway in the topic is refused and logged.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from alerts.edge import EdgeChange
from telemetry.alarm_notice import parse_alarm_notice
from telemetry.cose import VerifyKey
from telemetry.errors import UnknownKey, WrongTopic
from telemetry.topics import PREFIX, Leaf, parse_topic

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from alerts.settings import BrokerSettings
    from store.enrolment import EpochKey

log = structlog.get_logger(__name__)

RECEIVE_MAXIMUM = 64
"""Notices on their way to us unacknowledged: bounds the queue."""
SESSION_S = 3600
"""The broker keeps notices this long for us; later, their entries bring them."""
KEEPALIVE_S = 30


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message from the alarm topic. `mid` belongs to connection number `session`."""

    topic: str
    payload: bytes
    mid: int
    session: int


class AlarmTopic:
    """The connection to the broker. `queue` holds what has arrived; call `done` for each once it is handled."""

    def __init__(self, settings: BrokerSettings, wake: Callable[[], None]) -> None:
        """`wake` is called in the loop whenever something arrived."""
        self.queue: asyncio.Queue[Arrived] = asyncio.Queue()
        self.subscribed = asyncio.Event()
        self._settings = settings
        self._wake = wake
        self._loop = asyncio.get_running_loop()
        self._session = 0
        self._client = self._make_client()

    def _make_client(self) -> mqtt.Client:
        s = self._settings
        transport: Any = "unix" if s.socket else "tcp"
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, s.client_id, protocol=mqtt.MQTTv5, transport=transport, manual_ack=True
        )
        if s.password_file is not None:
            client.username_pw_set(s.username, s.password_file.read_text(encoding="utf-8").splitlines()[0])
        if s.ca_file is not None:
            client.tls_set(ca_certs=str(s.ca_file))
        client.on_connect, client.on_message, client.on_subscribe = (
            self._on_connect,
            self._on_message,
            self._on_subscribe,
        )
        client.reconnect_delay_set(1, 30)
        return client

    def start(self) -> None:
        """Connect in paho's own thread; it connects again by itself."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        s = self._settings
        host, port = (str(s.socket), 1) if s.socket else (str(s.host), s.port)
        self._client.connect_async(host, port, keepalive=KEEPALIVE_S, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect and end paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def done(self, arrived: Arrived) -> None:
        """Acknowledge to the broker; not for a message of an earlier connection, whose number means another by now."""
        if arrived.session == self._session:
            self._client.ack(arrived.mid, 1)

    # The callbacks run in paho's thread.

    def _on_connect(self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:  # noqa: ANN401
        if reason.is_failure:
            log.warning("broker_refused", reason=str(reason))
            return
        self._session += 1
        client.subscribe(f"{PREFIX}/+/+/{Leaf.ALARM}", qos=1)

    def _on_subscribe(self, *_arguments: object) -> None:
        self._loop.call_soon_threadsafe(self.subscribed.set)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        arrived = Arrived(message.topic, bytes(message.payload), message.mid, self._session)
        self._loop.call_soon_threadsafe(self._put, arrived)

    def _put(self, arrived: Arrived) -> None:
        self.queue.put_nowait(arrived)
        self._wake()


async def prove(
    arrived: Arrived, received: datetime, key_of: Callable[[str, int], Awaitable[EpochKey | None]]
) -> EdgeChange:
    """The transition that a notice proves. Raises telemetry.errors.Refused for what is no proven notice of its topic."""
    claimed = parse_alarm_notice(arrived.payload).notice
    key = await key_of(claimed.gateway, claimed.epoch)
    in_force = None if key is None or not key.accepts(received) else VerifyKey(key.public_key, key.algorithm)
    return prove_with(arrived, received, lambda *_: in_force)


def prove_with(arrived: Arrived, received: datetime, key_of: Callable[[str, int], VerifyKey | None]) -> EdgeChange:
    """The same with keys that are at hand; `key_of` gives none for a key that is not in force."""
    topic = parse_topic(arrived.topic)
    unverified = parse_alarm_notice(arrived.payload)
    claimed = unverified.notice
    if claimed.gateway != topic.gateway:
        raise WrongTopic(f"a notice of {claimed.gateway} in the topic of {topic.gateway}")
    key = key_of(claimed.gateway, claimed.epoch)
    if key is None:
        raise UnknownKey(f"no key of {claimed.gateway} epoch {claimed.epoch} is in force")
    notice = unverified.verify(key)
    return EdgeChange(
        gateway=notice.gateway,
        epoch=notice.epoch,
        seq=notice.seq,
        boot=notice.boot,
        utc_offset_us=notice.clock.utc_offset_us,
        t_us=notice.t_us,
        alarm=notice.alarm,
        received=received,
        from_entry=False,
    )
