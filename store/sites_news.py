"""Following `readings`: how far it is (heads), and what arrived for which point between two heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from store.people import Database


@dataclass(frozen=True)
class Head:
    """How far a projection has followed one partition of the record."""

    position: int
    received: datetime


@dataclass(frozen=True)
class Span:
    """Event times (inclusive) of what arrived from a gateway; None: its boot has no UTC yet.

    `unplaced`: more has changed than the span says: a new descriptor, or older readings that found their time.
    """

    gateway: str
    since: datetime | None
    until: datetime | None
    unplaced: bool


@dataclass(frozen=True)
class Arrived:
    """One reading of a point, in scaled integers. `time_us`: event time, microseconds since 1970."""

    point: int
    time_us: int
    value: int
    exponent: int
    quality: int


async def heads(db: Database) -> dict[int, Head]:
    """How far `readings` is in each partition."""
    return {row["partition"]: Head(row["position"], row["received"]) for row in await db.fetch(sql("sites/heads"))}


async def spans(db: Database, partition: int, after: Head, until: Head) -> list[Span]:
    """What arrived in a partition after one head up to another, by gateway."""
    rows = await db.fetch(sql("sites/arrived_spans"), partition, after.position, until.position, after.received)
    return [Span(**row) for row in rows]


async def arrived(db: Database, spans_: Iterable[Span], limit: int) -> list[Arrived]:
    """The readings of the points in those spans, oldest first, at most `limit`."""
    known = [(span.gateway, span.since, span.until) for span in spans_ if span.since and span.until]
    if not known:
        return []
    gateways, sinces, untils = zip(*known, strict=True)
    return [Arrived(**row) for row in await db.fetch(sql("sites/arrived_readings"), gateways, sinces, untils, limit)]


async def watched(db: Database, person: int, site: int) -> Mapping[int, str]:
    """Points of a site that the person sees now, with the gateway that measures each."""
    return {row["point"]: row["gateway"] for row in await db.fetch(sql("sites/live_gateways"), person, site)}


async def is_seen(db: Database, person: int, site: int) -> bool:
    """Whether the person sees the site."""
    return bool(await db.fetchval(sql("sites/is_seen"), person, site))
