"""A kit whose entries are sealed for real and committed to the record as ingest commits them, without a broker."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from store import channels, clocks, record
from store.enrolment import enrol_gateway
from store.people import create_agency, create_person
from store.sites import Placement, create_deployment, create_site, place
from telemetry.chain import Head
from telemetry.content import Event, Times, Values
from telemetry.cose import SigningKey
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import parse_message
from telemetry.seal import SealedEntry, Sealer
from telemetry.topics import partition

if TYPE_CHECKING:
    import asyncpg

    from telemetry.content import Content
    from telemetry.events import EventBody
    from tests.support.database import Database

S = 1_000_000
SERVER_KEY = SigningKey(b"s" * 32)
CO = ChannelModel(
    name="CO", quantity="co", unit="[ppm]", exponent=0, instrument=Instrument(maker="M", model="G", serial="1")
)
NOISE = ChannelModel(
    name="LAeq 1 s", quantity="sound_level_a_eq", unit="dB[SPL]", exponent=-1,
    instrument=Instrument(maker="M", model="N", serial="2"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where the kit is, and who is on duty there."""

    agency: int
    site: int
    deployment: int
    supervisor: int
    stranger: int


@dataclass
class Kit:
    """An enrolled kit. `boot_utc_us` is when it booted; event times below are seconds since then."""

    owner: asyncpg.Connection
    gateway: str
    key: SigningKey
    sealer: Sealer
    boot: bytes = field(default_factory=lambda: os.urandom(16))
    boot_utc_us: int = 0
    clockless: bool = False
    descriptor: int | None = None

    @property
    def clock(self) -> Clock:
        """The clock state of its entries."""
        return Clock() if self.clockless else Clock(ClockSource.NTP, self.boot_utc_us, 1000)

    def now_s(self) -> float:
        """The present on its clock."""
        return (time.time_ns() // 1000 - self.boot_utc_us) / S

    def seal(self, kind: Kind, contents: list[Content]) -> SealedEntry:
        """Seal the next entry of its chain."""
        return self.sealer.seal(kind, contents, boot=self.boot, clock=self.clock, descriptor=self.descriptor)

    async def describe(self, **models: ChannelModel) -> None:
        """Commit a descriptor entry: channels 1, 2, … in the order given."""
        numbered = list(enumerate(models.values(), 1))
        entry = self.seal(Kind.DESCRIPTOR, [model.to_content(number) for number, model in numbered])
        self.descriptor = entry.link.seq
        async with self.owner.transaction():
            where = await self._append(entry)
            for number, model in numbered:
                description = channels.Description(self.gateway, 1, self.descriptor, number, model)
                await channels.describe(self.owner, description, where.received_us)

    async def measure(self, channel: int, readings: dict[float, int], quality: int = 0) -> SealedEntry:
        """Commit an entry of readings: seconds since boot → scaled value."""
        entry = self.seal_readings(channel, readings, quality)
        await self.commit(entry)
        return entry

    def seal_readings(self, channel: int, readings: dict[float, int], quality: int = 0) -> SealedEntry:
        """Seal an entry of readings without committing it."""
        times = np.array([round(at_s * S) for at_s in readings], "<i8")
        values = Values(channel, 0, np.array(list(readings.values()), "<i8"), ((len(readings), quality),))
        return self.seal(Kind.READINGS, [Times(0, times), values])

    async def tell(self, at_s: float, body: EventBody) -> SealedEntry:
        """Commit an event."""
        event: Event = body.to_event(round(at_s * S))
        entry = self.seal(Kind.EVENT, [event])
        await self.commit(entry)
        return entry

    async def commit(self, *entries: SealedEntry, state: record.State = record.State.LINKED) -> None:
        """Commit sealed entries in one transaction."""
        async with self.owner.transaction():
            for entry in entries:
                await self._append(entry, state)

    async def _append(self, entry: SealedEntry, state: record.State = record.State.LINKED) -> record.Place:
        number, link = partition(self.gateway), entry.link
        where = (await record.advance(self.owner, {number: 1}))[number]
        message = parse_message(entry.wire)
        new = record.NewMessage(
            self.gateway, 1, number, link.seq, link.seq, 0, sum(link.sizes), int(link.kind), state, message.digest,
            entry.wire, None, None,
        )  # fmt: skip
        await record.append(self.owner, [(new, where)])
        if link.clock.utc_offset_us is not None:
            await clocks.learn(self.owner, (self.gateway, self.boot), link.clock.utc_offset_us, 2, where.received_us)
        await record.notify(self.owner, [number])
        return where


async def make_place(database: Database, gateway: str, name: str = "Sở") -> Place:
    """An agency, a site in Vietnam, the kit deployed there, a person on duty and one of another agency."""
    owner = await database.connect()
    agency, other = await create_agency(owner, name), await create_agency(owner, f"{name} khác")
    site = await create_site(owner, agency=agency, name="Nhà máy Bia", procedure="Ra ngoài.\nGọi 114.\nBáo đầu mối.")
    started = datetime.now(UTC) - timedelta(days=2)
    deployment = await create_deployment(owner, agency=agency, site=site, gateway=gateway, started_at=started)
    await place(owner, deployment, Placement(name="Bồn chứa số 2", quantity="co", channel=1))
    people = [
        await create_person(
            owner, agency=a, login=login + name[2:].replace(" ", ""), name=login, role="supervisor", phc="x"
        )
        for a, login in ((agency, "truc"), (other, "khac"))
    ]
    return Place(agency, site, deployment, *people)


async def make_kit(
    database: Database, gateway: str = "kit00001", seed: int = 1, agency: str = "Sở"
) -> tuple[Kit, Place]:
    """An enrolled kit with a CO and a noise channel, booted an hour ago and deployed."""
    owner = await database.connect()
    where = await make_place(database, gateway, agency)
    key = SigningKey(bytes([seed]) * 32)
    enrolled = await enrol_gateway(
        owner, gateway=gateway, agency=where.agency, sealing_key=key.public, server_key=SERVER_KEY
    )
    sealer = Sealer(Head(gateway, 1, -1, enrolled.digest), key, os.urandom)
    kit = Kit(owner, gateway, key, sealer, boot_utc_us=time.time_ns() // 1000 - 3600 * S)
    await kit.describe(co=CO, noise=NOISE)
    return kit, where
