"""What only a superuser can do, once: the roles, the database owned by `antoan_owner`, the extension."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import asyncpg

from store.connection import connect
from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.connection import DatabaseSettings

OWNER, INGEST, ALERTS, API = ROLES = ("antoan_owner", "antoan_ingest", "antoan_alerts", "antoan_api")


async def prepare(admin: DatabaseSettings, name: str = "antoan", passwords: Mapping[str, str] | None = None) -> None:
    """Make roles, database `name` and extension where they are missing. Safe to repeat.

    `admin` is a superuser on an existing database (`postgres`). `passwords` sets the password of each role it names;
    a role without one can log in only where the server asks for none (a guarded socket).
    Raises asyncpg.PostgresError when the server refuses.
    """
    connection = await connect(admin, "antoan bootstrap")
    try:
        for role in ROLES:
            await _make_role(connection, role, (passwords or {}).get(role))
        if not await connection.fetchval(sql("bootstrap/database_exists"), name):
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):  # another runner was faster
                await connection.execute(await connection.fetchval(sql("bootstrap/create_database"), name, OWNER))
    finally:
        await connection.close()
    connection = await connect(admin.model_copy(update={"name": name}), "antoan bootstrap")
    try:
        await connection.execute(sql("bootstrap/extensions"))
    finally:
        await connection.close()


async def _make_role(connection: asyncpg.Connection, role: str, password: str | None) -> None:
    with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):  # the latter when two meet
        await connection.execute(await connection.fetchval(sql("bootstrap/create_role"), role))
    if password is not None:
        await connection.execute(await connection.fetchval(sql("bootstrap/set_password"), role, password))
