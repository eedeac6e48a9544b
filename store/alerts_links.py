"""Links in messages that acknowledge an alert as a person, without a log-in: bound to both, expiring. Used by the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.alerts_outbox import hash_of
from store.errors import StoreError
from store.named import sql

if TYPE_CHECKING:
    from store.connection import Connection


class NoSuchLink(StoreError):  # noqa: N818  (says what it is)
    """There is no such link, it has expired, or its person may no longer act (the same answer)."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whom and what it is for."""

    alert: int
    person: int
    name: str


async def open_link(conn: Connection, token: str) -> Link:
    """Whom and what a token is for. Raises NoSuchLink."""
    row = await conn.fetchrow(sql("alerts/link"), hash_of(token))
    if row is None or row["expired"]:
        raise NoSuchLink("this link is not valid, or no longer")
    return Link(row["alert"], row["person"], row["name"])


async def note_used(conn: Connection, token: str) -> None:
    """It acknowledged."""
    await conn.execute(sql("alerts/use_link"), hash_of(token))
