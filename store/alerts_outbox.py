"""The outbox of notifications: claimed with SKIP LOCKED, sent at least once, tried again with back-off, dead in the end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from store.named import sql

if TYPE_CHECKING:
    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notification to send now, with all that a message says. Nobody else sends it until the claim ends."""

    id: int
    alert: int
    change: str
    attempts: int
    created_at: datetime
    recipient: int
    person: int | None
    digests: bool
    round: int
    medium: str
    address: str
    language: str
    gateway: str
    gateway_channel: int
    rule: str
    kind: str
    priority: str
    cycle: str
    title: dict[str, str]
    set_point: Decimal | None
    unit: str | None
    exponent: int | None
    value: int | None
    peak: int | None
    at_least: bool
    since_at: datetime | None
    raised_at: datetime | None
    returned_at: datetime | None
    entry_received: datetime | None
    notice_received: datetime | None
    provisional: bool
    withdrawn: bool
    detail: str
    limit_at: datetime | None
    site_name: str | None
    timezone: str | None
    point_name: str | None
    channel_name: str | None
    rule_body: dict[str, Any] | None


_FIELDS = tuple(field.name for field in fields(Claimed))


async def claim(conn: Connection, messages: int, claim_s: float) -> list[Claimed]:
    """Take due notifications for up to so many messages for `claim_s` seconds, each with those that go in the same message.

    Those that an acknowledgement made needless are cancelled.
    """
    await conn.execute(sql("alerts/cancel_taken"))
    return [_claimed(row) for row in await conn.fetch(sql("alerts/claim"), messages, claim_s)]


def _claimed(row: Any) -> Claimed:  # noqa: ANN401  (asyncpg.Record is untyped)
    found = {name: row[name] for name in _FIELDS}
    body = found["rule_body"]
    return Claimed(**{**found, "title": json.loads(found["title"]), "rule_body": json.loads(body) if body else None})


async def delivered(conn: Connection, notification: int, receipt: str) -> None:
    """The other side took it over and answered `receipt`."""
    await conn.execute(sql("alerts/delivered"), notification, receipt[:500])


async def failed(conn: Connection, notification: int, why: str, again_s: float | None) -> None:
    """An attempt failed; again after `again_s`, or None: given up, a dead letter."""
    await conn.execute(sql("alerts/failed"), notification, why[:500], again_s)


async def add_link(conn: Connection, token: str, claimed: Claimed, holds_s: float) -> None:
    """Keep the hash of a link that acknowledges this alert as the person of this notification."""
    await conn.execute(sql("alerts/add_link"), hash_of(token), claimed.alert, claimed.person, claimed.id, holds_s)


def hash_of(token: str) -> bytes:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).digest()


async def next_due_s(conn: Connection) -> float | None:
    """Seconds until the next notification is due (negative: overdue); None when none waits."""
    found = await conn.fetchval(sql("alerts/next_due"))
    return None if found is None else float(found)
