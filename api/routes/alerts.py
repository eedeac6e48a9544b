"""Alerts: list, trace, acknowledge, reset, set aside, bring back."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.engine.states import TABLES, Action, Cycle, State
from api.context import now
from api.models.alerts import (
    Acknowledge,
    Alert,
    AlertFilter,
    Alerts,
    AlertWithTrace,
    Remove,
    Reset,
    SetAside,
    Shelve,
)
from api.models.alerts import Action as Offered
from api.models.sites import Title
from api.problems import Conflict, NotFound
from api.routing import Call, Route
from api.trace import trace_of
from store import alerts as store_alerts
from store import sites_live

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime
    from decimal import Decimal

    import asyncpg

    from api.models.base import Form

    Handler = Callable[[Call], Awaitable[AlertWithTrace]]


MAY_ACT = frozenset({"administrator", "inspector", "investigator", "supervisor", "site_contact"})
"""Experts and viewers look on: an acknowledgement says that somebody in charge has taken the alert."""
MAY_RESET = MAY_ACT - {"site_contact"}


async def list_alerts(call: Call) -> Alerts:
    """The alerts that the person sees, newest first."""
    asked = call.queried(AlertFilter)
    async with call.context.connection() as db:
        found = await store_alerts.alerts(
            db, call.viewer.id, only_open=asked.state == "open", site=asked.site, before=asked.before, limit=asked.limit
        )
        numbers = [alert.id for alert in found]
        taken, aside = await sites_live.acknowledgements(db, numbers), await store_alerts.asides(db, numbers)
    role = call.viewer.role
    return Alerts(server_time=now(), alerts=[_alert(a, taken.get(a.id), aside.get(a.id), role) for a in found])


async def one(call: Call) -> AlertWithTrace:
    """An alert with its trace. That the person has seen it becomes part of the trace."""
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.see(db, call.viewer.id, call.ids["alert"])
            return await _with_trace(call, db)


async def acknowledge(call: Call) -> AlertWithTrace:
    """The person has taken the alert on: the page's button "Đã nhận"."""
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.acknowledge(db, call.viewer.id, call.ids["alert"], call.sent(Acknowledge).note)
            return await _with_trace(call, db)


async def reset(call: Call) -> AlertWithTrace:
    """Close a latched alert whose condition has gone; a danger with its cause and what was done."""
    sent = call.sent(Reset)
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.reset(
                db, call.viewer.id, call.ids["alert"], sent.note, cause=sent.cause, action=sent.action
            )
            return await _with_trace(call, db)


async def shelve(call: Call) -> AlertWithTrace:
    """Set the alarm aside for a time."""
    sent = call.sent(Shelve)
    return await _set_aside(call, "shelve", sent.reason, now() + timedelta(minutes=sent.minutes))


async def remove(call: Call) -> AlertWithTrace:
    """Take the alarm out of service."""
    return await _set_aside(call, "remove", call.sent(Remove).reason, None)


async def _set_aside(call: Call, action: str, reason: str, until: datetime | None) -> AlertWithTrace:
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.set_aside(
                db, call.viewer.id, call.ids["alert"], action=action, reason=reason, until=until
            )
            return await _with_trace(call, db)


async def bring_back(call: Call) -> AlertWithTrace:
    """End what sets the alarm aside; if it still holds it is announced anew within seconds."""
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.end_aside(db, call.viewer.id, call.ids["alert"])
            return await _with_trace(call, db)


async def _with_trace(call: Call, db: asyncpg.Connection) -> AlertWithTrace:
    person, number = call.viewer.id, call.ids["alert"]
    alert = await store_alerts.alert(db, person, number)
    taken = await sites_live.acknowledgements(db, [number])
    aside = await store_alerts.asides(db, [number])
    log = await store_alerts.log_of(db, person, number)
    deliveries = await store_alerts.deliveries_of(db, person, number)
    return AlertWithTrace(
        server_time=now(),
        alert=_alert(alert, taken.get(number), aside.get(number), call.viewer.role),
        procedure=alert.procedure or "",
        trace=trace_of(alert, log, deliveries),
    )


