"""One tenure as the owner: intake, projections, runs and retention beside each other, none holding back another."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import asyncpg

from ingest.announce import Announcer
from ingest.broker import Session
from ingest.errors import BrokerLostError
from ingest.examine import Examiner
from ingest.feed import Feed
from ingest.intake import Intake
from ingest.keeping import Horizons, keep_retention, keep_runs
from ingest.key_news import KeyNews
from ingest.lookups import Lookups
from ingest.owning import keep_beating
from ingest.projections.follow import Follower
from ingest.projections.rollups import Rollups
from ingest.projections.rows import ReadingRows
from ingest.refusals import Refusals
from store import chains, cursors
from store.connection import connect, pool
from store.errors import DATABASE_ERRORS
from telemetry.committed import Committed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import structlog

    from ingest.metrics import Metrics
    from ingest.settings import IngestSettings
    from telemetry.cose import SigningKey

BACKOFF_FIRST_S: Final = 0.2
BACKOFF_MOST_S: Final = 5.0
LAG_S: Final = 5.0

DAY_US: Final = 86_400_000_000


class Worker:
    """What one tenure shares."""

    def __init__(
        self,
        settings: IngestSettings,
        key: SigningKey,
        connection: asyncpg.Connection,
        metrics: Metrics,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        self._settings = settings
        self._key = key
        self._connection = connection
        self._writing = asyncio.Lock()
        self._metrics = metrics
        self._log = log
        self._feed = Feed(settings.cache_bytes if settings.project else 0)
        self._refusals = Refusals()
        self._horizons = Horizons()
        self._followers: list[Follower] = []

    async def work(self) -> None:
        """Work until the writing connection is lost. Raises an ExceptionGroup of database errors, OwnershipLostError."""
        settings = self._settings
        lookups_pool = await pool(settings.database, f"antoan ingest {settings.name} lookups", maximum=4)
        try:
            await self._horizons.load(lookups_pool)
            with ThreadPoolExecutor(2, "project") as threads:
                retention_us = settings.retention.readings_days * DAY_US
                if settings.project:
                    rows = ReadingRows(retention_us, self._horizons.known)
                    self._followers = [self._follower(rows, threads), self._follower(Rollups(), threads)]
                async with asyncio.TaskGroup() as group:
                    group.create_task(keep_beating(self._connection, self._writing, settings.takeover_s))
                    group.create_task(self._take_in(lookups_pool))
                    for follower in self._followers:
                        group.create_task(self._again(follower.projection.name, follower.run))
                    group.create_task(self._again("retention", lambda: keep_retention(settings, self._horizons)))
                    group.create_task(self._again("lag", lambda: self._measure(lookups_pool)))
                    if settings.runs.enabled:
                        group.create_task(self._again("runs", lambda: keep_runs(settings)))
        finally:
            lookups_pool.terminate()

    def _follower(self, projection: ReadingRows | Rollups, threads: ThreadPoolExecutor) -> Follower:
        return Follower(
            projection=projection,
            database=self._settings.database,
            partitions=self._settings.partitions,
            feed=self._feed,
            thread=threads,
        )

    def _wake(self) -> None:
        for follower in self._followers:
            follower.wake()

    async def _again(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do it for ever; when it fails, begin again after a while. So a broken projection holds back nobody."""
        backoff_s = BACKOFF_FIRST_S
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await work()
            except* DATABASE_ERRORS as errors:
                self._log.warning("failed", task=name, error=words(errors))
            backoff_s = BACKOFF_FIRST_S if loop.time() - started > 60 else min(2 * backoff_s, BACKOFF_MOST_S)
            await asyncio.sleep(backoff_s)

    async def _take_in(self, lookups_pool: asyncpg.Pool) -> None:
        """Hold a session with the broker; when it is lost, make another and ask every gateway to go back."""
        backoff_s = BACKOFF_FIRST_S
        while True:
            try:
                await self._one_session(lookups_pool)
            except* BrokerLostError as errors:
                self._log.warning("broker_lost", error=words(errors))
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, BACKOFF_MOST_S)

    async def _one_session(self, lookups_pool: asyncpg.Pool) -> None:
        settings = self._settings
        session = Session(settings.broker, settings.name, settings.receive_maximum)
        await session.open(settings.partitions)
        try:
            announcer = Announcer(self._key, session.publish, settings.committed_s)
            async with self._writing:
                for head in await chains.ask_all(self._connection, settings.partitions):
                    announcer.announce(
                        Committed(head.gateway, head.epoch, head.seq, head.digest, head.ask, head.now_us)
                    )
            examiner = Examiner()
            listener = await connect(settings.database, f"antoan ingest {settings.name} keys")
            try:
                lookups = Lookups(examiner, lookups_pool)
                news = KeyNews(listener, lookups.stale)
                await news.listen()
                intake = Intake(
                    connection=self._connection,
                    writing=self._writing,
                    session=session,
                    examiner=examiner,
                    lookups=lookups,
                    news=news,
                    announcer=announcer,
                    refusals=self._refusals,
                    feed=self._feed,
                    metrics=self._metrics,
                    woken=self._wake,
                )
                self._log.info("ready", partitions=len(settings.partitions))
                async with asyncio.TaskGroup() as group:
                    group.create_task(announcer.run())
                    group.create_task(intake.run())
                    group.create_task(news.watch())
            finally:
                listener.terminate()
        finally:
            await session.close()

    async def _measure(self, lookups_pool: asyncpg.Pool) -> None:
        while True:
            async with lookups_pool.acquire() as connection:
                for projection, entries in (await cursors.lags(connection)).items():
                    self._metrics.lag.labels(projection).set(entries)
            await asyncio.sleep(LAG_S)


def words(errors: BaseExceptionGroup[BaseException]) -> str:
    """The innermost errors in one line."""
    return "; ".join(
        words(error) if isinstance(error, BaseExceptionGroup) else f"{type(error).__name__}: {error}"
        for error in errors.exceptions
    )
