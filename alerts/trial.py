"""Rules tried on past data: what would have fired, how often, for how long, and how many messages it would have cost.

The record is read in the order of its receipt, with the engine of the running service and a memory of its own; nothing is
written. Kits are taken to be where they are now. Reading begins a day early, so that shifts and windows are as they were.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alerts.bindings import RuleBook, RuleVersion
from alerts.engine import Change
from alerts.evaluator import Evaluator
from alerts.joins import Joins
from alerts.reading import MessageReader
from alerts.recording import name_of
from store import alerts_engine
from store.record import Place
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncpg import Connection

    from alerts.engine import Rule
    from alerts.evaluator import Finding
    from store.alerts_engine import DescribedChannel, Name
    from store.record import StoredMessage

WARM_UP = timedelta(days=1)
MESSAGES_AT_ONCE = 256
BYTES_AT_ONCE = 16 << 20
ONE_MESSAGE_S = 180
"""A kit's alerts within this many seconds are one message (the flood control of the outbox)."""
NIGHT = (22, 6)
"""Local hours between which a message wakes somebody."""


@dataclass
class Episode:
    """One episode that would have been. Times are event times; `ended` None: it still held at the end."""

    name: Name
    priority: str
    began: datetime
    ended: datetime | None = None
    value: int | None = None

    def lasted_s(self, end: datetime) -> float:
        """How long it held within the time that was asked about."""
        return ((self.ended or end) - self.began).total_seconds()


@dataclass
class Trial:
    """The engine at work on past data."""

    conn: Connection
    book: RuleBook
    begin: datetime
    end: datetime
    messages: int = 0
    readings: int = 0
    episodes: dict[Name, Episode] = field(default_factory=dict)
    _evaluators: dict[str, Evaluator] = field(default_factory=dict)
    _reader: MessageReader = field(default_factory=MessageReader)
    _joins: Joins = field(default_factory=lambda: Joins("site", {}))
    _channels: dict[tuple[str, int, int], dict[int, DescribedChannel]] = field(default_factory=dict)

    async def run(self) -> None:
        """Read everything; each question to the database is short."""
        after: StoredMessage | None = None
        while batch := await alerts_engine.between(
            self.conn, self.begin - WARM_UP, self.end, after, messages=MESSAGES_AT_ONCE, max_bytes=BYTES_AT_ONCE
        ):
            for message in batch:
                for finding in await self._judge(message):
                    self._take(finding)
            after = batch[-1]

    async def _judge(self, message: StoredMessage) -> list[Finding]:
        read = self._reader.read(message, Place(-1, 0))
        self.messages, self.readings = self.messages + 1, self.readings + message.readings
        evaluator = self._evaluators.get(message.gateway)
        if evaluator is None:
            evaluator = self._evaluators[message.gateway] = Evaluator(message.gateway, {})
            evaluator.bind_clocks(self.book)
        found = [f for fact, receipt in read.faults for f in evaluator.find_fault(self.book, fact, receipt)]
        if read.opened is not None and read.descriptor_seq is not None:
            channels = await self._described(evaluator, message, read.descriptor_seq)
            received = from_us(message.received_us)
            found += evaluator.read(read.opened, read.skip, channels, received, checks=read.checks, sites=self._joins)
        return found

    async def _described(
        self, evaluator: Evaluator, message: StoredMessage, descriptor_seq: int
    ) -> dict[int, DescribedChannel]:
        key = message.gateway, message.epoch, descriptor_seq
        if key not in self._channels:
            rows = await alerts_engine.described(self.conn, *key)
            self._channels[key] = {row.gateway_channel: row for row in rows}
            for channel in rows:
                if not evaluator.is_bound(channel.channel):
                    evaluator.bind(self.book, channel)
                    self._joins.bind(self.book, evaluator.gateway, channel)
        return self._channels[key]

    def _take(self, finding: Finding) -> None:
        at_us = finding.utc_us(finding.transition.at)
        at, name = from_us(at_us) if at_us is not None else finding.receipt.received, name_of(finding)
        if finding.transition.change is Change.RETURNED:
            if name in self.episodes:
                self.episodes[name].ended = max(at, self.begin)
        elif at < self.end:
            self.episodes[name] = Episode(name, finding.version.rule.priority.value, at, value=finding.transition.value)

    def within(self) -> list[Episode]:
        """The episodes that were raised in the time that was asked about, in order."""
        found = [episode for episode in self.episodes.values() if self.begin <= episode.began < self.end]
        return sorted(found, key=lambda episode: (episode.began, episode.name.rule))


