"""Every operation of the API, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.routes import alerts, health, readings, session, sites

if TYPE_CHECKING:
    from api.routing import Route

ROUTES: tuple[Route, ...] = (*session.ROUTES, *sites.ROUTES, *readings.ROUTES, *alerts.ROUTES, *health.ROUTES)
