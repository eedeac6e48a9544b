"""Sites, deployments and placements: preparing what is measured where."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.people import Database


@dataclass(frozen=True)
class Placement:
    """One point of a deployment: which of the gateway's channels measures which quantity where."""

    name: str
    """The place, as people say it: "Bồn chứa số 2, đáy bồn"."""
    quantity: str
    """The quantity word of the channel's descriptor."""
    channel: int
    """The gateway's own channel id."""
    kind: str = "area"
    """`area`, or worn at the `ear` or in the `breathing_zone`."""
    worker: str | None = None
    """A code, never a name; with the worn kinds only."""
    height_m: float | None = None


async def create_site(
    db: Database, *, agency: int, name: str, address: str = "", timezone: str = "Asia/Ho_Chi_Minh", procedure: str = ""
) -> int:
    """A new site, or the agency's site of that name with everything set anew. Returns its number."""
    return int(await db.fetchval(sql("sites/create_site"), agency, name, address, timezone, procedure))


async def name_contact(db: Database, site: int, person: int) -> None:
    """Let a site contact see a site. Repeating does nothing."""
    await db.execute(sql("sites/name_contact"), site, person)


async def running_deployment(db: Database, gateway: str) -> tuple[int, int] | None:
    """Deployment and site where the gateway is now; None: nowhere."""
    row = await db.fetchrow(sql("sites/deployment_of_gateway"), gateway)
    return (row["id"], row["site"]) if row else None


async def create_deployment(
    db: Database,
    *,
    agency: int,
    site: int,
    gateway: str,
    inspector: int | None = None,
    started_at: datetime | None = None,
) -> int:
    """Deploy a kit at a site, from `started_at` (None: now) on. Returns the deployment's number.

    Raises asyncpg.ExclusionViolationError while the gateway is deployed elsewhere in that period.
    """
    return int(await db.fetchval(sql("sites/create_deployment"), agency, site, gateway, inspector, started_at))


async def end_deployment(db: Database, deployment: int) -> None:
    """End a deployment and its placements now. Nothing happens if it is over."""
    await db.execute(sql("sites/end_deployment"), deployment)


async def place(
    db: Database, deployment: int, placement: Placement, *, position: int = 0, from_at: datetime | None = None
) -> int:
    """Say what a channel of the deployment's gateway measures, from `from_at` (None: the deployment's start) on.

    The point of that name and quantity at the site is used if there is one. Returns the point's number.
    Raises asyncpg.ExclusionViolationError while the channel or the point is taken.
    """
    height = None if placement.height_m is None else Decimal(str(placement.height_m))
    arguments = (
        placement.name,
        placement.quantity,
        position,
        placement.channel,
        placement.kind,
        placement.worker,
        height,
    )
    return int(await db.fetchval(sql("sites/place"), deployment, *arguments, from_at))
