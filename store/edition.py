"""Which TimescaleDB this is: the Apache edition has hypertables, the Community edition also a columnstore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import timedelta

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Edition:
    """What the database says of itself; shown on the health page."""

    postgresql: str
    timescaledb: str
    license: str
    """`apache`, or `timescale` for the Community edition."""

    @property
    def columnstore(self) -> bool:
        """Whether old chunks of readings can be kept in columns."""
        return self.license == "timescale"


async def edition(connection: Connection) -> Edition:
    """Ask the database. Raises asyncpg.PostgresError where TimescaleDB is not loaded."""
    row = await connection.fetchrow(sql("maintenance/edition"))
    if row is None:
        raise LookupError("the database did not say what it is")
    return Edition(row["postgresql"], row["timescaledb"], row["license"])


async def use_columnstore(connection: Connection, after: timedelta) -> bool:
    """Where the licence allows it, keep chunks of `readings` older than `after` in columns; as `antoan_owner`.

    Returns whether it does. Safe to repeat.
    """
    if not (await edition(connection)).columnstore:
        return False
    if not await connection.fetchval(sql("maintenance/has_columnstore")):
        await connection.execute(sql("maintenance/enable_columnstore"))
    await connection.execute(sql("maintenance/columnstore_policy"), after)
    return True
