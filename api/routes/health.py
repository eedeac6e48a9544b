"""Whether the service and its database answer; details for an administrator."""

from __future__ import annotations

import asyncio

import asyncpg

from api.context import now
from api.models.health import Health
from api.routing import Call, Route
from store import sites_health

ANSWER_WITHIN_S = 2.0


async def health(call: Call) -> Health:
    """Always 200: a monitor reads `status`."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            found = await sites_health.health(call.context.pool)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Health(status="degraded", server_time=now(), database=None, lag_s=None)
    told = call.person is not None and call.person.role == "administrator"
    return Health(
        status="ok",
        server_time=now(),
        database=found.database if told else None,
        lag_s=found.lag_s if told else None,
    )


ROUTES = (Route("GET", "/api/v1/health", health, "Whether the service and its database answer", Health, public=True),)
