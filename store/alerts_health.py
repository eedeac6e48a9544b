"""How healthy the alarms are: the performance figures of ISA-18.2 (IEC 62682) of what a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.connection import Connection

STALE_AFTER = timedelta(days=1)
MOST = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts since a time. `worst_10_min`, `floods`: messages to one person in one of ten minutes, and those over ten."""

    alerts: int
    urgent: int
    high: int
    medium: int
    low: int
    people: int
    messages: int
    worst_10_min: int
    floods: int
    acknowledged_median_s: float | None
    acknowledged_p95_s: float | None
    unacknowledged: int
    set_aside: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule on a channel of a kit: how many alerts of it, and the latest."""

    gateway: str
    gateway_channel: int
    rule: str
    alerts: int
    latest: int


async def figures(conn: Connection, person: int, since: datetime) -> Figures:
    """The figures since then."""
    (row,) = await conn.fetch(sql("alerts/health"), person, since)
    return Figures(**row)


async def most_frequent(conn: Connection, person: int, since: datetime) -> list[Alarm]:
    """The alarms raised most often: a handful usually make most of the load."""
    return [Alarm(**row) for row in await conn.fetch(sql("alerts/health_frequent"), person, since, MOST)]


async def chattering(conn: Connection, person: int, since: datetime) -> list[Alarm]:
    """Alarms that came three times or more within a minute."""
    return [Alarm(**row) for row in await conn.fetch(sql("alerts/health_chattering"), person, since, MOST)]


async def stale(conn: Connection, person: int, now: datetime) -> list[Alarm]:
    """Alarms that have held for more than a day."""
    return [Alarm(**row) for row in await conn.fetch(sql("alerts/health_stale"), person, now - STALE_AFTER, MOST)]
