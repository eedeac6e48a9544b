"""Sites as a person sees them: the list, the latest value of each point, what is open there. Down the agency tree only.

Latest means last measured, by event time. A reading dated further ahead of the server than `AHEAD` is not the latest of
anything until its time has come, and then for no longer than any other: it never sticks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from store.named import sql
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.people import Database

AHEAD = timedelta(seconds=10)
"""A gateway's clock may be ahead by its stated bound; more is a wrong date."""


@dataclass(frozen=True)
class SeenSite:
    """A site that the person sees."""

    id: int
    name: str
    address: str
    timezone: str
    procedure: str
    agency: str
    kits: int
    points: int
    measured_at: datetime | None


@dataclass(frozen=True)
class Latest:
    """A point that is measured now, with its latest value: physical = value × 10^exponent in `unit` (UCUM)."""

    id: int
    name: str
    quantity: str
    gateway: str
    channel: int
    unit: str
    instrument: str
    exponent: int | None
    interval_us: int | None
    time: datetime | None
    value: int | None
    quality: int | None


@dataclass(frozen=True)
class OpenAlerts:
    """Alerts of one priority that are open at a site, at one of its points or (None) at none."""

    site: int
    point: int | None
    priority: str
    alerts: int


def physical(value: int | None, exponent: int | None, quality: int | None) -> Decimal | None:
    """The value with the instrument's own digits; None where the quality says that no number stands behind it."""
    if value is None or exponent is None or quality is None or not Quality.of_code(quality).has_value:
        return None
    return Decimal(value).scaleb(exponent)


async def sites(db: Database, person: int, site: int | None = None) -> list[SeenSite]:
    """The sites that the person sees, by name; with `site` that one, or none."""
    return [SeenSite(**row) for row in await db.fetch(sql("sites/list"), person, site, AHEAD)]


async def latest(db: Database, person: int, site: int) -> list[Latest]:
    """The points that are measured now at a site, as far as the person sees them."""
    rows = await db.fetch(sql("sites/live_points"), person, site, AHEAD)
    return [Latest(**{**row, "instrument": _words(row["instrument"])}) for row in rows]


async def open_alerts(db: Database, person: int) -> list[OpenAlerts]:
    """What is open at the sites that the person sees."""
    return [OpenAlerts(**row) for row in await db.fetch(sql("sites/alerts_open"), person)]


async def acknowledgements(db: Database, alerts: Iterable[int]) -> dict[int, tuple[datetime, str]]:
    """When and by whom each alert was acknowledged last; alerts that nobody has are left out."""
    rows = await db.fetch(sql("sites/alerts_acknowledged"), list(alerts))
    return {row["alert"]: (row["at"], row["name"]) for row in rows}


def _words(instrument: str) -> str:
    """Maker, model and serial number, as far as they are known."""
    return " ".join(word for word in json.loads(instrument) if word)
