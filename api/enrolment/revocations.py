"""The revocation list for the broker: written anew at the start and whenever the store announces a change.

mosquitto reads it again on SIGHUP; who runs the broker sends that when the file changes (systemd path unit, the local stack).
A connection that is open stays open until then; what a revoked gateway sends on it is refused by ingest at once.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import structlog
from cryptography import x509

from api.enrolment.authority import Authority, Revocation, revocation_list
from api.enrolment.private_files import write_file
from store.enrolment import CHANGED_CHANNEL
from store.enrolment_certificates import revoked_certificates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from store.enrolment import Connection


CHECK_S: Final = 60.0
"""Also without an announcement: a connection can die without a word."""
RETRY_S: Final = 5.0
_log = structlog.get_logger()


class RevocationList:
    """Keeps `file` (none when None) equal to what the store says."""

    def __init__(self, authority: Authority, pool: asyncpg.Pool, file: Path | None) -> None:
        self._authority = authority
        self._pool = pool
        self._file = file
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Write now, and again after every change while the block runs."""
        if self._file is None:
            yield
            return
        async with self._pool.acquire() as conn:
            await write_revocations(conn, self._authority, self._file)
        task = asyncio.create_task(self._keep(self._file))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self, file: Path) -> None:
        """Follow for ever; a lost database is tried again, and what changed meanwhile is written then."""
        while True:
            try:
                async with self._pool.acquire() as conn:
                    await self._follow(conn, file)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("revocations_retry", error=str(error))
            await asyncio.sleep(RETRY_S)

    async def _follow(self, conn: Connection, file: Path) -> None:
        await conn.add_listener(CHANGED_CHANNEL, self._hear)
        try:
            while True:
                self._changed.clear()
                await write_revocations(conn, self._authority, file)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), CHECK_S)
        finally:
            if not conn.is_closed():
                await conn.remove_listener(CHANGED_CHANNEL, self._hear)

    def _hear(self, *_: Any) -> None:  # noqa: ANN401  (asyncpg's four arguments)
        self._changed.set()


async def write_revocations(conn: Connection, authority: Authority, file: Path) -> None:
    """Write the list of what is revoked now, if that has changed; readable by all, for it is no secret."""
    revoked = {r.serial: r.revoked_at for r in await revoked_certificates(conn)}
    if _serials(file) != set(revoked):
        lines = [Revocation(serial, at) for serial, at in revoked.items()]
        write_file(file, revocation_list(authority, lines, datetime.now(UTC)), 0o644)


def _serials(file: Path) -> set[int] | None:
    """What the file names now; None when it is missing or damaged."""
    try:
        return {line.serial_number for line in x509.load_pem_x509_crl(file.read_bytes())}
    except (FileNotFoundError, ValueError):
        return None
