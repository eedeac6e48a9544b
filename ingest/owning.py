"""Becoming the owner: locks on the connection that writes, a heart that beats on it, and patience as a standby."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg

from store import ownership
from store.connection import connect
from store.errors import DATABASE_ERRORS, OwnershipLostError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import structlog

    from ingest.settings import IngestSettings

STANDBY_S: Final = 0.5
"""A standby tries the locks this often."""

SESSION: Final = {"idle_in_transaction_session_timeout": "60s", "lock_timeout": "30s"}
"""A worker that stops within a transaction must not hold its locks for ever, nor wait for ever for another's."""


@asynccontextmanager
async def owned(settings: IngestSettings, log: structlog.stdlib.BoundLogger) -> AsyncIterator[asyncpg.Connection]:
    """Wait until this worker owns its partitions; yields the connection that holds the locks and writes.

    Raises asyncpg errors, OSError when the database is away.
    """
    connection = await connect(settings.database, f"antoan ingest {settings.name}", SESSION)
    try:
        waiting = False
        while not await ownership.try_own(connection, settings.partitions, settings.name):
            if not waiting:
                log.info("standby")
                waiting = True
            for name in await ownership.fence_stale(connection, settings.takeover_s):
                log.warning("fenced", silent_owner=name)
            await asyncio.sleep(STANDBY_S)
        yield connection
    finally:
        await _close(connection)


async def keep_beating(connection: asyncpg.Connection, writing: asyncio.Lock, takeover_s: float) -> None:
    """Say that the owner lives, for ever. Raises OwnershipLostError or database errors once the session is gone."""
    while True:
        async with writing:
            if connection.is_closed():
                raise OwnershipLostError("the writing connection is gone, and the locks with it")
            await ownership.beat(connection)
        await asyncio.sleep(takeover_s / 4)


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=2.0)
    except DATABASE_ERRORS:
        connection.terminate()
