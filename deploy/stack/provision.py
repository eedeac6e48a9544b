"""Logins to a server, ours or a given one: a password file for each role, and a database prepared with the store's own bootstrap."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from deploy.stack.postgres import SUPERUSER, Postgres
from store.bootstrap import ROLES, prepare
from store.connection import DatabaseSettings

if TYPE_CHECKING:
    from pathlib import Path


def superuser(server: Postgres) -> DatabaseSettings:
    """How the superuser reaches a server of ours."""
    return DatabaseSettings(
        host=str(server.socket_folder),
        port=server.port,
        name="postgres",
        user=SUPERUSER,
        password_file=server.password_file,
    )


def login(admin: DatabaseSettings, passwords: Path, role: str, database: str) -> DatabaseSettings:
    """How `role` (one of the store's, or the superuser) reaches `database`; its password is made on first use."""
    file = admin.password_file if role == admin.user else _password_file(passwords, role)
    return admin.model_copy(update={"name": database, "user": role, "password_file": file})


async def provide(admin: DatabaseSettings, passwords: Path, database: str) -> None:
    """Make the roles with their passwords, and the database with TimescaleDB, where they are missing."""
    words = {role: _password_file(passwords, role).read_text().strip() for role in ROLES}
    await prepare(admin, database, words)


def _password_file(passwords: Path, role: str) -> Path:
    passwords.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = passwords / f"{role}.password"
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file
