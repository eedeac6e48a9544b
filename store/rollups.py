"""Aggregates by minute, written by the rollup projection; aggregates by hour, computed here from the minutes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.copying import EPOCH_US, copy_binary
from store.named import sql
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from store.connection import Connection

MINUTE_US: Final = 60_000_000
HOUR_US: Final = 3_600_000_000
_COLUMNS: Final = (
    "bucket", "sum", "last_us", "ok_us", "channel", "count", "min", "max", "energy", "doubtful_us",
)  # fmt: skip
_FIXED: Final = struct.Struct(">hiqiqiqiqiiii")
_INT: Final = struct.Struct(">iq")
_FLOAT: Final = struct.Struct(">id")
_NULL: Final = struct.pack(">i", -1)


@dataclass(slots=True)
class Minute:
    """One row of `rollup_1m`; see there for what the columns mean. `bucket_us` in UTC µs."""

    channel: int
    bucket_us: int
    count: int = 0
    sum: int = 0
    min: int | None = None
    max: int | None = None
    energy: float | None = None
    last_us: int = 0
    ok_us: int = 0
    doubtful_us: dict[int, int] | None = None


def _json(doubtful_us: dict[int, int] | None) -> str | None:
    return None if not doubtful_us else json.dumps({str(code): us for code, us in sorted(doubtful_us.items())})


def _number(value: int | None) -> bytes:
    return _NULL if value is None else _INT.pack(8, value)


def _binary(minute: Minute) -> bytes:
    doubtful = _json(minute.doubtful_us)
    return b"".join((
        _FIXED.pack(
            10, 8, minute.bucket_us - EPOCH_US, 8, minute.sum, 8, minute.last_us, 8, minute.ok_us, 4, minute.channel, 4, minute.count
        ),
        _number(minute.min), _number(minute.max),
        _NULL if minute.energy is None else _FLOAT.pack(8, minute.energy),
        _NULL if doubtful is None else (len(doubtful) + 1).to_bytes(4, "big") + b"\1" + doubtful.encode(),
    ))  # fmt: skip


async def insert(connection: Connection, minutes: Iterable[Minute]) -> None:
    """COPY minutes that are not there yet. Raises asyncpg.UniqueViolationError when one is."""
    await copy_binary(connection, "rollup_1m", _COLUMNS, b"".join(map(_binary, minutes)))


async def put(connection: Connection, minutes: Sequence[Minute]) -> None:
    """Write minutes over what was there."""
    await connection.execute(
        sql("rollups/put"),
        [from_us(m.bucket_us) for m in minutes],
        [m.sum for m in minutes],
        [m.min for m in minutes],
        [m.max for m in minutes],
        [m.energy for m in minutes],
        [m.last_us for m in minutes],
        [m.ok_us for m in minutes],
        [m.channel for m in minutes],
        [m.count for m in minutes],
        [_json(m.doubtful_us) for m in minutes],
    )


async def latest(connection: Connection, channels: Sequence[int]) -> list[Minute]:
    """The latest minute of each channel that has one."""
    return [_minute(row) for row in await connection.fetch(sql("rollups/latest"), list(channels))]


def _minute(row: asyncpg.Record) -> Minute:
    doubtful = None if row["doubtful_us"] is None else {int(k): v for k, v in json.loads(row["doubtful_us"]).items()}
    return Minute(
        row["channel"],
        to_us(row["bucket"]),
        row["count"],
        row["sum"],
        row["min"],
        row["max"],
        row["energy"],
        row["last_us"],
        row["ok_us"],
        doubtful,
    )


async def mark_stale(connection: Connection, hours: Sequence[tuple[int, int]]) -> None:
    """The minutes of these hours (channel, start in UTC µs) have changed."""
    await connection.execute(
        sql("rollups/stale"), [channel for channel, _ in hours], [from_us(start_us) for _, start_us in hours]
    )


async def compute_hours(connection: Connection, limit: int) -> int:
    """Compute at most so many stale hours from their minutes; returns how many were."""
    return int((await connection.execute(sql("rollups/hours"), limit)).split()[-1])


async def clear(connection: Connection) -> None:
    """Drop all that this projection derived; as `antoan_owner`."""
    await connection.execute(sql("rollups/clear"))
