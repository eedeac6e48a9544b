"""The link of a message: looking at it changes nothing (mail scanners open links), its button acknowledges.

The token is the right to act: bound to one person and one alert, expiring, sent in bodies only. Both calls are POST, so that no
address that a program may fetch ahead does anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.states import TABLES, Action, Cycle, State
from api.context import now
from api.models.sites import Title
from api.models.taking import Taking, Token
from api.problems import Conflict, NotFound
from api.routing import Call, Route
from store import alerts, alerts_links, sites_live

if TYPE_CHECKING:
    import asyncpg


async def look(call: Call) -> Taking:
    """Whom the link is for, and how its alert stands."""
    async with call.context.connection() as db:
        return await _taking(db, await _opened(db, call.sent(Token).token))


async def take(call: Call) -> Taking:
    """Acknowledge as the person of the link. Once more is no mistake: somebody has it."""
    token = call.sent(Token).token
    async with call.context.connection() as db:
        link = await _opened(db, token)
        if _may_take(await _alert(db, link)):
            try:
                await alerts.acknowledge(db, link.person, link.alert, "by the link of a message")
            except alerts.NotPossible as error:
                raise Conflict(str(error)) from error
            await alerts_links.note_used(db, token)
        return await _taking(db, link)


async def _opened(db: asyncpg.Connection, token: str) -> alerts_links.Link:
    try:
        return await alerts_links.open_link(db, token)
    except alerts_links.NoSuchLink as error:
        raise NotFound("this link is not valid, or no longer") from error


async def _alert(db: asyncpg.Connection, link: alerts_links.Link) -> alerts.Alert:
    try:
        return await alerts.alert(db, link.person, link.alert)
    except alerts.NoSuchAlert as error:  # the person has been moved since
        raise NotFound("this link is not valid, or no longer") from error


async def _taking(db: asyncpg.Connection, link: alerts_links.Link) -> Taking:
    alert = await _alert(db, link)
    value = alert.physical(alert.value)
    taken = (await sites_live.acknowledgements(db, [alert.id])).get(alert.id)
    return Taking(
        server_time=now(),
        alert=alert.id,
        person=link.name,
        title=Title(vi=alert.title["vi"], en=alert.title["en"]),
        priority=alert.priority,  # type: ignore[arg-type]  # the table's own check; pydantic checks again
        state=alert.state,
        place=alert.point_name or alert.channel_name or alert.gateway,
        site_name=alert.site_name or "",
        value=None if value is None else f"{value:f}",
        unit=alert.unit or "",
        since=alert.since_at,
        may_take=_may_take(alert),
        acknowledged_at=taken[0] if taken else None,
        acknowledged_by=taken[1] if taken else None,
    )


def _may_take(alert: alerts.Alert) -> bool:
    return (State(alert.state), Action.ACKNOWLEDGE) in TABLES[Cycle(alert.cycle)]


ROUTES = (
    Route(
        "POST", "/api/v1/take/look", look, "The alert of a message's link", Taking, body=Token, problems=(NotFound,),
        public=True,
    ),
    Route(
        "POST", "/api/v1/take", take, "Acknowledge by a message's link", Taking, body=Token,
        problems=(NotFound, Conflict), public=True,
    ),
)  # fmt: skip
