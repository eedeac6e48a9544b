"""Log in, who am I, log out."""

from __future__ import annotations

import math
import time

from api.models.session import LogIn, Person, Session
from api.problems import TooMany, WrongPassword
from api.routing import Answer, Call, Route
from store import people


async def log_in(call: Call) -> Answer:
    """Check the password and open a session; after too many failures nothing is checked for a while."""
    asked = call.sent(LogIn)
    context = call.context
    keys = (f"login {asked.login.lower()}", f"address {_address(call)}")
    wait_s = max(context.failures.wait_s(key, time.monotonic()) for key in keys)
    if wait_s > 0:
        raise TooMany("too many failed log-ins", retry_after_s=math.ceil(wait_s))
    found = await people.password_hash(context.pool, asked.login)
    person, phc = found or (None, None)
    if not await context.passwords.matches(phc, asked.password) or person is None or phc is None:
        for key in keys:
            context.failures.failed(key, time.monotonic())
        raise WrongPassword("login and password do not belong together")
    context.failures.succeeded(keys[0])
    if renewed := await context.passwords.renewed(phc, asked.password):
        await people.set_password_hash(context.pool, person, renewed)
    viewer, cookie = await context.sessions.open(person)
    if viewer is None:
        raise WrongPassword("login and password do not belong together")
    return Answer(_session(viewer), {"Set-Cookie": cookie})


async def current(call: Call) -> Session:
    """Who is logged in."""
    return _session(call.viewer)


async def log_out(call: Call) -> Answer:
    """End the session and take the cookie away."""
    return Answer(None, {"Set-Cookie": await call.context.sessions.close(call.request)})


def _session(viewer: people.LoggedIn) -> Session:
    person = Person.model_validate({name: getattr(viewer, name) for name in Person.model_fields})
    return Session(person=person, expires_at=viewer.expires_at)


def _address(call: Call) -> str:
    """Whose failures are counted: the peer, or whom a trusted proxy names last."""
    peer = call.request.remote or ""
    forwarded = call.request.headers.get("X-Forwarded-For", "")
    if forwarded and peer in call.context.settings.trusted_proxies:
        return forwarded.rpartition(",")[2].strip()[:64]
    return peer


PATH = "/api/v1/session"
ROUTES = (
    Route("POST", PATH, log_in, "Log in", Session, body=LogIn, problems=(WrongPassword, TooMany), public=True),
    Route("GET", PATH, current, "Who is logged in", Session),
    Route("DELETE", PATH, log_out, "Log out", None),
)
