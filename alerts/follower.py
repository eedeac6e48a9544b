"""Follows the record and keeps the episodes: one connection that owns, reads and writes.

Engine memory, episodes and cursor of a partition are saved in one transaction. A batch in which nothing happened is saved
later, with the next that has something or after `save_every_s`: what is not saved is read again after a restart and gives
the same, since the engine is deterministic and an episode is named by its moment.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from alerts.bindings import RuleBook
from alerts.book import end_dropped, end_episode, load_book
from alerts.edge import apply_edge
from alerts.evaluator import Ended, Evaluator
from alerts.joins import Joins
from alerts.reading import MessageReader
from alerts.recording import is_late, record
from alerts.refusals import Refusals
from alerts.silences import Silences
from store import alerts_engine, alerts_stopgap
from store.record import Place
from store.times import from_us
from telemetry.topics import partition as partition_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncpg import Connection

    from alerts.edge import EdgeChange
    from alerts.evaluator import Finding
    from store.alerts_engine import DescribedChannel
    from store.record import StoredMessage

log = structlog.get_logger(__name__)

MESSAGES_AT_ONCE = 64
"""Of one partition in one round: bounds how long other partitions, and the clock of silences, wait."""


@dataclass(frozen=True, slots=True)
class FollowSettings:
    """How the record is followed; durations in µs."""

    late_after_us: int
    save_every_us: int


@dataclass(slots=True)
class _Partition:
    """Where a partition stands, and which kits have a memory that is not saved yet."""

    place: Place
    dirty: set[str] = field(default_factory=set)
    saved_at_us: int = 0


@dataclass(slots=True)
class _News:
    """What a round has found, and in which partitions: those are saved at once."""

    partitions: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    edges: list[EdgeChange] = field(default_factory=list)

    def add(
        self, message: StoredMessage, found: Sequence[Finding], edges: Sequence[EdgeChange], *, unsettled: bool
    ) -> None:
        """What a message brought; `unsettled`: its partition has silences that it may confirm or end."""
        self.findings += found
        self.edges += edges
        if found or edges or unsettled:
            self.partitions.add(message.partition)

    def late_kits(self, late_after_us: int) -> set[str]:
        """Kits with something that was learnt late."""
        late = {finding.gateway for finding in self.findings if is_late(finding, late_after_us)}
        return late | {edge.gateway for edge in self.edges if edge.is_late(late_after_us)}


class Follower:
    """The alerts of all partitions on a connection that holds the ownership lock."""

    def __init__(self, conn: Connection, settings: FollowSettings, changed: Callable[[], None]) -> None:
        """Call `load` before anything else. `changed` is called after alerts were written: the outbox may hold some."""
        self._conn = conn
        self._changed = changed
        self._settings = settings
        self._partitions: dict[int, _Partition] = {}
        self._evaluators: dict[str, Evaluator] = {}
        self._reader = MessageReader()
        self._channels: dict[tuple[str, int, int], dict[int, DescribedChannel]] = {}
        self._late: set[str] = set()
        self._silences = Silences()
        self._refusals = Refusals()
        self._book = RuleBook()
        self._joins = Joins("site", {})

    @property
    def book(self) -> RuleBook:
        """The rules in force."""
        return self._book

    @property
    def partitions(self) -> list[int]:
        """Every partition followed."""
        return list(self._partitions)

    async def load(self) -> None:
        """Continue where the last owner left off."""
        self._book = await load_book(self._conn)
        self._partitions = {p: _Partition(place) for p, place in (await alerts_engine.cursors(self._conn)).items()}
        self._joins = Joins("site", await alerts_engine.joint_states(self._conn))
        for gateway, state in (await alerts_engine.states(self._conn)).items():
            evaluator = self._evaluators[gateway] = Evaluator(gateway, state)
            evaluator.bind_clocks(self._book)
            for channel in await alerts_engine.channels(self._conn, sorted(evaluator.remembered_channels())):
                self._bind(evaluator, channel)
        self._late = await alerts_engine.gateways_with_late_alerts(self._conn)
        self._silences.load(await alerts_engine.provisional(self._conn))

    async def reload_book(self, *, rules_too: bool) -> None:
        """Apply the placements, and with `rules_too` the rules, in force now. What rules that are gone had raised ends."""
        book = await load_book(self._conn, None if rules_too else self._book)
        if book == self._book:
            return
        self._book = book
        ended = [
            Ended(machine.lead, version.rule.id, machine.active)
            for version, machine in self._joins.drop(book)
            if machine.active is not None
        ]
        for gateway, evaluator in self._evaluators.items():
            dropped = evaluator.rebind(book)
            ended += evaluator.ended
            self._partitions[partition_of(gateway)].dirty.add(gateway)
            for bound in dropped:
                await end_dropped(self._conn, gateway, bound, from_us(_now_us()))
        for episode in ended:
            await end_episode(self._conn, episode, from_us(_now_us()))
        log.info("rules_in_force", rules=len(book.rules))

    async def follow(self, numbers: set[int]) -> set[int]:
        """Read and judge the next messages of some partitions. Those of which more may be waiting."""
        places = {number: self._partitions[number].place for number in numbers}
        messages = await alerts_engine.follow(self._conn, places, messages=MESSAGES_AT_ONCE)
        news = _News()
        taken: Counter[int] = Counter()
        for message in messages:
            state = self._partitions[message.partition]
            found, edges = await self._judge(message, state.place)
            state.place = Place(message.position, message.received_us)
            state.dirty.add(message.gateway)
            taken[message.partition] += 1
            news.add(message, found, edges, unsettled=self._silences.unsettled(message.partition))
        for kit in self._live_again(self._late, messages):
            news.partitions.add(partition_of(kit))
        dirty = {number for number, state in self._partitions.items() if state.dirty}
        overdue = {number for number in dirty if self._is_overdue(self._partitions[number])}
        if news.partitions or overdue:
            # What a rule over several kits remembers is of all their partitions: then they are saved together.
            await self._save(dirty if self._joins.any else news.partitions | overdue, news, messages)
        return {number for number in numbers if taken[number] >= MESSAGES_AT_ONCE}

    def _is_overdue(self, state: _Partition) -> bool:
        return _now_us() - state.saved_at_us > self._settings.save_every_us

    async def _judge(self, message: StoredMessage, after: Place) -> tuple[list[Finding], list[EdgeChange]]:
        read = self._reader.read(message, after)
        evaluator = self._evaluator(message.gateway)
        found = [
            finding for fact, receipt in read.faults for finding in evaluator.find_fault(self._book, fact, receipt)
        ]
        if read.opened is not None:
            channels = await self._described(evaluator, message, read.descriptor_seq)
            received = from_us(message.received_us)
            found += evaluator.read(read.opened, read.skip, channels, received, checks=read.checks, sites=self._joins)
        return found, read.edges

    def _evaluator(self, gateway: str) -> Evaluator:
        if gateway not in self._evaluators:
            self._evaluators[gateway] = Evaluator(gateway, {})
            self._evaluators[gateway].bind_clocks(self._book)
        return self._evaluators[gateway]

    async def _described(
        self, evaluator: Evaluator, message: StoredMessage, descriptor_seq: int | None
    ) -> dict[int, DescribedChannel]:
        """The channels that the message's readings are of; rules are bound to those that are new."""
        if descriptor_seq is None:
            return {}
        key = message.gateway, message.epoch, descriptor_seq
        if key not in self._channels:
            rows = await alerts_engine.described(self._conn, *key)
            self._channels = {k: v for k, v in self._channels.items() if k[0] != message.gateway}
            self._channels[key] = {row.gateway_channel: row for row in rows}
        channels = self._channels[key]
        for channel in channels.values():
            if not evaluator.is_bound(channel.channel):
                self._bind(evaluator, channel)
        return channels

    def _bind(self, evaluator: Evaluator, channel: DescribedChannel) -> None:
        evaluator.bind(self._book, channel)
        self._joins.bind(self._book, evaluator.gateway, channel)

    def _live_again(self, late: set[str], messages: Sequence[StoredMessage]) -> set[str]:
        """Of the kits with late alerts those whose data are live by the last of these messages."""
        latest = {message.gateway: message.received_us for message in messages if message.gateway in late}
        events, bound_us = self._reader.last_event_us, self._settings.late_after_us
        return {kit for kit, received_us in latest.items() if received_us - events.get(kit, received_us) <= bound_us}

    async def _save(self, numbers: set[int], news: _News, messages: Sequence[StoredMessage]) -> None:
        """One transaction: episodes, memory and cursors of these partitions."""
        conn, late_us = self._conn, self._settings.late_after_us
        saved = {number: self._partitions[number] for number in numbers}
        kits = {kit for state in saved.values() for kit in state.dirty}
        memory = {kit: self._evaluators[kit].dump() for kit in kits if kit in self._evaluators}
        late = self._late | news.late_kits(late_us)
        live = self._live_again(late, messages)
        async with conn.transaction():
            if not news.partitions:
                await alerts_engine.save_lazily(conn)
            touched = await record(conn, news.findings, late_us)
            for change in news.edges:
                await apply_edge(conn, change, self._book, late_us)
            for number in numbers:
                await self._silences.settle(conn, self._evaluators, number, _now_us())
            for kit in live:
                touched += await alerts_engine.page_late(conn, kit)
            await alerts_engine.save_states(conn, memory)
            if self._joins.any:
                await alerts_engine.save_joint_states(conn, self._joins.dump())
            await alerts_engine.save_cursors(conn, {number: state.place for number, state in saved.items()})
        self._late = late - live
        for number, state in saved.items():
            self._partitions[number] = _Partition(state.place, saved_at_us=_now_us())
        if touched or news.edges:
            self._changed()
            log.info("alerts_changed", alerts=touched)

    async def notice(self, change: EdgeChange, told: Sequence[str] = ()) -> None:
        """Apply a notice from the alarm topic, in a transaction of its own; safe to repeat. `told`: who knows already."""
        async with self._conn.transaction():
            alert = await apply_edge(self._conn, change, self._book, self._settings.late_after_us)
            if alert is not None and told:
                await alerts_stopgap.mark_told(self._conn, alert, told, change.received)
        if alert is not None:
            self._changed()
            log.info("alarm_noticed", alert=alert, gateway=change.gateway, episode=change.alarm.episode)

    async def find_silences(self) -> None:
        """Raise, provisionally, the silences that hold by now."""
        if await self._silences.find(self._conn, self._evaluators.values(), _now_us()):
            self._changed()

    async def maintain(self) -> None:
        """Date the episodes of boots whose UTC has become known, end what is set aside, find what ingest has refused since."""
        await alerts_engine.date_clockless(self._conn)
        async with self._conn.transaction():
            back = await alerts_engine.end_asides(self._conn)
        if back:
            self._changed()
            log.info("alerts_back", alerts=back)
        found = self._refusals.find(await alerts_engine.refused(self._conn), self._book, _now_us())
        if found:
            async with self._conn.transaction():
                await record(self._conn, found, self._settings.late_after_us)
            self._changed()


def _now_us() -> int:
    return time.time_ns() // 1000
