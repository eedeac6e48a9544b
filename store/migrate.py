"""Forward-only migrations: `store/migrations/NNNN_name.sql`, each in one transaction, under one advisory lock.

The lock is polled, not waited for: a statement like CREATE INDEX CONCURRENTLY waits for every transaction that waits.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

from store.connection import connect
from store.errors import MigrationError
from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.connection import DatabaseSettings

LOCK = 0x416E546F  # "AnTo"; the number only has to differ from the other advisory locks of this database
POLL_S = 0.1


@dataclass(frozen=True)
class Migration:
    """One file. `digest` is the SHA-256 of its text: an applied file must not change."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).digest()


def migrations() -> list[Migration]:
    """All migrations of this version in order. Raises MigrationError for a malformed or doubled number."""
    found = [
        Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in files("store").joinpath("migrations").iterdir()
        if (match := re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", file.name))
    ]
    found.sort(key=lambda migration: migration.number)
    numbers = [migration.number for migration in found]
    if len(set(numbers)) != len(numbers):
        raise MigrationError(f"two migrations have one number: {numbers}")
    return found


async def migrate(settings: DatabaseSettings, plan: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is not yet applied; return the names of what was. Safe to run at once from many places.

    Raises MigrationError when an applied migration was altered, is unknown to this version, or one fails; those before
    it stay applied, it and those after it leave no trace.
    """
    connection = await connect(settings, "antoan migrate")
    try:
        while not await connection.fetchval(sql("migration/try_lock"), LOCK):  # noqa: ASYNC110  (see above: polled)
            await asyncio.sleep(POLL_S)
        return await _apply(connection, migrations() if plan is None else plan)
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection, plan: Sequence[Migration]) -> list[str]:
    await connection.execute(sql("migration/prepare"))
    applied = {row["number"]: row for row in await connection.fetch(sql("migration/applied"))}
    _compare(applied, plan)
    done = []
    for migration in plan:
        if migration.number in applied:
            continue
        try:
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(sql("migration/note"), migration.number, migration.name, migration.digest)
        except asyncpg.PostgresError as error:
            raise MigrationError(f"{migration.number:04}_{migration.name}: {error}") from error
        done.append(f"{migration.number:04}_{migration.name}")
    return done


def _compare(applied: dict[int, asyncpg.Record], plan: Sequence[Migration]) -> None:
    known = {migration.number: migration for migration in plan}
    for number, row in applied.items():
        if number not in known:
            raise MigrationError(
                f"the database has migration {number:04}_{row['name']}, unknown here: a newer version wrote it"
            )
        if bytes(row["digest"]) != known[number].digest:
            raise MigrationError(f"migration {number:04}_{row['name']} was altered after it was applied")
    newest = max(applied, default=0)
    for migration in plan:
        if migration.number not in applied and migration.number < newest:
            raise MigrationError(
                f"migration {migration.number:04}_{migration.name} comes before {newest:04}, already applied"
            )
