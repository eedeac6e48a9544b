"""Binary COPY with bytes that the caller has laid out (numpy structured arrays, struct): no Python object per value.

Layout of a row: u16 number of columns, then per column u32 length and the big-endian value (PostgreSQL, "COPY", binary).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from store.connection import Connection


HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
CHUNK_BYTES: Final = 1 << 18
"""Handed to the socket at once: large enough to be cheap, small enough that the event loop breathes."""

EPOCH_US: Final = 946_684_800_000_000
"""PostgreSQL counts timestamps from 2000-01-01; this in µs since 1970."""

TIME_MIN_US: Final = -2_208_988_800_000_000
TIME_MAX_US: Final = 253_370_764_800_000_000
"""1900 and 9999: every reader can hold times between them. Times beyond are set to the nearer one."""


async def copy_binary(connection: Connection, table: str, columns: Sequence[str], rows: bytes | memoryview) -> None:
    """COPY rows laid out as above into `table`. Raises asyncpg.PostgresError."""
    await connection.copy_to_table(table, source=_chunks(rows), columns=columns, format="binary")


async def _chunks(rows: bytes | memoryview) -> AsyncIterator[bytes]:
    yield HEADER
    view = memoryview(rows)
    for start in range(0, len(view), CHUNK_BYTES):
        yield bytes(view[start : start + CHUNK_BYTES])
    yield TRAILER
