"""Who may append: the holder of the partitions' advisory locks, held by the very connection that writes the record.

The locks end with the session. A worker that was paused and taken over finds its session gone when it wakes: its commit fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

LOCK_CLASS = 0x416E01  # first key of the two-key advisory locks of partitions


async def try_own(connection: asyncpg.Connection, partitions: Sequence[int], name: str) -> bool:
    """Take the locks of all `partitions`, or none. True when they are held; this connection is then the owner's."""
    held = await connection.fetchval(sql("partition/try_own"), LOCK_CLASS, list(partitions))
    if held != len(partitions):
        await connection.execute(sql("partition/disown"))
        return False
    await connection.execute(sql("partition/announce"), name)
    return True


async def beat(connection: asyncpg.Connection) -> None:
    """Say that the owner lives; on the owner's connection, so that it is also a proof that the session does."""
    await connection.execute(sql("partition/beat"))


async def fence_stale(connection: asyncpg.Connection, silent_s: float) -> list[str]:
    """End the sessions of owners that have been silent for `silent_s`; returns their names. Their next statement fails."""
    rows = await connection.fetch(sql("partition/fence_stale"), silent_s, LOCK_CLASS)
    return [row["name"] for row in rows]


async def answer(connection: asyncpg.Connection) -> None:
    """Have the server answer. Raises database errors when it does not."""
    await connection.fetchval(sql("partition/here"))
