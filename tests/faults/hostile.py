"""A gateway that is enrolled and means harm: everything but good entries, a thousand a second, under its own certificate."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from typing import TYPE_CHECKING

import cbor2
import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gateway_agent.enrol import load_identity
from telemetry import cose
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.link import Clock, ClockSource, Kind
from telemetry.seal import Sealer
from telemetry.topics import Leaf, topic
from tests.faults.instruments import Gateway
from tests.telemetry.bombs import bombs

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from gateway_agent.enrol import Identity
    from telemetry.content import Content
    from tests.faults.world import World

KIT = "kitdocac0001"
PER_S = 1000
ENOUGH = 0.9
"""Of the messages, so many must have passed the broker by the end; the last ones are still under way then."""
BEAT_S = 0.02
YEAR_US = 366 * 86_400 * 1_000_000


async def attack(world: World, random: random.Random, seconds: float) -> None:
    """Send for so long. What it seals well (a future-dated entry) is counted in `world.elsewhere`."""
    gateway = Gateway(KIT, world.folder, world.player, world.network.port)
    if not gateway.state.exists():
        await world.enrol([gateway])
    identity = load_identity(gateway.state)
    taken = await asyncio.to_thread(_send, identity, world.network.port, _messages(identity, random), seconds)
    assert taken >= seconds * PER_S * ENOUGH, f"only {taken} messages in {seconds} s"


def _messages(identity: Identity, random: random.Random) -> Iterator[tuple[bytes, bool]]:
    """(payload, retained) for ever."""
    head = Head(identity.gateway, identity.epoch, -1, identity.digest)
    gone = Head(identity.gateway, identity.epoch, 999, bytes(32))
    far = Clock(ClockSource.NTP, time.time_ns() // 1000 + YEAR_US, 1000)
    numbers = np.arange(1, 4, dtype=np.int64)
    contents: list[Content] = [Times(0, numbers), Values(0, 0, numbers)]
    future = Sealer(gone, identity.sealing_key, os.urandom).seal(
        Kind.READINGS, contents, boot=bytes(16), clock=far, descriptor=None
    )
    forged = Sealer(head, cose.SigningKey(os.urandom(32)), os.urandom).seal(
        Kind.READINGS, contents, boot=bytes(16), clock=far, descriptor=None
    )
    kinds = [
        b"",
        os.urandom(200),
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",  # an array of 2^64 - 1 elements
        b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x81" * 4000,
        cbor2.dumps([1, {"a": "b"}, None, bytes(16), None, 3.5]),
        cbor2.dumps([1, [b"", {}, b"x" * 100, b"y" * 64], None, bytes(16), None, [[], [], []]]),
        future.wire,
        forged.wire,
        forged.wire[:-5],
        *(wire for _name, wire in bombs() if len(wire) < 20_000),
    ]
    for number in itertools.count():
        payload = random.choice(kinds)
        if random.random() < 0.2 and payload:
            place = random.randrange(len(payload))
            payload = payload[:place] + bytes([payload[place] ^ (1 + random.randrange(255))]) + payload[place + 1 :]
        yield payload, number % 10 == 0


def _send(identity: Identity, port: int, messages: Iterator[tuple[bytes, bool]], seconds: float) -> int:
    """Publish at the rate; returns how many the broker took, so that none only waited here."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=identity.gateway, protocol=paho.MQTTv5, reconnect_on_failure=True
    )
    client.tls_set_context(identity.tls_context())
    client.max_inflight_messages_set(1000)
    client.connect("localhost", port, keepalive=30)
    client.loop_start()
    where, sent, begin = topic(identity.gateway, Leaf.ENTRY), 0, time.monotonic()
    taken: list[int] = []
    client.on_publish = lambda _client, _data, mid, *_: taken.append(mid)
    try:
        while (passed := time.monotonic() - begin) < seconds:
            while sent < passed * PER_S:
                payload, retain = next(messages)
                client.publish(where, payload, qos=1, retain=retain)
                sent += 1
            time.sleep(BEAT_S)
        return len(taken)
    finally:
        client.disconnect()
        client.loop_stop()
        client._reset_sockets()
