"""A server in a few lines on a real broker: verifies what a gateway sends, keeps it, says `committed`.

Not ingest: a partner to test the gateway with.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from telemetry import topics
from telemetry.alarm_notice import parse_alarm_notice
from telemetry.chain import Head
from telemetry.committed import Committed
from telemetry.content import Event, Values
from telemetry.errors import Fork, Gap, Refused
from telemetry.events import Lost, read_event
from telemetry.message import parse_message
from telemetry.status import read_status
from tests.gateway_agent.parts import GATEWAY, GENESIS, SEALING_KEY, SERVER_KEY, topic

if TYPE_CHECKING:
    from telemetry.link import Link


class SmallServer:
    """Keeps entries by seq. Set `mute` and nothing is committed or said."""

    def __init__(self, port: int, epoch: int = 1) -> None:
        self.entries: dict[int, tuple[Link, bytes, list[Any]]] = {}
        self.order: list[str] = []
        self.messages: list[tuple[int, int]] = []
        self.notices: list[Any] = []
        self.statuses: list[Any] = []
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.losses: list[Lost] = []
        self.mute = False
        self.ask = 1
        self.head = Head(GATEWAY, epoch, -1, GENESIS)
        self._lock = threading.Lock()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"server{epoch}", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    @property
    def values(self) -> list[tuple[bytes, int, int, int]]:
        """Every reading as (boot, channel, t, value)."""
        found = []
        with self._lock:
            for link, _, contents in self.entries.values():
                times = {c.index: c.times for c in contents if type(c).__name__ == "Times"}
                for content in contents:
                    if isinstance(content, Values):
                        moments = times[content.times_index]
                        found += [
                            (link.boot, content.channel, int(t), int(v))
                            for t, v in zip(moments, content.values, strict=True)
                        ]
        return found

    @property
    def events(self) -> list[Event]:
        with self._lock:
            return [c for _, _, contents in self.entries.values() for c in contents if isinstance(c, Event)]

    def say(self, seq: int | None = None, digest: bytes | None = None, *, ask: bool = False) -> None:
        """Publish `committed` for the head, or for whatever a test wants to claim."""
        self.ask += ask
        committed = Committed(
            GATEWAY,
            self.head.epoch,
            self.head.seq if seq is None else seq,
            self.head.digest if digest is None else digest,
            self.ask,
            time.time_ns() // 1000,
        )
        self._client.publish(topic(topics.Leaf.COMMITTED), committed.seal(SERVER_KEY), qos=1, retain=True)

    def restore(self, seq: int) -> None:
        """Be the server restored from an older backup: entries above `seq` are gone, and asked for again."""
        with self._lock:
            self.entries = {n: kept for n, kept in self.entries.items() if n <= seq}
            self.head = Head(GATEWAY, self.head.epoch, seq, self.entries[seq][1] if seq >= 0 else GENESIS)
        self.say(ask=True)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        for leaf in (topics.Leaf.ENTRY, topics.Leaf.ALARM, topics.Leaf.STATUS):
            client.subscribe(topic(leaf), qos=1)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        leaf, payload = topics.parse_topic(message.topic).leaf, bytes(message.payload)
        self.order.append(leaf.value)
        try:
            match leaf:
                case topics.Leaf.ALARM:
                    self.notices.append(parse_alarm_notice(payload).verify(SEALING_KEY.public))
                case topics.Leaf.STATUS:
                    self.statuses.append(read_status(payload))
                case topics.Leaf.ENTRY if not self.mute:
                    self._take(payload)
        except Refused as error:
            self.refused.append(error.reason)
        except Exception as error:
            self.errors.append(repr(error))
            raise

    def _take(self, payload: bytes) -> None:
        message = parse_message(payload)
        if message.epoch != self.head.epoch:
            return
        message.verify(SEALING_KEY.public)
        self.messages.append((message.first_seq, message.last_seq))
        for lost in self.losses:
            if message.first_seq == lost.last_seq + 1 and lost.first_seq <= self.head.seq + 1 <= lost.last_seq:
                self.head = Head(GATEWAY, self.head.epoch, lost.last_seq, message.prev)
        try:
            known = message.check(self.head)
        except Gap:
            events = [read_event(event) for _, event in message.contents().events]
            self.losses += [event for event in events if isinstance(event, Lost)]
            if not self.losses:
                self.say(ask=True)
            return
        except Fork:
            self.refused.append("fork")
            return
        opened = message.contents()
        with self._lock:
            for number in range(known, message.count):
                link = opened.links[number]
                self.entries[link.seq] = link, opened.digests[number], list(opened.entry_contents(number))
            if known < message.count:
                self.head = message.head
        self.say()
