"""Drop a projection and build it again from the record. Ends with the same rows: they are a function of the record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.projections.follow import Follower
from ingest.projections.rollups import Rollups
from ingest.projections.rows import ReadingRows
from store import cursors, readings, rollups
from store.connection import connect
from store.errors import OwnershipLostError
from telemetry.topics import PARTITIONS

if TYPE_CHECKING:
    from ingest.projections.follow import Projection
    from store.connection import DatabaseSettings

DAY_US = 86_400_000_000


class Rebuildable(StrEnum):
    """Projections that can be dropped and rebuilt."""

    READINGS = "readings"
    ROLLUPS = "rollups"


async def rebuild(database: DatabaseSettings, which: Rebuildable, retention_days: int = 90) -> None:
    """Drop what `which` derived and derive it again; safe while ingest runs, which then follows from there.

    `database` as `antoan_owner`. `retention_days` is the retention that ingest is told: what was late then is late again.
    Raises asyncpg errors, OSError.
    """
    connection = await connect(database, f"antoan rebuild {which}")
    try:
        async with connection.transaction():
            await cursors.reset(connection, which)
            await (readings.clear(connection) if which is Rebuildable.READINGS else rollups.clear(connection))
        horizons = await readings.horizons(connection)
    finally:
        await connection.close()
    projection: Projection = (
        ReadingRows(retention_days * DAY_US, lambda: horizons) if which is Rebuildable.READINGS else Rollups()
    )
    await follow_to_end(database, projection)


async def follow_to_end(database: DatabaseSettings, projection: Projection) -> None:
    """Follow from the projection's cursors to the end of the record, with a running ingest or without.

    Raises an ExceptionGroup of asyncpg errors, OSError.
    """
    with ThreadPoolExecutor(1, "rebuild") as thread:
        follower = Follower(
            projection=projection, database=database, partitions=range(PARTITIONS), feed=None, thread=thread
        )
        while not await _caught_up(follower):
            pass


async def _caught_up(follower: Follower) -> bool:
    """False when a running ingest was faster with a batch: its rows are the same, go on after them."""
    done = True
    try:
        await follower.catch_up()
    except* OwnershipLostError:
        done = False
    return done
