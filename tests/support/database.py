"""A fresh, migrated database for each test: cloned from a template on one server that lives as long as the test session."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploy.stack.postgres import Postgres
from deploy.stack.provision import login, provide, superuser
from store.bootstrap import OWNER
from store.connection import DatabaseSettings, connect
from store.migrate import migrate

if TYPE_CHECKING:
    from pathlib import Path

    import asyncpg

TEMPLATE = "antoan_template"
ALONE = "UPDATE pg_database SET datistemplate = $2, datallowconn = NOT $2 WHERE datname = $1"
SEND_AWAY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


def passwords(server: Postgres) -> Path:
    """Where the roles' passwords of a server lie."""
    return server.folder.parent / f"{server.folder.name}-passwords"


def role_login(server: Postgres, role: str, database: str) -> DatabaseSettings:
    """How a role, or the superuser, reaches a database on a server of ours."""
    return login(superuser(server), passwords(server), role, database)


@dataclass(frozen=True)
class Database:
    """One database: `login(role)` for settings files, `connect(role)` for a connection that closes itself when the test ends."""

    server: Postgres
    name: str
    _opened: list[asyncpg.Connection] = field(default_factory=list)

    def login(self, role: str = OWNER) -> DatabaseSettings:
        """How a role reaches it; `.model_dump(mode="json")` for a settings file."""
        return role_login(self.server, role, self.name)

    async def connect(self, role: str = OWNER) -> asyncpg.Connection:
        """A connection as `antoan_owner`, `antoan_ingest`, `antoan_alerts`, `antoan_api` or `postgres`."""
        connection = await connect(self.login(role), "antoan test")
        self._opened.append(connection)
        return connection

    async def close(self) -> None:
        """Close every connection that `connect` gave out."""
        for connection in self._opened:
            if not connection.is_closed():
                await connection.close()


class Databases:
    """Makes and drops databases on one server."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._numbers = itertools.count(1)

    async def prepare(self) -> None:
        """Make the roles and the migrated template; once per server."""
        await provide(superuser(self.server), passwords(self.server), TEMPLATE)
        await migrate(role_login(self.server, OWNER, TEMPLATE))
        await self._as_superuser(ALONE, TEMPLATE, True)
        await self._as_superuser(SEND_AWAY, TEMPLATE)

    async def create(self, *, empty: bool = False) -> Database:
        """A database of its own name: migrated, or with `empty` only TimescaleDB in it."""
        name = f"antoan_test_{next(self._numbers)}"
        if empty:
            await provide(superuser(self.server), passwords(self.server), name)
        else:
            await self._as_superuser(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER {OWNER} STRATEGY file_copy')
        return Database(self.server, name)

    async def drop(self, database: Database) -> None:
        """Drop it, whoever is still connected."""
        await database.close()
        await self._as_superuser(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')

    async def _as_superuser(self, query: str, *arguments: object) -> None:
        connection = await connect(superuser(self.server), "antoan test")
        try:
            await connection.execute(query, *arguments) if not arguments else await connection.fetch(query, *arguments)
        finally:
            await connection.close()
