"""Readings of a point in a window, in buckets for a chart: from readings for hours, from rollups for days and weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from store.named import sql
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asyncpg import Record

    from store.people import Database

RAW_UP_TO = timedelta(hours=8)
"""A shift of 1 Hz readings is 28,800 rows; what is longer comes from rollups."""
MINUTES_UP_TO = timedelta(days=14)
WITHOUT_VALUE = [int(quality) for quality in Quality if not quality.has_value]


@dataclass(frozen=True)
class PlacedChannel:
    """A channel that measures a point from-until (None: still). `interval_us`: nominal time between readings."""

    channel: int
    unit: str
    exponent: int
    interval_us: int | None
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Bucket:
    """Readings of a stretch of time, in scaled integers; None where no value stands behind any of them."""

    last_us: int
    low: int | None
    high: int | None
    mean: float | None
    quality: int


def finest(length: timedelta) -> timedelta:
    """The shortest bucket that a window of this length can be asked for: that of the table it comes from."""
    if length <= RAW_UP_TO:
        return timedelta(milliseconds=1)
    return timedelta(minutes=1) if length <= MINUTES_UP_TO else timedelta(hours=1)


async def channels_of(db: Database, person: int, point: int) -> list[PlacedChannel] | None:
    """What measures or measured the point, as far as the person sees; None: there is no such point for the person."""
    rows = await db.fetch(sql("sites/seen_point"), person, point)
    return [PlacedChannel(**row) for row in rows if row["channel"] is not None] if rows else None


async def buckets(
    db: Database, placed: Sequence[PlacedChannel], since: datetime, until: datetime, bucket: timedelta
) -> list[Bucket]:
    """Buckets that hold readings, in time order. All of `placed` must share unit and exponent."""
    return [_bucket(row) for row in await _rows(db, placed, since, until, bucket)]


async def _rows(
    db: Database, placed: Sequence[PlacedChannel], since: datetime, until: datetime, bucket: timedelta
) -> list[Record]:
    columns = ([p.channel for p in placed], [p.from_at for p in placed], [p.until_at for p in placed])
    bucket_us = bucket // timedelta(microseconds=1)
    if until - since <= RAW_UP_TO:
        return await db.fetch(sql("sites/buckets_raw"), since, until, bucket_us, WITHOUT_VALUE, *columns)
    name = "buckets_rollup_1m" if until - since <= MINUTES_UP_TO else "buckets_rollup_1h"
    return await db.fetch(sql(f"sites/{name}"), since, until, bucket_us, *columns)


def _bucket(row: Record) -> Bucket:
    return Bucket(row["last_us"], row["low"], row["high"], row["mean"], row["quality"])
