"""Follows the `readings` projection by cursor and tells the browsers. NOTIFY wakes it, the cursor decides what is new.

A slow database or a lost connection loses nothing: the cursor stands still and goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import structlog

from api.live.cursor import Cursor
from store import sites_news
from store.alerts import CHANGED_CHANNEL as ALERTS_CHANGED
from store.connection import connect
from store.readings import CHANGED_CHANNEL as READINGS_CHANGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.live.subscriber import Subscriber
    from store.connection import DatabaseSettings
    from store.sites_news import Arrived

POLL_S = 1.0
"""How long news can wait if a NOTIFY was lost with its connection."""
RETRY_S = 1.0
MAX_ROWS = 20_000
"""Rows of one look: some 1.5 MB. More is a backlog coming in, which browsers fetch decimated instead."""
BACKLOG = timedelta(minutes=10)
"""A span of event time longer than this is a backlog, too."""
MAX_SUBSCRIBERS = 500
"""Open sockets: each may hold 64 messages; the listener refuses more."""

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
log = structlog.get_logger("api.live")


class Follower:
    """One per service. `run` follows until cancelled; browsers come and go with `subscribed`."""

    def __init__(self, pool: asyncpg.Pool, database: DatabaseSettings) -> None:
        self.cursor = Cursor({})
        self._pool = pool
        self._database = database
        self._subscribers: set[Subscriber] = set()
        self._wake = asyncio.Event()
        self._alerts_changed = False

    @property
    def full(self) -> bool:
        """Whether no further browser may come."""
        return len(self._subscribers) >= MAX_SUBSCRIBERS

    @contextlib.contextmanager
    def subscribed(self, subscriber: Subscriber) -> Iterator[Cursor]:
        """Tell the browser all that comes after the cursor that is given, until the block ends."""
        self._subscribers.add(subscriber)
        try:
            yield self.cursor
        finally:
            self._subscribers.discard(subscriber)

    async def start(self) -> None:
        """Stand at the newest place, so that the first cursor given out is one. Raises as asyncpg does."""
        self.cursor = Cursor(await sites_news.heads(self._pool))

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except LOST as error:
                log.warning("database_lost", error=str(error), retry_s=RETRY_S)
                await asyncio.sleep(RETRY_S)

    async def arrived_between(self, after: Cursor, until: Cursor, gateways: frozenset[str]) -> list[Arrived] | None:
        """What arrived for those gateways; None: so much, or of such a kind, that a browser should start anew."""
        spans = []
        for partition, start, end in after.steps_to(until):
            spans += await sites_news.spans(self._pool, partition, start, end)
        mine = [span for span in spans if span.gateway in gateways]
        if any(span.unplaced or (span.since and span.until and span.until - span.since > BACKLOG) for span in mine):
            return None
        rows = await sites_news.arrived(self._pool, mine, MAX_ROWS + 1)
        return rows if len(rows) <= MAX_ROWS else None

    async def _follow(self) -> None:
        connection = await connect(self._database, "antoan api live")
        try:
            for channel in (READINGS_CHANGED, ALERTS_CHANGED):
                await connection.add_listener(channel, self._heard)
            while not connection.is_closed():
                await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, channel: str, _payload: object) -> None:
        self._alerts_changed |= channel == ALERTS_CHANGED
        self._wake.set()

    async def _look(self) -> None:
        before, newer = self.cursor, Cursor(await sites_news.heads(self._pool))
        watched = frozenset[str]().union(*(subscriber.gateways for subscriber in self._subscribers))
        if watched and newer != before:
            await self._tell(before, newer, watched)
        self.cursor = newer
        if self._alerts_changed:
            self._alerts_changed = False
            for subscriber in self._subscribers:
                subscriber.tell_alerts(newer)

    async def _tell(self, before: Cursor, newer: Cursor, watched: frozenset[str]) -> None:
        """A browser that comes while this asks the database stood at `before`: it is told, too."""
        arrived = await self.arrived_between(before, newer, watched)
        for subscriber in self._subscribers:
            if arrived is None or not subscriber.gateways <= watched:
                subscriber.tell_reset(newer)
            else:
                subscriber.tell_readings(arrived, newer)