def _alert(
    alert: store_alerts.Alert, taken: tuple[datetime, str] | None, aside: store_alerts.Aside | None, role: str
) -> Alert:
    return Alert(
        id=alert.id,
        title=Title(vi=alert.title["vi"], en=alert.title["en"]),
        kind=alert.kind,
        priority=alert.priority,  # type: ignore[arg-type]  # the table's own check; pydantic checks again
        state=alert.state,
        cycle=alert.cycle,  # type: ignore[arg-type]  # the table's own check
        actions=_actions(alert, role, aside),
        site=alert.site,
        site_name=alert.site_name or "",
        point=alert.point,
        place=alert.point_name or alert.channel_name or "",
        gateway=alert.gateway,
        quantity=alert.quantity or "",
        unit=alert.unit or "",
        value=_text(alert.physical(alert.value)),
        peak=_text(alert.physical(alert.peak)),
        at_least=alert.at_least,
        set_point=_text(alert.set_point),
        detail=alert.detail,
        limit_at=alert.limit_at,
        aside=None if aside is None else _aside(aside),
        close_cause=alert.close_cause,  # type: ignore[arg-type]  # pydantic checks the word
        close_action=alert.close_action,  # type: ignore[arg-type]
        late=alert.late,
        since=alert.since_at,
        raised_at=alert.raised_at,
        returned_at=alert.returned_at,
        recorded_at=alert.recorded_at,
        acknowledged_at=taken[0] if taken else None,
        acknowledged_by=taken[1] if taken else None,
    )


def _aside(aside: store_alerts.Aside) -> SetAside:
    return SetAside(action=aside.action, reason=aside.reason, until=aside.until_at, by=aside.person)  # type: ignore[arg-type]


def _actions(alert: store_alerts.Alert, role: str, aside: store_alerts.Aside | None) -> list[Offered]:
    """What the life cycle allows in this state and the role allows this person."""
    table, state = TABLES[Cycle(alert.cycle)], State(alert.state)
    actions: list[Offered] = []
    if role in MAY_ACT and (state, Action.ACKNOWLEDGE) in table:
        actions.append("acknowledge")
    if role in MAY_RESET and (state, Action.RESET) in table:
        actions.append("reset")
    if role in MAY_RESET and aside is not None:
        actions.append("bring_back")
    elif role in MAY_RESET and (state, Action.SHELVE) in table:
        actions += ["shelve", "remove"]
    return actions


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


@contextlib.contextmanager
def _as_problems() -> Iterator[None]:
    try:
        yield
    except store_alerts.NoSuchAlert as error:
        raise NotFound("there is no such alert") from error
    except store_alerts.NotPossible as error:
        raise Conflict(str(error)) from error


ONE = "/api/v1/alerts/{alert}"


def _act(word: str, handler: Handler, summary: str, body: type[Form] | None, roles: frozenset[str]) -> Route:
    path = f"{ONE}/{word}"
    return Route("POST", path, handler, summary, AlertWithTrace, body=body, problems=(Conflict,), roles=roles)


ROUTES = (
    Route("GET", "/api/v1/alerts", list_alerts, "Alerts that the person sees, newest first", Alerts, query=AlertFilter),
    Route("GET", ONE, one, "An alert with its trace", AlertWithTrace),
    _act("acknowledge", acknowledge, "Take an alert on", Acknowledge, MAY_ACT),
    _act("reset", reset, "Close a latched alert whose condition has gone", Reset, MAY_RESET),
    _act("shelve", shelve, "Set the alarm aside for a time", Shelve, MAY_RESET),
    _act("remove", remove, "Take the alarm out of service", Remove, MAY_RESET),
    _act("bring_back", bring_back, "End what sets the alarm aside", None, MAY_RESET),
)
