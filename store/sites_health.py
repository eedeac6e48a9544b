"""How the database is, for the health page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from store.people import Database


@dataclass(frozen=True)
class DatabaseHealth:
    """`lag_s`: age of the oldest commit that `readings` does not hold yet; 0: it holds all."""

    database: str
    lag_s: float


async def health(db: Database) -> DatabaseHealth:
    """Versions with TimescaleDB's edition, and the lag. Raises as asyncpg does when the database does not answer."""
    (row,) = await db.fetch(sql("sites/health"))
    return DatabaseHealth(**row)
