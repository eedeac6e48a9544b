"""Logins on a server of ours: a password file for each role, and a database prepared with the store's own bootstrap."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from deploy.stack.postgres import SUPERUSER, Postgres
from store.bootstrap import ROLES, prepare
from store.connection import DatabaseSettings

if TYPE_CHECKING:
    from pathlib import Path


def login(server: Postgres, role: str, database: str) -> DatabaseSettings:
    """How `role` (one of the store's, or the superuser) reaches `database`; its password is made on first use."""
    file = _password_file(server, role)
    return DatabaseSettings(
        host=str(server.socket_folder), port=server.port, name=database, user=role, password_file=file
    )


async def provide(server: Postgres, database: str) -> None:
    """Make the roles with their passwords, and the database with TimescaleDB, where they are missing."""
    passwords = {role: _password_file(server, role).read_text().strip() for role in ROLES}
    await prepare(login(server, SUPERUSER, "postgres"), database, passwords)


def _password_file(server: Postgres, role: str) -> Path:
    file = server.password_file if role == SUPERUSER else server.folder / f"{role}.password"
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file
