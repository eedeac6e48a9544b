"""A running enrolment service with its own CA and database, for tests of both ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from api.enrolment.authority_files import open_authority, open_server_key
from api.enrolment.service import serving
from api.enrolment.settings import EnrolmentSettings
from deploy.stack.ports import free_ports
from store.connection import pool
from store.enrolment_tokens import TOKEN_LIFE, TokenOffice, issue_token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg

    from api.enrolment.authority import Authority
    from telemetry.cose import SigningKey
    from tests.support.database import Database

GATEWAY = "kitthanhtra1"
AGENCY = """INSERT INTO agency (name) VALUES ('Sở Nội vụ')
ON CONFLICT (coalesce(parent, 0), name) DO UPDATE SET name = excluded.name RETURNING id"""


@dataclass(frozen=True)
class RunningOffice:
    """`token()` is what a person would copy; `url` where the service listens."""

    settings: EnrolmentSettings
    authority: Authority
    server_key: SigningKey
    pool: asyncpg.Pool
    agency: int

    @property
    def url(self) -> str:
        return self.settings.url

    async def token(self, gateway: str = GATEWAY, *, life: timedelta = TOKEN_LIFE, now: datetime | None = None) -> str:
        office = TokenOffice(self.url, self.authority.certificate.public_bytes(Encoding.DER))
        async with self.pool.acquire() as conn:
            return str(
                await issue_token(
                    conn, office, gateway=gateway, agency=self.agency, now=now or datetime.now(UTC), life=life
                )
            )

    async def audit(self) -> list[tuple[str, str | None]]:
        """(action, reason) of every row, oldest first."""
        rows = await self.pool.fetch("SELECT action, reason FROM enrolment_audit ORDER BY id")
        return [(row["action"], row["reason"]) for row in rows]


@asynccontextmanager
async def running_office(database: Database, folder: Path, **settings: object) -> AsyncIterator[RunningOffice]:
    """An enrolment service on loopback for one agency, the same each time."""
    owner = await database.connect()
    agency = await owner.fetchval(AGENCY)
    (port,) = free_ports(1)
    chosen = EnrolmentSettings.model_validate({
        "host": "127.0.0.1",
        "port": port,
        "url": f"https://127.0.0.1:{port}",
        "names": ["localhost"],
        "authority_dir": folder / "authority",
        "crl_file": folder / "revoked.pem",
        "broker_host": "localhost",
        "broker_port": 8883,
        **settings,
    })  # fmt: skip
    connections = await pool(database.login("antoan_api"), "antoan enrolment test", maximum=4)
    try:
        async with serving(chosen, connections):
            authority = open_authority(chosen.authority_dir)
            yield RunningOffice(chosen, authority, open_server_key(chosen.authority_dir), connections, agency)
    finally:
        async with asyncio.timeout(10):
            await connections.close()
