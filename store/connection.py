"""Connections to the database: settings, single connections and pools. Sessions are UTC and named after their service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from pydantic import Field

from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    """What a store function takes: a connection of its own, or one lent by a pool. For annotations only."""

CONNECT_S = 10.0


class DatabaseSettings(StrictModel):
    """Where the database is and who asks."""

    host: str = Field(description="Name or address of the server, or the folder of its socket (starts with /).")
    port: int = Field(default=5432, ge=1, le=65535, description="TCP port; for a socket, the number in its name.")
    name: str = Field(default="antoan", description="Name of the database.")
    user: str = Field(description="Role: antoan_owner, antoan_ingest, antoan_alerts or antoan_api.")
    password_file: Path | None = Field(
        default=None, description="File whose first line is the password; none where the socket's folder is the guard."
    )


def _arguments(settings: DatabaseSettings, application: str, extra: Mapping[str, str] | None) -> dict[str, Any]:
    password = ""  # never asyncpg's own search in the home folder
    if settings.password_file is not None:
        password = settings.password_file.read_text(encoding="utf-8").splitlines()[0]
    return {
        "host": settings.host,
        "port": settings.port,
        "database": settings.name,
        "user": settings.user,
        "password": password,
        "timeout": CONNECT_S,
        "server_settings": {"application_name": application, "timezone": "UTC", **(extra or {})},
    }


async def connect(
    settings: DatabaseSettings, application: str, server_settings: Mapping[str, str] | None = None
) -> asyncpg.Connection:
    """One connection. `application` is the service's name in pg_stat_activity.

    Raises OSError or asyncpg.PostgresError when the server cannot be reached or refuses.
    """
    return await asyncpg.connect(**_arguments(settings, application, server_settings))


async def pool(
    settings: DatabaseSettings,
    application: str,
    *,
    maximum: int = 8,
    server_settings: Mapping[str, str] | None = None,
) -> asyncpg.Pool:
    """A pool of at most `maximum` connections, opened as needed. Errors as `connect`."""
    arguments = _arguments(settings, application, server_settings)
    return await asyncpg.create_pool(min_size=1, max_size=maximum, **arguments)
