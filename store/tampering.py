"""What an intruder with the owner's password could do to the rows, to show and to test that it is found. Never commit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.connection import Connection


async def alter_reading(connection: Connection, gateway: str, quantity: str) -> datetime | None:
    """Lower the highest reading of a quantity; its time, None when there is none."""
    row = await connection.fetchrow(sql("counts/alter_digit"), gateway, quantity)
    return row["time"] if row else None


async def alter_entry(connection: Connection, gateway: str) -> int | None:
    """Turn one bit of the newest message with readings; its seq, None when there is none."""
    row = await connection.fetchrow(sql("counts/alter_entry"), gateway)
    return int(row["seq"]) if row else None
