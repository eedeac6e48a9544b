"""`antoan migrate|rebuild|verify`: what an administrator does to the database."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import asyncpg
from cyclopts import Parameter
from pydantic import Field

from deploy.commands.spoken import spoken
from deploy.service_runner import read_settings
from ingest.rebuild import Rebuildable
from ingest.rebuild import rebuild as rebuild_projection
from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from store.connection import DatabaseSettings, connect
from store.errors import StoreError
from store.migrate import migrate as apply_migrations
from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from ingest.faults import Verdict


class OwnerSettings(StrictModel):
    """What migrating, rebuilding and verifying are told."""

    database: DatabaseSettings = Field(description="The database, as role antoan_owner.")
    readings_days: int = Field(default=90, ge=1, description="Retention of `readings` that ingest is told, in days.")


Config = Annotated[Path, Parameter(name="--config", help="Settings with the database, as role antoan_owner.")]


def migrate(*, config: Config) -> None:
    """Apply the migrations that this version has and the database has not; safe to run twice, or from two places."""
    settings = read_settings(config, OwnerSettings)
    with spoken(StoreError, asyncpg.PostgresError, OSError):
        applied = asyncio.run(apply_migrations(settings.database))
    print("\n".join(applied) if applied else "nothing to do: the schema is up to date")  # noqa: T201


def rebuild(what: Literal["readings", "rollups"], /, *, config: Config) -> None:
    """Drop a projection and build it again from the record; ends with identical rows, and may run beside ingest.

    Parameters
    ----------
    what
        readings or rollups.
    """
    settings = read_settings(config, OwnerSettings)
    with spoken(StoreError, asyncpg.PostgresError, OSError):
        asyncio.run(rebuild_projection(settings.database, Rebuildable(what), settings.readings_days))
    print(f"{what}: built again from the record")  # noqa: T201


def verify(*, config: Config) -> None:
    """Verify every chain from its enrolment to its head, and every row against the record; name what does not hold.

    Exit status 1 when anything is wrong.
    """
    settings = read_settings(config, OwnerSettings)
    with spoken(StoreError, asyncpg.PostgresError, OSError):
        chains, rows = asyncio.run(_verify(settings))
    for fault in (*chains.faults, *rows.faults):
        print(f"{fault.reason}: {fault.text}")  # noqa: T201
    print(f"{chains.chains} chains, {chains.entries} entries, {rows.readings} readings verified")  # noqa: T201
    sys.exit(0 if chains.holds and rows.holds else 1)


async def _verify(settings: OwnerSettings) -> tuple[Verdict, Verdict]:
    connection = await connect(settings.database, "antoan verify")
    try:
        return await verify_chains(connection), await verify_readings(connection, settings.readings_days)
    finally:
        await connection.close()
