"""Migrations: forward only, each whole or not at all, safe from many places at once, and equal to schema.sql."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from store.bootstrap import ROLES
from store.describe import COMMAND, describe, written
from store.edition import edition, use_columnstore
from store.errors import MigrationError
from store.migrate import Migration, migrate, migrations

if TYPE_CHECKING:
    from tests.support.database import Database

pytestmark = pytest.mark.services

GOOD = Migration(1, "good", "CREATE TABLE good (a integer)")
BROKEN = Migration(2, "broken", "CREATE TABLE half (a integer); INSERT INTO half VALUES (1); SELECT 1 / 0;")


async def test_the_migrations_reproduce_the_schema_that_is_written_down(database: Database) -> None:
    text = await describe(await database.connect())
    assert text == written(), f"renew store/schema.sql: {COMMAND} --help"


async def test_every_migration_is_applied_once_by_many_runners_at_once(empty_database: Database) -> None:
    login = empty_database.login("antoan_owner")
    applied = await asyncio.gather(*(migrate(login) for _ in range(5)))
    names = [name for one in applied for name in one]
    assert sorted(names) == [f"{migration.number:04}_{migration.name}" for migration in migrations()]
    assert await migrate(login) == []


async def test_a_migration_that_breaks_midway_leaves_the_database_as_it_was(empty_database: Database) -> None:
    login = empty_database.login("antoan_owner")
    await migrate(login, [GOOD])
    connection = await empty_database.connect()
    before = await describe(connection)
    with pytest.raises(MigrationError, match=r"0002_broken.*division by zero"):
        await migrate(login, [GOOD, BROKEN])
    assert await describe(connection) == before
    mended = Migration(2, "broken", "CREATE TABLE whole (a integer)")
    assert await migrate(login, [GOOD, mended]) == ["0002_broken"]


async def test_an_applied_migration_that_was_altered_is_refused(empty_database: Database) -> None:
    login = empty_database.login("antoan_owner")
    await migrate(login, [GOOD])
    with pytest.raises(MigrationError, match="0001_good was altered"):
        await migrate(login, [Migration(1, "good", "CREATE TABLE better (a integer)")])
    with pytest.raises(MigrationError, match="unknown here"):
        await migrate(login, [])


async def test_no_role_of_a_service_may_alter_the_record(database: Database) -> None:
    for role in ROLES[1:]:
        connection = await database.connect(role)
        for statement in (
            "UPDATE record SET seq = 0",
            "DELETE FROM record",
            "TRUNCATE record",
            "DELETE FROM record_run",
            "DROP TABLE readings",
            "UPDATE readings SET value = 0",
            "CREATE TABLE mine (a integer)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.fetch("SELECT * FROM record LIMIT 1")


async def test_only_ingest_may_append(database: Database) -> None:
    for role in ("antoan_alerts", "antoan_api"):
        connection = await database.connect(role)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("INSERT INTO readings VALUES (now(), 1, 1, 0)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT drop_record_before(now())")


async def test_the_edition_is_known_and_columns_are_used_only_where_the_licence_allows(database: Database) -> None:
    owner = await database.connect()
    found = await edition(owner)
    assert found.postgresql.startswith("17.")
    assert found.timescaledb.startswith("2.")
    assert found.license in ("apache", "timescale")
    assert await use_columnstore(owner, timedelta(days=7)) == (found.license == "timescale")
