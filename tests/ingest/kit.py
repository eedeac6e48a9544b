"""A kit without hardware: an enrolled chain that seals readings, events and descriptors, and keeps what it sealed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from store.enrolment import enrol_gateway
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.cose import SigningKey
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import parse_message
from telemetry.run import merge
from telemetry.seal import SealedEntry, Sealer
from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.content import Content
    from telemetry.events import EventBody
    from tests.support.database import Database

SERVER_KEY = SigningKey(bytes(range(32)))
SECOND_US = 1_000_000
START = datetime(2026, 11, 1, tzinfo=UTC)
OFFSET_US = int(START.timestamp()) * SECOND_US
"""UTC of the boot of every kit: three weeks before these tests were written, so no reading is dated in the future."""

NTP = Clock(ClockSource.NTP, OFFSET_US, 1000)
UNKNOWN = Clock()


def channel_model(number: int, unit: str = "dB[SPL]") -> ChannelModel:
    """What channel `number` is."""
    return ChannelModel(
        name=f"LAeq {number}",
        quantity="sound_level_a_eq",
        unit=unit,
        exponent=-1,
        instrument=Instrument(maker="Cesva", model="SC-420", serial=f"T{number}"),
        period_us=SECOND_US,
    )


@dataclass
class Kit:
    """One chain. Every sealed entry is in `entries`, in order of seq."""

    gateway: str
    sealer: Sealer
    channels: int = 3
    boot: bytes = field(default_factory=lambda: os.urandom(16))
    clock: Clock = NTP
    descriptor: int | None = None
    entries: list[SealedEntry] = field(default_factory=list)
    now_us: int = SECOND_US

    @property
    def topic(self) -> str:
        return topic(self.gateway, Leaf.ENTRY)

    def seal(self, kind: Kind, contents: Sequence[Content]) -> SealedEntry:
        entry = self.sealer.seal(kind, contents, boot=self.boot, clock=self.clock, descriptor=self.descriptor)
        self.entries.append(entry)
        return entry

    def describe(self, unit: str = "dB[SPL]") -> SealedEntry:
        models = [channel_model(number, unit).to_content(number) for number in range(self.channels)]
        entry = self.seal(Kind.DESCRIPTOR, models)
        self.descriptor = entry.link.seq
        return entry

    def read(self, seconds: int = 10, quality: tuple[tuple[int, int], ...] | None = None) -> SealedEntry:
        """An entry of `seconds` readings of every channel, one a second, going on from the last."""
        times = self.now_us + np.arange(seconds, dtype=np.int64) * SECOND_US
        self.now_us += seconds * SECOND_US
        wave = (600 + 200 * np.sin(times / 37e6)).astype(np.int64)
        values = [Values(number, 0, wave + 7 * number, quality) for number in range(self.channels)]
        return self.seal(Kind.READINGS, [Times(0, times), *values])

    def event(self, body: EventBody) -> SealedEntry:
        return self.seal(Kind.EVENT, [body.to_event(self.now_us)])

    def run(self, first: int, last: int) -> bytes:
        """Entries first to last (seqs) as one run."""
        return merge([parse_message(entry.wire) for entry in self.entries[first : last + 1]]).wire


async def agency(database: Database) -> int:
    owner = await database.connect()
    await owner.execute("INSERT INTO agency (name) VALUES ('Sở Nội vụ') ON CONFLICT DO NOTHING")
    number: int = await owner.fetchval("SELECT min(id) FROM agency")
    return number


async def enrol(
    database: Database, gateway: str, *, channels: int = 3, at: datetime = START - timedelta(days=1)
) -> Kit:
    """A kit with a new epoch."""
    key = SigningKey(os.urandom(32))
    connection = await database.connect()
    enrolled = await enrol_gateway(
        connection,
        gateway=gateway,
        agency=await agency(database),
        sealing_key=key.public,
        server_key=SERVER_KEY,
        at=at,
    )
    head = Head(gateway, enrolled.epoch, -1, enrolled.digest)
    return Kit(gateway, Sealer(head, key, os.urandom), channels)


def clone(kit: Kit) -> Kit:
    """The same card in another kit: same key, same head, from now on another chain."""
    sealer = Sealer(kit.sealer.head, kit.sealer._key, os.urandom)  # a cloned card copies secrets too
    return Kit(
        kit.gateway, sealer, kit.channels, os.urandom(16), kit.clock, kit.descriptor, list(kit.entries), kit.now_us
    )


def age_us() -> int:
    """Now in µs since the boot of a kit."""
    return time.time_ns() // 1000 - OFFSET_US
