"""Sessions by cookie: an opaque random token, of which the database keeps the SHA-256 alone."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from store import people

if TYPE_CHECKING:
    import asyncpg
    from aiohttp import web

    from store.people import LoggedIn

COOKIE = "antoan_session"
TOKEN_BYTES = 32


class Sessions:
    """Opens, finds and ends sessions. `secure`: browsers come over TLS, the cookie must never travel without."""

    def __init__(self, pool: asyncpg.Pool, *, seconds: float, secure: bool) -> None:
        self._pool = pool
        self._seconds = seconds
        self._secure = secure

    async def open(self, person: int) -> tuple[LoggedIn | None, str]:
        """A new session and the Set-Cookie header that hands it to the browser. None: no longer allowed meanwhile."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await people.open_session(self._pool, _hash(token), person, self._seconds)
        return await people.logged_in(self._pool, _hash(token)), self._cookie(token, int(self._seconds))

    async def person_of(self, request: web.Request) -> LoggedIn | None:
        """Who sends the request; None: nobody known."""
        token = request.cookies.get(COOKIE, "")
        return await people.logged_in(self._pool, _hash(token)) if token else None

    async def close(self, request: web.Request) -> str:
        """End the request's session. Returns the Set-Cookie header that takes the cookie away."""
        await people.close_session(self._pool, _hash(request.cookies.get(COOKIE, "")))
        return self._cookie("", 0)

    def _cookie(self, token: str, seconds: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
