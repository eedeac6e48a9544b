"""The record's change of form: whole chunks of entries become runs, and the chunks are dropped in the same commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.named import sql
from store.record import StoredMessage, stored_message
from store.times import to_us

if TYPE_CHECKING:
    from datetime import datetime

    from store.chains import Chain
    from store.connection import Connection


async def chunks_before(connection: Connection, until: datetime) -> list[tuple[datetime, datetime]]:
    """(from, to) of the chunks of small entries that end at or before `until`, oldest first."""
    return [
        (row["range_start"], row["range_end"]) for row in await connection.fetch(sql("record/chunks_before"), until)
    ]


async def hold_cursors(connection: Connection) -> None:
    """Keep every cursor from being moved back until this transaction ends."""
    await connection.execute(sql("record/lock_cursors"))


async def all_passed(connection: Connection, until: datetime) -> bool:
    """Whether every projection has passed all that was received before `until`."""
    return bool(await connection.fetchval(sql("record/all_passed"), until))


async def chains_in(connection: Connection, start: datetime, end: datetime) -> list[Chain]:
    """The chains with messages in a chunk."""
    return [(row["gateway"], row["epoch"]) for row in await connection.fetch(sql("record/chains_in"), start, end)]


async def of_chain(
    connection: Connection, chain: Chain, chunk: tuple[datetime, datetime], *, after: tuple[int, int], limit: int
) -> list[tuple[StoredMessage, tuple[int | None, int | None]]]:
    """Messages of a chain in a chunk `after` (seq, position), each with its span of event time (UTC µs)."""
    rows = await connection.fetch(sql("record/chunk_of_chain"), *chain, *chunk, *after, limit)
    return [
        (
            stored_message(row),
            (
                None if row["event_from"] is None else to_us(row["event_from"]),
                None if row["event_to"] is None else to_us(row["event_to"]),
            ),
        )
        for row in rows
    ]


async def drop_before(connection: Connection, until: datetime) -> int:
    """Drop the chunks of small entries before `until`; the store checks that runs hold them. Returns how many.

    Raises asyncpg.LockNotAvailableError when a reader holds one for longer than 2 s, RaiseError when an entry is in no run.
    """
    return len(await connection.fetch(sql("record/drop_before"), until))
