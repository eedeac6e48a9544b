"""Sites, and a site live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.context import now
from api.limit_lines import lines_of
from api.models.sites import LivePoint, Priority, Site, SiteLive, Sites
from api.problems import NotFound
from api.routing import Call, Route
from store import alerts as store_alerts
from store import sites_live
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.sites_live import Latest, OpenAlerts, SeenSite

GRAVEST_FIRST: tuple[Priority, ...] = ("urgent", "high", "medium", "low")


async def list_sites(call: Call) -> Sites:
    """The sites that the person sees."""
    found = await sites_live.sites(call.context.pool, call.viewer.id)
    alerts = await sites_live.open_alerts(call.context.pool, call.viewer.id)
    return Sites(server_time=now(), sites=[_site(site, alerts) for site in found])


async def live(call: Call) -> SiteLive:
    """A site now, with the cursor from which the live socket goes on."""
    site_id, person = call.ids["site"], call.viewer.id
    cursor = call.context.follower.cursor  # before the values are read: what comes between is sent twice, never lost
    async with call.context.connection() as db:
        found = await sites_live.sites(db, person, site_id)
        if not found:
            raise NotFound("there is no such site")
        points = await sites_live.latest(db, person, site_id)
        alerts = await sites_live.open_alerts(db, person)
        set_points = await store_alerts.set_points(db, site_id)
    return SiteLive(
        server_time=now(),
        cursor=cursor.text(),
        site=_site(found[0], alerts),
        procedure=found[0].procedure,
        points=[_point(point, set_points, alerts) for point in points],
    )


def _site(site: SeenSite, alerts: Sequence[OpenAlerts]) -> Site:
    here = [alert for alert in alerts if alert.site == site.id]
    return Site(
        id=site.id,
        name=site.name,
        address=site.address,
        agency=site.agency,
        timezone=site.timezone,
        kits=site.kits,
        points=site.points,
        open_alerts=sum(alert.alerts for alert in here),
        worst=_worst(here),
        measured_at=site.measured_at,
    )


def _point(point: Latest, set_points: Sequence[store_alerts.SetPoint], alerts: Sequence[OpenAlerts]) -> LivePoint:
    value = sites_live.physical(point.value, point.exponent, point.quality)
    return LivePoint(
        id=point.id,
        name=point.name,
        quantity=point.quantity,
        unit=point.unit,
        instrument=point.instrument,
        gateway=point.gateway,
        interval_s=None if point.interval_us is None else point.interval_us / 1e6,
        value=None if value is None else f"{value:f}",
        quality=None if point.quality is None else Quality.of_code(point.quality).word,
        measured_at=point.time,
        limits=lines_of(point, set_points),
        alert=_worst(alert for alert in alerts if alert.point == point.id),
    )


def _worst(alerts: Iterable[OpenAlerts]) -> Priority | None:
    present = {alert.priority for alert in alerts}
    return next((priority for priority in GRAVEST_FIRST if priority in present), None)


ROUTES = (
    Route("GET", "/api/v1/sites", list_sites, "The sites that the person sees", Sites),
    Route("GET", "/api/v1/sites/{site}/live", live, "A site now: latest value of each point", SiteLive),
)
