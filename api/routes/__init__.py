"""Every operation of the API, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routes import (
    alarm_health,
    alerts,
    exposure_groups,
    health,
    limits,
    measurements,
    readings,
    results,
    rules,
    session,
    sites,
    taking,
)

if TYPE_CHECKING:
    from api.routing import Route

ROUTES: tuple[Route, ...] = (
    *session.ROUTES,
    *sites.ROUTES,
    *readings.ROUTES,
    *alerts.ROUTES,
    *alarm_health.ROUTES,
    *rules.ROUTES,
    *taking.ROUTES,
    *limits.ROUTES,
    *exposure_groups.ROUTES,
    *measurements.ROUTES,
    *results.ROUTES,
    *health.ROUTES,
)
