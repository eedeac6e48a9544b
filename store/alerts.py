"""Alerts as people see them: list, look at, acknowledge, reset, with log and trace. Used by the API.

Every function that reads takes the person who asks and shows what that person may see, nothing else. After every change
NOTIFY on `CHANGED_CHANNEL` carries the alert's id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg

from store.errors import StoreError
from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncpg import Record

    from store.connection import Connection

CHANGED_CHANNEL = "antoan_alert"
"""PostgreSQL NOTIFY channel: an alert was raised or changed; the payload is its id."""

MAX_PAGE = 200


class NoSuchAlert(StoreError):  # noqa: N818  (says what it is)
    """There is no such alert, or this person may not see it (the same answer, so that ids tell nothing)."""


class NotPossible(StoreError):  # noqa: N818  (says what it is)
    """The alert's life cycle does not allow that in its state. `state` is where it stands."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(message)
        self.state = state


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one rule. Times are UTC; physical value = value × 10^exponent in `unit`."""

    id: int
    gateway: str
    gateway_channel: int
    rule: str
    kind: str
    cycle: str
    priority: str
    state: str
    origin: str
    title: dict[str, str]
    channel: int | None
    point: int | None
    site: int | None
    deployment: int | None
    agency: int | None
    set_point: Decimal | None
    unit: str | None
    exponent: int | None
    value: int | None
    peak: int | None
    at_least: bool
    since_at: datetime | None
    raised_at: datetime | None
    returned_at: datetime | None
    epoch: int | None
    seq: int | None
    entry_received: datetime | None
    notice_received: datetime | None
    late: bool
    provisional: bool
    withdrawn: bool
    detail: str
    limit_at: datetime | None
    close_cause: str | None
    close_action: str | None
    recorded_at: datetime
    site_name: str | None
    timezone: str | None
    procedure: str | None
    point_name: str | None
    channel_name: str | None
    quantity: str | None

    def physical(self, scaled: int | None) -> Decimal | None:
        """A scaled value in `unit`, exactly; None where there is none."""
        return None if scaled is None or self.exponent is None else Decimal(scaled).scaleb(self.exponent)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A fact about an alert: raised, returned, seen, acknowledge …; `state` is the one after it."""

    at: datetime
    fact: str
    state: str
    note: str
    person: int | None
    person_name: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification's trace. created → sent (attempt began) → delivered (the other side took it over)."""

    id: int
    change: str
    recipient: str
    medium: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    receipt: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notification that was given up after its last attempt."""

    id: int
    alert: int
    change: str
    recipient: str
    medium: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class SetPoint:
    """A set-point in force: the limit line of a chart. `body` is the whole rule: title, select, source, direction."""

    rule: str
    version: int
    kind: str
    set_point: Decimal
    unit: str
    body: dict[str, Any]


_ALERT_FIELDS = tuple(field.name for field in fields(Alert))


def alert_of(row: Record) -> Alert:
    """The alert of a row of alerts/one or alerts/list."""
    found = {name: row[name] for name in _ALERT_FIELDS}
    return Alert(**{**found, "title": json.loads(found["title"])})


async def alerts(
    conn: Connection,
    person: int,
    *,
    only_open: bool = False,
    site: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Alert]:
    """Alerts that the person may see, newest first. `before`: only ids below (the last id of the page before)."""
    rows = await conn.fetch(sql("alerts/list"), person, only_open, site, before, min(limit, MAX_PAGE))
    return [alert_of(row) for row in rows]


async def alert(conn: Connection, person: int, alert_id: int) -> Alert:
    """One alert. Raises NoSuchAlert."""
    row = await conn.fetchrow(sql("alerts/one"), person, alert_id)
    if row is None:
        raise NoSuchAlert(f"no alert {alert_id}")
    return alert_of(row)


async def log_of(conn: Connection, person: int, alert_id: int) -> list[LogEntry]:
    """What happened to the alert, in order. Raises NoSuchAlert."""
    await alert(conn, person, alert_id)
    return [LogEntry(**row) for row in await conn.fetch(sql("alerts/log"), alert_id)]


async def deliveries_of(conn: Connection, person: int, alert_id: int) -> list[Delivery]:
    """Who was told, and how it went. Raises NoSuchAlert."""
    await alert(conn, person, alert_id)
    return [Delivery(**row) for row in await conn.fetch(sql("alerts/trace"), alert_id)]


async def see(conn: Connection, person: int, alert_id: int) -> None:
    """Log that the person has opened the alert (once). Raises NoSuchAlert."""
    await alert(conn, person, alert_id)
    await conn.execute(sql("alerts/see"), alert_id, person)


async def acknowledge(conn: Connection, person: int, alert_id: int, note: str = "") -> Alert:
    """The person has taken the alert on ("Đã nhận"). Logged with time and note. Raises NoSuchAlert, NotPossible."""
    return await advance(conn, person, alert_id, "acknowledge", note)


async def reset(
    conn: Connection, person: int, alert_id: int, note: str, *, cause: str | None = None, action: str | None = None
) -> Alert:
    """Close a latched alert after the condition has gone and somebody acknowledged; a danger with its cause and action.

    Raises NoSuchAlert, NotPossible.
    """
    async with conn.transaction():
        await alert(conn, person, alert_id)
        if cause is not None or action is not None:
            await conn.execute(sql("alerts/close_reasons"), alert_id, cause, action)
        return await advance(conn, person, alert_id, "reset", note)


async def advance(conn: Connection, person: int, alert_id: int, action: str, note: str) -> Alert:
    """Any action of a person that the table alert_cycle allows. Raises NoSuchAlert, NotPossible."""
    async with conn.transaction():
        await alert(conn, person, alert_id)
        try:
            async with conn.transaction():
                await conn.fetchval(sql("alerts/advance"), alert_id, action, person, note[:1000])
        except asyncpg.CheckViolationError as error:
            raise NotPossible(str(error), error.detail or "") from error
        return await alert(conn, person, alert_id)


@dataclass(frozen=True, slots=True)
class Aside:
    """What sets an alarm aside: `action` shelve or remove, by whom and why; `until_at` None: until a person ends it."""

    action: str
    reason: str
    until_at: datetime | None
    person: str


async def set_aside(
    conn: Connection, person: int, alert_id: int, *, action: str, reason: str, until: datetime | None
) -> Alert:
    """Shelve the alarm of an alert until a time, or take it out of service. Raises NoSuchAlert, NotPossible."""
    async with conn.transaction():
        subject = await alert(conn, person, alert_id)
        if subject.cycle == "danger":
            raise NotPossible("a danger to life is never set aside", subject.state)
        open_ones = await conn.fetch(sql("alerts/set_aside"), alert_id, action, reason, person, until)
        for row in open_ones:
            await advance(conn, person, row["id"], action, reason)
        return await alert(conn, person, alert_id)


async def end_aside(conn: Connection, person: int, alert_id: int) -> Alert:
    """End what sets the alarm aside; the alert service brings it back, anew if it still holds. Raises NoSuchAlert, NotPossible."""
    async with conn.transaction():
        subject = await alert(conn, person, alert_id)
        if str(await conn.execute(sql("alerts/end_aside"), alert_id, person)) == "UPDATE 0":
            raise NotPossible("nothing sets this alarm aside", subject.state)
    return subject


async def asides(conn: Connection, alert_ids: Sequence[int]) -> dict[int, Aside]:
    """What sets the alarms of these alerts aside now."""
    rows = await conn.fetch(sql("alerts/aside_now"), alert_ids)
    return {row["id"]: Aside(row["action"], row["reason"], row["until_at"], row["person"]) for row in rows}


async def set_points(conn: Connection, site: int) -> Sequence[SetPoint]:
    """The set-points in force that can concern the site; match `body["select"]` against gateway, channel, quantity."""
    rows = await conn.fetch(sql("alerts/rules_of_site"), site)
    return [SetPoint(**{**row, "body": json.loads(row["body"])}) for row in rows]


async def dead_letters(conn: Connection, limit: int = 50) -> list[DeadLetter]:
    """Notifications that were given up, newest first: for the page of the administrator."""
    return [DeadLetter(**row) for row in await conn.fetch(sql("alerts/dead"), min(limit, MAX_PAGE))]


async def send_again(conn: Connection, notification: int) -> bool:
    """Give a dead letter another life. False when it is none."""
    return str(await conn.execute(sql("alerts/send_again"), notification)) == "UPDATE 1"
