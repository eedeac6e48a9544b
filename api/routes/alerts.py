"""Alerts: list, trace, acknowledge, reset."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

from alerts.engine.states import TABLES, Action, Cycle, State
from api.context import now
from api.models.alerts import Acknowledge, Alert, AlertFilter, Alerts, AlertWithTrace, Reset
from api.models.sites import Title
from api.problems import Conflict, NotFound
from api.routing import Call, Route
from api.trace import trace_of
from store import alerts as store_alerts
from store import sites_live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    import asyncpg


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
        taken = await sites_live.acknowledgements(db, [alert.id for alert in found])
    return Alerts(server_time=now(), alerts=[_alert(a, taken.get(a.id), call.viewer.role) for a in found])


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
    """Close a latched alert whose condition has gone."""
    async with call.context.connection() as db:
        with _as_problems():
            await store_alerts.reset(db, call.viewer.id, call.ids["alert"], call.sent(Reset).note)
            return await _with_trace(call, db)


async def _with_trace(call: Call, db: asyncpg.Connection) -> AlertWithTrace:
    person, number = call.viewer.id, call.ids["alert"]
    alert = await store_alerts.alert(db, person, number)
    taken = await sites_live.acknowledgements(db, [number])
    log = await store_alerts.log_of(db, person, number)
    deliveries = await store_alerts.deliveries_of(db, person, number)
    return AlertWithTrace(
        server_time=now(),
        alert=_alert(alert, taken.get(number), call.viewer.role),
        procedure=alert.procedure or "",
        trace=trace_of(alert, log, deliveries),
    )


def _alert(alert: store_alerts.Alert, taken: tuple[datetime, str] | None, role: str) -> Alert:
    return Alert(
        id=alert.id,
        title=Title(vi=alert.title["vi"], en=alert.title["en"]),
        kind=alert.kind,
        priority=alert.priority,  # type: ignore[arg-type]  # the table's own check; pydantic checks again
        state=alert.state,
        actions=_actions(alert, role),
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
        late=alert.late,
        since=alert.since_at,
        raised_at=alert.raised_at,
        returned_at=alert.returned_at,
        recorded_at=alert.recorded_at,
        acknowledged_at=taken[0] if taken else None,
        acknowledged_by=taken[1] if taken else None,
    )


def _actions(alert: store_alerts.Alert, role: str) -> list[Literal["acknowledge", "reset"]]:
    """What the life cycle allows in this state and the role allows this person."""
    table, state = TABLES[Cycle(alert.cycle)], State(alert.state)
    actions: list[Literal["acknowledge", "reset"]] = []
    if role in MAY_ACT and (state, Action.ACKNOWLEDGE) in table:
        actions.append("acknowledge")
    if role in MAY_RESET and (state, Action.RESET) in table:
        actions.append("reset")
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
ROUTES = (
    Route("GET", "/api/v1/alerts", list_alerts, "Alerts that the person sees, newest first", Alerts, query=AlertFilter),
    Route("GET", ONE, one, "An alert with its trace", AlertWithTrace),
    Route(
        "POST",
        f"{ONE}/acknowledge",
        acknowledge,
        "Take an alert on",
        AlertWithTrace,
        body=Acknowledge,
        problems=(Conflict,),
        roles=MAY_ACT,
    ),
    Route(
        "POST",
        f"{ONE}/reset",
        reset,
        "Close a latched alert whose condition has gone",
        AlertWithTrace,
        body=Reset,
        problems=(Conflict,),
        roles=MAY_RESET,
    ),
)
