"""From the broker's session to the commit: examine one batch in a thread while the one before is being written.

A batch is what has arrived meanwhile: one message under light load, hundreds under heavy load. Nothing is acknowledged before its
commit; what is held is bounded by Receive Maximum. Any error ends the session: heads ran ahead and are thrown away with it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.commit import commit
from ingest.examine import Examined, Examiner, Parsed, parse
from telemetry.committed import Committed
from telemetry.link import Kind

if TYPE_CHECKING:
    import asyncpg

    from ingest.announce import Announcer
    from ingest.broker import Session
    from ingest.commit import Done
    from ingest.feed import Feed
    from ingest.key_news import KeyNews
    from ingest.lookups import Lookups
    from ingest.metrics import Metrics
    from ingest.refusals import Refusals
    from store.chains import Chain
    from store.clocks import Boot
    from telemetry.chain import Head

BOOTS_KEPT = 100_000
"""Boots remembered as mapped; above it they are forgotten and at worst offered to the store again."""

OnCommit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """An examined batch with the heads after it."""

    examined: Examined
    after: dict[Chain, Head]


class Intake:
    """One session's way from broker to record, on the owner's connection."""

    def __init__(
        self,
        *,
        connection: asyncpg.Connection,
        writing: asyncio.Lock,
        session: Session,
        examiner: Examiner,
        lookups: Lookups,
        news: KeyNews,
        announcer: Announcer,
        refusals: Refusals,
        feed: Feed,
        metrics: Metrics,
        woken: OnCommit,
    ) -> None:
        self._connection = connection
        self._writing = writing
        self._session = session
        self._examiner = examiner
        self._lookups = lookups
        self._news = news
        self._announcer = announcer
        self._refusals = refusals
        self._feed = feed
        self._metrics = metrics
        self._woken = woken
        self._boots: set[Boot] = set()
        self._ready: asyncio.Queue[Batch] = asyncio.Queue(maxsize=1)

    async def run(self) -> None:
        """Take, examine, commit, acknowledge for ever. Raises BrokerLostError, OwnershipLostError, database errors."""
        with ThreadPoolExecutor(1, "examine") as thread:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._examine(thread))
                group.create_task(self._commit())

    async def _examine(self, thread: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        rest: list[Parsed] = []
        while True:
            if not rest:
                received = await self._session.take()
                rest = await loop.run_in_executor(thread, parse, received)
            named = {(p.message.gateway, p.message.epoch) for p in rest if p.message is not None}
            await self._news.caught_up()  # a key revoked before these messages came is refused in them
            await self._lookups.prepare(named)
            examined, rest = await loop.run_in_executor(thread, self._examiner.examine, rest)
            chains = examined.before.keys() | examined.early | examined.repeated
            chains |= {(m.gateway, m.epoch) for _, m in examined.old}
            chains |= {(fork.new.gateway, fork.new.epoch) for fork in examined.forked}
            heads = {chain: self._examiner.chains[chain].head for chain in chains}
            await self._ready.put(Batch(examined, heads))

    async def _commit(self) -> None:
        while True:
            batch = await self._ready.get()
            started = time.perf_counter()
            examined = batch.examined
            async with self._writing:
                done = await commit(self._connection, examined, batch.after, self._boots)
                await self._refusals.put(self._connection, examined.refused)
            self._session.acknowledge(examined.received)
            self._remember(done)
            self._announce(batch, done)
            if done.followed:
                self._feed.put(done.followed)
                self._woken()
            self._metrics.committed(batch.examined, done, time.perf_counter() - started)

    def _remember(self, done: Done) -> None:
        if len(self._boots) > BOOTS_KEPT:
            self._boots.clear()
        self._boots |= done.boots.keys()

    def _announce(self, batch: Batch, done: Done) -> None:
        examined = batch.examined
        unsaid, awaited = _said_of(examined)
        awaited |= examined.early | examined.repeated | done.forked
        for chain in examined.before.keys() | examined.early | examined.repeated | done.forked:
            head = batch.after[chain]
            state = self._examiner.chains.get(chain)
            if state is None:
                continue  # its key was revoked meanwhile
            state.ask = done.asks.get(chain, state.ask)
            state.server_time_us = max(state.server_time_us, done.received_us or time.time_ns() // 1000)
            self._announcer.announce(
                Committed(chain[0], chain[1], head.seq, head.digest, state.ask, state.server_time_us),
                urgent=chain in awaited,
                size=unsaid.get(chain, 0),
            )


def _said_of(examined: Examined) -> tuple[Counter[Chain], set[Chain]]:
    """Bytes accepted of each chain, and the chains whose gateways wait for the word.

    Those drain a backlog (a run), or said something out of turn: a descriptor begins a chain, an event may be an alarm.
    """
    sizes: Counter[Chain] = Counter()
    awaited: set[Chain] = set()
    for one in examined.accepted:
        chain = (one.new.gateway, one.new.epoch)
        sizes[chain] += len(one.new.sealed)
        if one.new.entries > 1 or one.new.kind != Kind.READINGS:
            awaited.add(chain)
    return sizes, awaited
