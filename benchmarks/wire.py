"""Bytes per reading on the wire: live through a real broker with TLS, a backlog as runs, and every recording as runs."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks._wire_broker import Traffic, gateway_and_server, traffic_of
from benchmarks._wire_entries import CHANNELS, GATEWAY, KEY, entries
from deploy.recordings import octave_bands, room_climate
from ingest.announce import Announcer
from ingest.settings import IngestSettings
from telemetry import limits
from telemetry.chain import Head
from telemetry.committed import Committed
from telemetry.content import Times, Values
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import parse_message
from telemetry.run import merge, merge_within
from telemetry.seal import Sealer
from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from collections.abc import Callable

    import paho.mqtt.client as mqtt

    from deploy.recordings import Series
    from telemetry.content import Content
    from telemetry.message import Message

ROUNDS: Final = 5
FLUSH_S: Final = 10
LIVE_ENTRIES: Final = 24
PACE_S: Final = 0.2
"""Between two entries, instead of 10 s: longer than any delayed acknowledgement of TCP, so segments are as in life."""
COMMITTED_S: Final = IngestSettings.model_fields["committed_s"].default * PACE_S / FLUSH_S
"""Ingest's own pace, as much faster."""


def run(report_progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure; the results in the format of `./antoan bench`."""
    live, runs, speed, sizes = [], [], [], []
    for number in range(ROUNDS):
        start_s = 3600 * (3 + 4 * number)
        report_progress(f"wire: round {number + 1} of {ROUNDS}")
        live.append(live_bytes(start_s))
        runs.append(backlog_bytes(start_s))
        sizes.append(statistics.mean(len(message.wire) for message in entries(start_s, 60)))
        speed.append(verified_per_second(start_s))
    return [
        _result("wire.bytes_per_reading_live", "B", 4, live),
        _result("wire.bytes_per_reading_backlog", "B", 0.9, runs),
        _result("wire.entry_bytes", "B of an entry of 20 x 10", None, sizes),
        _result("wire.run_readings_verified", "million readings/s, entries of 20 x 60", 15, speed),
        _result("wire.octave_bands", "B a reading, runs of 4 h", None, _recording(octave_bands(), 480)),
        _result("wire.room_climate", "B a reading, runs of a day", None, _recording(room_climate(), 1440)),
    ]


def live_bytes(start_s: int) -> float:
    """Bytes on the gateway's connection, both ways with all headers, per reading sent live."""
    messages = list(entries(start_s, LIVE_ENTRIES))
    with gateway_and_server() as (gateway, server):
        _subscribe(gateway)
        before = traffic_of(gateway)
        asyncio.run(_live(gateway, server, messages))
        spent: Traffic = traffic_of(gateway).since(before)
    return spent.total_bytes / (LIVE_ENTRIES * CHANNELS * FLUSH_S)


async def _live(gateway: mqtt.Client, server: mqtt.Client, messages: list[Message]) -> None:
    """Entries at their pace, and what ingest announces of them at its own."""

    def publish(name: str, payload: bytes) -> None:
        server.publish(name, payload, qos=0, retain=True)

    announcer = Announcer(KEY, publish, COMMITTED_S)
    announcing = asyncio.create_task(announcer.run())
    for message in messages:
        await asyncio.to_thread(_send, gateway, message)
        head = message.head
        committed = Committed(head.gateway, head.epoch, head.seq, head.digest, 1, 1_760_000_000_000_000)
        announcer.announce(committed, urgent=False, size=len(message.wire))
        await asyncio.sleep(PACE_S)
    announcing.cancel()
    await asyncio.gather(announcing, return_exceptions=True)


def _subscribe(gateway: mqtt.Client) -> None:
    subscribed = threading.Event()
    gateway.on_subscribe = lambda *_: subscribed.set()
    gateway.subscribe(topic(GATEWAY, Leaf.COMMITTED), qos=0)
    if not subscribed.wait(10):
        raise TimeoutError("the broker did not answer a subscription")
    time.sleep(PACE_S)  # so that its last acknowledgement is not counted


def _send(gateway: mqtt.Client, message: Message) -> None:
    gateway.publish(topic(GATEWAY, Leaf.ENTRY), message.wire, qos=1).wait_for_publish(10)


def backlog_bytes(start_s: int) -> float:
    """Bytes of MQTT payload per reading when two hours are sent as runs of at most 64 KiB."""
    left = list(entries(start_s, 720, FLUSH_S))
    readings, total = len(left) * CHANNELS * FLUSH_S, 0
    while left:
        message, taken = merge_within(left, limits.MESSAGE_BYTES)
        total += len(message.wire)
        left = left[taken:]
    return total / readings


def verified_per_second(start_s: int) -> float:
    """Million readings a second: signature, decoding and the proof of every leaf and link of an hour."""
    whole = parse_message(merge(list(entries(start_s, 60, 60))).wire, limits.ARCHIVE_BYTES)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        message = parse_message(whole.wire, limits.ARCHIVE_BYTES)
        message.verify(KEY.public)
        opened = message.contents()
        best = min(best, time.perf_counter() - began)
    return opened.readings / best / 1e6


def _recording(series: list[Series], entry_readings: int) -> list[float]:
    """Bytes a reading of each run of six entries; the channels keep the resolution they were recorded at."""
    per_entry, length = entry_readings // 6, min(len(one.values) for one in series)
    period_us = int(series[0].period_s * 1e6)
    sealer = Sealer(Head(GATEWAY, 1, -1, bytes(32)), KEY, bytes)
    clock = Clock(ClockSource.NTP, 1_760_000_000_000_000, 1500, bytes(8))
    found = []
    for start in range(0, length - entry_readings + 1, entry_readings):
        messages = []
        for at in range(start, start + entry_readings, per_entry):
            contents: list[Content] = [
                Times(0, np.arange(at, at + per_entry) * period_us),
                *(Values(number, 0, one.values[at : at + per_entry]) for number, one in enumerate(series, 1)),
            ]
            sealed = sealer.seal(Kind.READINGS, contents, boot=bytes(16), clock=clock, descriptor=0)
            messages.append(parse_message(sealed.wire))
        found.append(len(merge(messages).wire) / (entry_readings * len(series)))
    return found


def _result(name: str, unit: str, bar: float | None, rounds: list[float]) -> dict[str, Any]:
    shown = [round(value, 4) for value in rounds]
    return {"name": name, "value": statistics.median(shown), "unit": unit, "bar": bar, "rounds": shown}
