"""What people say about exposure limits: confirmations against the signed text, and sets of an agency's own.

Both hold for the agency that made them and those below it. Nothing is deleted: withdrawn and retired rows stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An administrator has compared this limit, by its digest, with the signed text."""

    id: int
    agency: int
    agency_name: str
    limit_id: str
    digest: str
    document: str
    by_name: str
    confirmed_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    holds: bool
    """In force, and made by the agency asked for or one above it."""


@dataclass(frozen=True, slots=True)
class OwnSet:
    """A limit set of an agency's own, as YAML."""

    id: int
    agency: int
    agency_name: str
    name: str
    body: str
    reason: str
    by_name: str
    added_at: datetime


async def agency_of(conn: Connection, person: int) -> int:
    """The agency of a person who is logged in."""
    return int(await conn.fetchval(sql("limits/agency_of"), person))


async def confirmations(conn: Connection, agency: int, limit_id: str | None = None) -> list[Confirmation]:
    """Confirmations made by the agency, those above and those below it, newest first."""
    return [Confirmation(**row) for row in await conn.fetch(sql("limits/confirmations"), agency, limit_id)]


async def confirm(conn: Connection, person: int, limit_id: str, digest: str, document: str) -> int | None:
    """Keep that the person has read `document` and found the limit there. None: the agency has confirmed it already."""
    found: int | None = await conn.fetchval(sql("limits/confirm"), person, limit_id, digest, document)
    return found


async def withdraw(conn: Connection, person: int, confirmation: int) -> bool:
    """End a confirmation of the person's agency or one below. False: there is none to end."""
    return str(await conn.execute(sql("limits/withdraw"), person, confirmation)) == "UPDATE 1"


async def own_sets(conn: Connection, agency: int) -> list[OwnSet]:
    """The sets in force of the agency and of those above it."""
    return [OwnSet(**row) for row in await conn.fetch(sql("limits/own_sets"), agency)]


async def add_own_set(conn: Connection, person: int, name: str, body: str, reason: str) -> int | None:
    """Bring a set of the person's agency into force. None: one of that name is in force; retire it first."""
    found: int | None = await conn.fetchval(sql("limits/add_own_set"), person, name, body, reason)
    return found


async def retire_own_set(conn: Connection, person: int, number: int) -> bool:
    """End a set of the person's agency or one below. False: there is none to end."""
    return str(await conn.execute(sql("limits/retire_own_set"), person, number)) == "UPDATE 1"
