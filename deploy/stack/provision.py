"""Roles and databases on a server of ours: what a database administrator would do once, done again harmlessly at every start.

Schema and grants are the migrations' work; here are only logins, their passwords, and an empty database with
TimescaleDB in it.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from deploy.stack.postgres import SUPERUSER, Postgres
from store.connection import DatabaseSettings, connect

OWNER = "antoan_owner"
SERVICES = ("antoan_ingest", "antoan_alerts", "antoan_api")
ROLES = (OWNER, *SERVICES)
APPLICATION = "antoan stack"


def login(server: Postgres, role: str, database: str) -> DatabaseSettings:
    """How `role` reaches `database` on `server`; the role's password is made on first use."""
    file = _password_file(server, role)
    return DatabaseSettings(
        host=str(server.socket_folder), port=server.port, name=database, user=role, password_file=file
    )


async def create_roles(server: Postgres) -> None:
    """Make every role with its password, those that exist already included."""
    connection = await connect(login(server, SUPERUSER, "postgres"), APPLICATION)
    try:
        there = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            password = _password_file(server, role).read_text().strip()
            verb = "ALTER" if role in there else "CREATE"
            await connection.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{password}'")  # url-safe letters only
    finally:
        await connection.close()


async def create_database(server: Postgres, name: str) -> bool:
    """Make a database with TimescaleDB that OWNER owns, unless it is there. Returns whether it was made now."""
    connection = await connect(login(server, SUPERUSER, "postgres"), APPLICATION)
    try:
        if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            return False
        await connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER}')
    finally:
        await connection.close()
    inside = await connect(login(server, SUPERUSER, name), APPLICATION)
    try:
        await inside.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    finally:
        await inside.close()
    return True


def _password_file(server: Postgres, role: str) -> Path:
    file = server.password_file if role == SUPERUSER else server.folder / f"{role}.password"
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file
