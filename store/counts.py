"""How much is where, over everything that is stored: what a demonstration and a fault test compare. As `antoan_owner`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals. `rows` are those projected, doubtful and too late ones included; bytes are those of the record at rest."""

    entries: int
    readings: int
    rows: int
    sealed_bytes: int
    stored_bytes: int
    alerts: int
    notifications: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Product:
    """What the database is. `license`: the edition of TimescaleDB, `apache` or `timescale`."""

    version: str
    timescaledb: str
    license: str


async def counts(connection: Connection) -> Counts:
    """Count everything; reads whole tables, so it is for small databases."""
    row = await connection.fetchrow(sql("counts/all"))
    return Counts(**{name: int(value or 0) for name, value in (row or {}).items()})


async def product(connection: Connection) -> Product:
    """Versions and edition."""
    row = await connection.fetchrow(sql("counts/product"))
    return Product(**dict(row or {}))


async def rows_since(connection: Connection, after: datetime) -> list[tuple[int, datetime]]:
    """(channel, time) of every row whose event time is later."""
    return [(row["channel"], row["time"]) for row in await connection.fetch(sql("counts/rows_since"), after)]


async def physical_since(
    connection: Connection, gateway: str, quantity: str, after: datetime
) -> list[tuple[datetime, float]]:
    """(time, value in the channel's unit) of a quantity's rows, in order of time."""
    rows = await connection.fetch(sql("counts/physical_since"), gateway, quantity, after)
    return [(row["time"], float(row["value"])) for row in rows]