async def try_rules(conn: Connection, rules: Sequence[Rule], begin: datetime, end: datetime) -> Trial:
    """Try these rules on the data of [begin, end)."""
    book = RuleBook.of([RuleVersion(rule, 0) for rule in rules], await alerts_engine.placements(conn))
    trial = Trial(conn, book, begin, end)
    await trial.run()
    return trial


def report(trial: Trial, timezone: str, listed: int) -> dict[str, Any]:
    """What a trial found, as plain JSON; `listed` episodes are told one by one."""
    episodes, days = trial.within(), (trial.end - trial.begin) / timedelta(days=1)
    rules = [rule.rule for rule in trial.book.rules]
    return {
        "from": trial.begin.isoformat(),
        "to": trial.end.isoformat(),
        "messages_read": trial.messages,
        "readings": trial.readings,
        "episodes": len(episodes),
        "interruptions": _interruptions(episodes, ZoneInfo(timezone), days),
        "rules": [_of_rule(rule.id, rule.priority.value, episodes, trial.end, days) for rule in rules],
        "list": [_listed(episode) for episode in episodes[:listed]],
    }


def _of_rule(rule: str, priority: str, episodes: Sequence[Episode], end: datetime, days: float) -> dict[str, Any]:
    mine = [episode for episode in episodes if episode.name.rule == rule]
    lasted = sorted(episode.lasted_s(end) for episode in mine)
    return {
        "rule": rule,
        "priority": priority,
        "episodes": len(mine),
        "per_day": round(len(mine) / days, 3),
        "total_s": round(sum(lasted), 3),
        "median_s": round(lasted[len(lasted) // 2], 3) if lasted else None,
        "longest_s": round(lasted[-1], 3) if lasted else None,
        "open_at_end": sum(episode.ended is None for episode in mine),
        "kits": sorted({episode.name.gateway for episode in mine}),
    }


def _interruptions(episodes: Sequence[Episode], zone: ZoneInfo, days: float) -> dict[str, Any]:
    """Messages to a person who is told of everything: a kit's alerts within minutes are one, a danger is always its own."""
    sent: list[tuple[datetime, str]] = []
    last: dict[str, datetime] = {}
    for episode in episodes:
        before = last.get(episode.name.gateway)
        if episode.priority != "urgent" and before and (episode.began - before).total_seconds() < ONE_MESSAGE_S:
            continue
        last[episode.name.gateway] = episode.began
        sent.append((episode.began, episode.priority))
    tens = Counter(to_us(at) // 600_000_000 for at, _ in sent)
    night = sum(not NIGHT[1] <= at.astimezone(zone).hour < NIGHT[0] for at, _ in sent)
    return {
        "messages": len(sent),
        "per_day": round(len(sent) / days, 3),
        "at_night": night,
        "worst_10_min": max(tens.values(), default=0),
        "by_priority": dict(sorted(Counter(priority for _, priority in sent).items())),
    }


def _listed(episode: Episode) -> dict[str, Any]:
    channel = episode.name.gateway_channel
    return {
        "rule": episode.name.rule,
        "gateway": episode.name.gateway,
        "channel": None if channel < 0 else channel,
        "began": episode.began.isoformat(),
        "ended": None if episode.ended is None else episode.ended.isoformat(),
        "value": episode.value,
    }
