"""Twenty kits of twenty channels: entries sealed beforehand, published as fast as the broker takes them from a process of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks._publisher import Publisher
from deploy.recordings import sound_level
from store.enrolment import enrol_gateway
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.cose import SigningKey
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.link import Clock, ClockSource, Kind
from telemetry.seal import Sealer
from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    import asyncpg

    from telemetry.content import Content

GATEWAYS: Final = 20
CHANNELS: Final = 20
SECOND_US: Final = 1_000_000
SERVER_KEY: Final = SigningKey(bytes(range(32)))
_TODAY: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
STARTED_US: Final = int(_TODAY.timestamp()) * SECOND_US - 3 * 86_400 * SECOND_US
"""Readings begin three days ago: within the retention, and not in the future."""
ENROLLED: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kit:
    """A gateway with everything it will say. `wires[0]` is the descriptor."""

    gateway: str
    topic: str
    wires: list[bytes]


def gateway_id(number: int) -> str:
    """The id of a kit."""
    return f"bench{number:07}"


def _key(number: int) -> SigningKey:
    return SigningKey((number + 1).to_bytes(32, "big"))


async def enrol(owner: asyncpg.Connection) -> list[bytes]:
    """Enrol the kits; the digests are the same in every database, so what was sealed once fits all."""
    agency = await owner.fetchval("INSERT INTO agency (name) VALUES ('bench') RETURNING id")
    return [
        (
            await enrol_gateway(
                owner,
                gateway=gateway_id(n),
                agency=agency,
                sealing_key=_key(n).public,
                server_key=SERVER_KEY,
                at=ENROLLED,
            )
        ).digest
        for n in range(GATEWAYS)
    ]


def seal(digests: Sequence[bytes], entries: int, seconds: int) -> list[Kit]:
    """Every kit's descriptor and `entries` entries of `seconds` readings a channel, played from the recorded sound levels."""
    levels = sound_level().values[:86_400]
    kits = []
    for number, digest in enumerate(digests):
        gateway, boot = gateway_id(number), os.urandom(16)
        clock = Clock(ClockSource.NTP, STARTED_US + number * 7 * SECOND_US, 1000)
        sealer = Sealer(Head(gateway, 1, -1, digest), _key(number), os.urandom)
        models = [_model(channel).to_content(channel) for channel in range(CHANNELS)]
        wires = [sealer.seal(Kind.DESCRIPTOR, models, boot=boot, clock=clock, descriptor=None).wire]
        for entry in range(entries):
            at = entry * seconds + np.arange(seconds, dtype=np.int64)
            columns = [
                Values(channel, 0, levels[(at + 4320 * channel + 977 * number) % 86_400]) for channel in range(CHANNELS)
            ]
            contents: list[Content] = [Times(0, at * SECOND_US), *columns]
            wires.append(sealer.seal(Kind.READINGS, contents, boot=boot, clock=clock, descriptor=0).wire)
        kits.append(Kit(gateway, topic(gateway, Leaf.ENTRY), wires))
    return kits


def _model(channel: int) -> ChannelModel:
    instrument = Instrument(maker="Bench", model="B", serial=str(channel))
    return ChannelModel(
        name=f"B{channel}", quantity="sound_level_a_eq", unit="dB[SPL]", exponent=-1, instrument=instrument,
        period_us=SECOND_US,
    )  # fmt: skip


def publish(pipe: Connection, socket: Path, kits: list[Kit]) -> None:
    """The load's process: told (first, last), publishes those entries of every kit in turn; answers when all are taken."""
    publisher = Publisher(socket, "bench-load")
    while (span := pipe.recv()) is not None:
        publisher.publish((kit.topic, kit.wires[number]) for number in range(*span) for kit in kits)
        publisher.drain()
        pipe.send((span[1] - span[0]) * len(kits))
    publisher.close()
