"""People, their log-ins and sessions. Passwords come hashed and session tokens as their SHA-256: neither is ever seen here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Database: TypeAlias = asyncpg.Pool | asyncpg.Connection | PoolConnectionProxy


ROLES = ("administrator", "inspector", "investigator", "supervisor", "site_contact", "expert", "viewer")


@dataclass(frozen=True)
class LoggedIn:
    """A person with a session that holds."""

    id: int
    login: str
    name: str
    title: str
    role: str
    agency: str
    language: str
    expires_at: datetime


async def password_hash(db: Database, login: str) -> tuple[int, str] | None:
    """Number and PHC string of a person who may log in now; None: no such login, disabled or its time is over."""
    row = await db.fetchrow(sql("people/password_hash"), login)
    return (row["id"], row["password_hash"]) if row else None


async def set_password_hash(db: Database, person: int, phc: str) -> None:
    """Keep a new PHC string; all sessions of the person stay (the same password, hashed anew)."""
    await db.execute(sql("people/set_password_hash"), person, phc)


async def open_session(db: Database, token_hash: bytes, person: int, seconds: float) -> None:
    """Begin a session that ends after `seconds`; sessions that are over are swept away on the way."""
    await db.execute(sql("people/sweep_sessions"))
    await db.execute(sql("people/open_session"), token_hash, person, seconds)


async def logged_in(db: Database, token_hash: bytes) -> LoggedIn | None:
    """Whose session the token opens; None: none, over, or the person may no longer log in."""
    row = await db.fetchrow(sql("people/logged_in"), token_hash)
    return LoggedIn(**row) if row else None


async def close_session(db: Database, token_hash: bytes) -> None:
    """End a session. Nothing happens if there is none."""
    await db.execute(sql("people/close_session"), token_hash)


async def create_agency(db: Database, name: str, parent: int | None = None) -> int:
    """A new agency below `parent` (None: a root). Returns its number; an agency of that name there is returned as it is."""
    return int(await db.fetchval(sql("people/create_agency"), parent, name))


async def create_person(
    db: Database,
    *,
    agency: int,
    login: str,
    name: str,
    role: str,
    phc: str,
    title: str = "",
    email: str | None = None,
    language: str = "vi",
    valid_until: datetime | None = None,
) -> int:
    """A new person, or the same login with everything set anew (and sessions ended). Returns the number.

    `phc` is the argon2id PHC string of the password. Raises asyncpg.CheckViolationError for an unknown role or an expert
    without `valid_until`.
    """
    arguments = (agency, login.lower(), name, title, role, email, language, phc, valid_until)
    return int(await db.fetchval(sql("people/create_person"), *arguments))


async def disable_person(db: Database, login: str) -> bool:
    """End all access of a person at once. True: there was one."""
    return await db.fetchval(sql("people/disable_person"), login.lower()) is not None
