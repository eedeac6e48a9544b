"""Fifty kits of twenty channels in a process of their own: seal entries of 20 × 10, publish them flat out or at a steady rate.

The process is told what to do over a pipe: `Flood(n)` or `Pace(rate, seconds, alarms_per_s)`; it answers with what it published.
An alarm entry holds one reading above the set-point; it is named by its gateway, channel and UTC µs.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.cose import SigningKey
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.link import Clock, ClockSource, Kind
from telemetry.seal import Sealer
from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from telemetry.content import Content

GATEWAYS = 50
CHANNELS = 20
READINGS = 10
SET_POINT = 900
ALARM_READING = 5
STEP_US = 1_000
"""Between the readings of an entry: they only have to rise."""

Alarm = tuple[str, int, int]
"""(gateway, channel, UTC µs of the reading above the set-point)"""


@dataclass(frozen=True)
class Flood:
    """Publish so many entries as fast as the broker takes them."""

    entries: int


@dataclass(frozen=True)
class Pace:
    """Publish `rate` entries a second for `seconds`, `alarms_per_s` of them with an alarm."""

    rate: float
    seconds: float
    alarms_per_s: float


@dataclass(frozen=True)
class Published:
    """What was published: how many entries, from when (UTC ns), and when each alarm's entry was handed to the client."""

    entries: int
    began_ns: int
    alarms: dict[Alarm, int]


def gateway_id(number: int) -> str:
    """The id of a kit."""
    return f"bench{number:07}"


def sealing_key(number: int) -> SigningKey:
    """The key of a kit."""
    return SigningKey(number.to_bytes(32, "big"))


class _Kit:
    """One chain."""

    def __init__(self, number: int, enrolled: bytes) -> None:
        self.gateway = gateway_id(number)
        self.topic = topic(self.gateway, Leaf.ENTRY)
        self._boot = os.urandom(16)
        self._boot_utc_us = time.time_ns() // 1000 - 3_600_000_000
        self._clock = Clock(ClockSource.NTP, self._boot_utc_us, 1000)
        self._sealer = Sealer(Head(self.gateway, 1, -1, enrolled), sealing_key(number), os.urandom)
        self._values = np.full((CHANNELS, READINGS), 600, "<i8")
        self._last_us = 0

    def describe(self) -> bytes:
        """The descriptor entry."""
        return self._seal(Kind.DESCRIPTOR, [_model(channel).to_content(channel) for channel in range(CHANNELS)], None)

    def measure(self, at_utc_us: int, alarm_channel: int | None) -> tuple[bytes, Alarm | None]:
        """An entry of readings that end at about that time; with an alarm on a channel."""
        begin_us = max(at_utc_us - self._boot_utc_us - STEP_US * READINGS, self._last_us + STEP_US)
        times = begin_us + STEP_US * np.arange(READINGS)
        self._last_us = int(times[-1])
        values, alarm = self._values, None
        if alarm_channel is not None:
            values = values.copy()
            values[alarm_channel, ALARM_READING] = SET_POINT + 10
            alarm = self.gateway, alarm_channel, int(times[ALARM_READING]) + self._boot_utc_us
        columns: list[Content] = [Values(channel, 0, values[channel]) for channel in range(CHANNELS)]
        return self._seal(Kind.READINGS, [Times(0, times.astype("<i8")), *columns], 0), alarm

    def _seal(self, kind: Kind, contents: list[Content], descriptor: int | None) -> bytes:
        return self._sealer.seal(kind, contents, boot=self._boot, clock=self._clock, descriptor=descriptor).wire


def _model(channel: int) -> ChannelModel:
    instrument = Instrument(maker="Bench", model="B", serial=str(channel))
    return ChannelModel(
        name=f"B{channel}", quantity="bench", unit="1", exponent=0, instrument=instrument, period_us=STEP_US
    )


class _Load:
    """The kits and one connection to the broker."""

    def __init__(self, socket: Path, enrolled: list[bytes]) -> None:
        self._kits = [_Kit(number, digest) for number, digest in enumerate(enrolled)]
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "bench-load", protocol=mqtt.MQTTv5, transport="unix")
        self._client.max_inflight_messages_set(1000)
        self._all_taken = threading.Event()
        self._open = 0
        self._lock = threading.Lock()
        self._client.on_publish = self._on_publish
        self._client.connect(str(socket), 1)
        self._client.loop_start()

    def describe(self) -> None:
        """Publish every kit's descriptor entry."""
        self._begin(len(self._kits))
        for kit in self._kits:
            self._client.publish(kit.topic, kit.describe(), qos=1)
        self._all_taken.wait()

    def flood(self, order: Flood) -> Published:
        """As told; returns when the broker has taken all."""
        now_us = time.time_ns() // 1000
        ready = [(self._kit(n).topic, self._kit(n).measure(now_us, None)[0]) for n in range(order.entries)]
        self._begin(len(ready))
        began_ns = time.time_ns()
        for name, wire in ready:
            self._client.publish(name, wire, qos=1)
        self._all_taken.wait()
        return Published(len(ready), began_ns, {})

    def pace(self, order: Pace) -> Published:
        """As told: sealed beforehand, so that sealing fifty kits' entries does not weigh on the machine measured."""
        count = round(order.rate * order.seconds)
        every = max(round(order.rate / order.alarms_per_s), 1)
        start_us = time.time_ns() // 1000 + count * 600
        ready = []
        for n in range(count):
            channel = (n // every) % CHANNELS if n % every == every // 2 else None
            wire, alarm = self._kit(n).measure(start_us + round(n / order.rate * 1e6), channel)
            ready.append((self._kit(n).topic, wire, alarm))
        self._begin(count)
        alarms, began_ns = {}, time.time_ns()
        for n, (name, wire, alarm) in enumerate(ready):
            wait_s = began_ns / 1e9 + n / order.rate - time.time()
            if wait_s > 0:
                time.sleep(wait_s)
            if alarm is not None:
                alarms[alarm] = time.time_ns()
            self._client.publish(name, wire, qos=1)
        self._all_taken.wait()
        return Published(count, began_ns, alarms)

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _kit(self, number: int) -> _Kit:
        return self._kits[number % len(self._kits)]

    def _begin(self, count: int) -> None:
        self._open = count
        self._all_taken.clear()

    def _on_publish(self, *_arguments: object) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0:
                self._all_taken.set()


def serve(pipe: Connection, socket: Path, enrolled: list[bytes]) -> None:
    """The process: orders in, reports out, until None comes."""
    load = _Load(socket, enrolled)
    load.describe()
    pipe.send(Published(len(enrolled), time.time_ns(), {}))
    while (order := pipe.recv()) is not None:
        pipe.send(load.flood(order) if isinstance(order, Flood) else load.pace(order))
    load.close()
