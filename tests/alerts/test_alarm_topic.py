"""Alarm notices over a real broker: paged before their entry comes, once, and refused when they prove nothing."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from telemetry.alarm_notice import AlarmNotice
from telemetry.cose import SigningKey
from telemetry.events import Alarm
from telemetry.topics import Leaf, topic
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.test_service import all_alerts, followed, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.alerts.kit import Kit
    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services

ALARM = Alarm(
    rule="co-danger",
    episode="7",
    transition=0,
    state="unacknowledged",
    priority="urgent",
    channel=1,
    value=142,
    limit=70,
)


def notice(kit: Kit, alarm: Alarm, at_s: float, key: SigningKey | None = None) -> bytes:
    at_us = round(at_s * 1e6)
    sealed = AlarmNotice(kit.gateway, 1, kit.sealer.head.seq + 1, kit.boot, kit.clock, at_us, alarm)
    return sealed.seal(key or kit.key)


@contextmanager
def publisher(broker: Broker) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect(broker.host, broker.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


async def test_a_notice_is_paged_before_its_entry_and_once(database: Database, broker: Broker, webhook: Inbox) -> None:
    kit, where = await prepared(database, webhook)
    config = settings(database, broker={"host": broker.host, "port": broker.port, "username": "alerts"})
    async with service(config):
        with publisher(broker) as client:
            at = kit.now_s()
            payload = notice(kit, ALARM, at)
            received = asyncio.Event()

            async def publish_until_heard() -> None:
                while not received.is_set():
                    client.publish(topic(kit.gateway, Leaf.ALARM), payload, qos=1)
                    await asyncio.sleep(0.1)

            hearing = asyncio.create_task(publish_until_heard())
            _, message = await webhook.next()
            received.set()
            await hearing
            assert (message["value"], message["times"]["received"]) == ("142", None)
            assert message["times"]["noticed"] is not None
            seen = ALARM.model_copy(update={"transition": 1, "state": "acknowledged"})
            client.publish(topic(kit.gateway, Leaf.ALARM), notice(kit, seen, at + 1), qos=1)
            entry = await kit.tell(at, ALARM)
            await kit.tell(at + 1, seen)
            await kit.measure(1, {at: 142})
            await followed(kit)
    (alert,) = await all_alerts(database, where)
    assert (alert.origin, alert.state, alert.seq) == ("gateway", "acknowledged", entry.link.seq)
    assert alert.entry_received is not None
    assert alert.notice_received is not None
    assert alert.notice_received < alert.entry_received
    assert webhook.taken.empty()


async def test_a_forged_notice_and_one_in_anothers_topic_raise_nothing(
    database: Database, broker: Broker, webhook: Inbox
) -> None:
    kit, where = await prepared(database, webhook)
    config = settings(database, broker={"socket": str(broker.socket), "username": "alerts"})
    async with service(config):
        with publisher(broker) as client:
            at = kit.now_s()
            forged = notice(kit, ALARM, at, SigningKey(b"f" * 32))
            good = notice(kit, ALARM.model_copy(update={"episode": "8"}), at + 1)
            while webhook.taken.empty():
                client.publish(topic(kit.gateway, Leaf.ALARM), forged, qos=1)
                client.publish(topic(kit.gateway, Leaf.ALARM), b"not even COSE", qos=1)
                client.publish(topic("kit00002", Leaf.ALARM), notice(kit, ALARM, at), qos=1)
                client.publish(topic(kit.gateway, Leaf.ALARM), good, qos=1)
                await asyncio.sleep(0.1)
    (alert,) = await all_alerts(database, where)
    assert (alert.kind, alert.value, alert.seq) == ("danger", 142, kit.sealer.head.seq + 1)
    held = await kit.owner.fetch("SELECT edge_episode FROM alert")
    assert [row["edge_episode"] for row in held] == ["8"]
