"""Keeping house: rows older than the retention are dropped by whole chunks, entries become runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import structlog

from ingest.runs import merge_due
from store import readings
from store.connection import connect

if TYPE_CHECKING:
    from ingest.settings import IngestSettings, RetentionSettings
    from store.connection import Connection

LOG = structlog.get_logger("antoan.ingest")


class Horizons:
    """What retention has dropped so far; shared with the projection that must not insert it again."""

    def __init__(self) -> None:
        self._known: list[tuple[int, int]] = []

    def known(self) -> list[tuple[int, int]]:
        """(when, rows before this), in UTC µs, in order of when."""
        return self._known

    async def load(self, pool: asyncpg.Pool) -> None:
        """Read what the store knows."""
        async with pool.acquire() as connection:
            await self.refresh(connection)

    async def refresh(self, connection: Connection) -> None:
        """Read what the store knows."""
        self._known = await readings.horizons(connection)


async def keep_retention(settings: IngestSettings, horizons: Horizons) -> None:
    """Drop what is too old or too much, for ever. Raises database errors."""
    connection = await connect(settings.database, f"antoan ingest {settings.name} retention")
    try:
        while True:
            try:
                await drop_due(connection, settings.retention, datetime.now(UTC))
            except asyncpg.LockNotAvailableError:
                LOG.info("retention_waits", why="a reader holds a chunk")
            await horizons.refresh(connection)
            await asyncio.sleep(settings.retention.sweep_s)
    finally:
        connection.terminate()


async def drop_due(connection: Connection, retention: RetentionSettings, now: datetime) -> int:
    """Drop chunks of readings that are too old or too much; returns how many. Raises LockNotAvailableError."""
    until = now - timedelta(days=retention.readings_days)
    sizes = await readings.chunk_sizes(connection)
    if retention.readings_bytes is not None:
        over = sum(size for _, _, size in sizes) - retention.readings_bytes
        for _, end, size in sizes[:-1]:  # never the newest
            if over <= 0:
                break
            over -= size
            until = max(until, end)
    dropped = 0
    if any(end <= until for _, end, _ in sizes):
        dropped = await readings.drop_before(connection, until)
        LOG.info("readings_dropped", chunks=dropped, before=until.isoformat())
    await readings.drop_doubtful_before(connection, now - timedelta(days=retention.doubtful_days))
    return dropped


async def keep_runs(settings: IngestSettings) -> None:
    """Merge the chunks of the record that are due, for ever. Raises database errors, StoreError."""
    connection = await connect(settings.database, f"antoan ingest {settings.name} runs")
    try:
        while True:
            until = datetime.now(UTC) - timedelta(seconds=settings.runs.after_s)
            try:
                await merge_due(connection, until, settings.runs.run_bytes)
            except asyncpg.LockNotAvailableError:
                LOG.info("runs_wait", why="a reader holds a chunk")
            await asyncio.sleep(settings.runs.sweep_s)
    finally:
        connection.terminate()
