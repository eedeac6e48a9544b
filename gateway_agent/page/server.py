"""The kit's own page: a process of its own that talks to the gateway over its control socket, and to a phone over the kit's network.

It needs no coverage, no server and no name service. Guards: a password (on the kit's sticker), a session that ends, the Host header
must be an address or a name of the kit (else another page could reach it by a name of its own), and what changes something must come
from this page (Origin). Plain HTTP: the kit has no name that a browser would trust; the password guards the kit, not a secret.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from gateway_agent.checks import CheckRefused
from gateway_agent.control import SOCKET, NotRunning, order
from gateway_agent.notes import MAX_PHOTO

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway_agent.settings import GatewaySettings, PageSettings

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATIC: Final = Path(__file__).parent / "static"
COOKIE: Final = "antoan_kit"
SESSION_S: Final = 12 * 3600.0
MAX_SESSIONS: Final = 50
GUESSES: Final = 10
GUESS_S: Final = 300.0
"""Wrong passwords in so many seconds, from anywhere: then none is looked at until they are past."""
ORDERS: Final = frozenset({
    "begin_check", "hold", "end_check", "begin_measurement", "end_measurement", "retry", "note", "place",
    "test", "mute", "acknowledge", "confirm",
})  # fmt: skip
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Guard:
    """Who may look and who may give orders."""

    def __init__(self, settings: PageSettings, now_s: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now_s = now_s
        self._sessions: dict[str, float] = {}
        self._wrong: list[float] = []

    def host(self, host: str) -> bool:
        """Whether the Host header is an address, or a name of this kit."""
        name = urlsplit(f"//{host}").hostname or ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._settings.names
        return True

    def origin(self, origin: str | None, host: str) -> bool:
        """Whether a request that changes something comes from this page."""
        return origin == f"http://{host}"

    def log_in(self, password: str) -> str | None:
        """A new session, None for a wrong password or after too many of them."""
        now_s = self._now_s()
        self._wrong = [at for at in self._wrong if now_s - at < GUESS_S]
        if len(self._wrong) >= GUESSES:
            return None
        right = self._settings.password_file.read_text(encoding="utf-8").strip()
        if not right or not hmac.compare_digest(password.strip().encode(), right.encode()):
            self._wrong.append(now_s)
            return None
        self._sessions = {name: end for name, end in self._sessions.items() if end > now_s}
        while len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[min(self._sessions, key=lambda name: self._sessions[name])]
        session = secrets.token_urlsafe(24)
        self._sessions[session] = now_s + SESSION_S
        return session

    def knows(self, session: str) -> bool:
        """Whether this session stands."""
        return self._sessions.get(session, 0.0) > self._now_s()


def build_app(settings: GatewaySettings, page: PageSettings, guard: Guard | None = None) -> web.Application:
    """The application."""
    kit = Page(settings, guard or Guard(page))
    app = web.Application(middlewares=[kit.guarded], client_max_size=MAX_PHOTO + 4096)
    app.router.add_get("/", kit.index)
    app.router.add_static("/static", STATIC)
    app.router.add_post("/login", kit.log_in)
    app.router.add_get("/api/state", kit.state)
    app.router.add_post("/api/order", kit.order)
    app.router.add_post("/api/photo/{instrument}", kit.photo)
    app.router.add_get("/api/photo/{name}", kit.shown)
    return app


class Page:
    """Its handlers."""

    def __init__(self, settings: GatewaySettings, guard: Guard) -> None:
        self._socket = settings.volatile_dir / SOCKET
        self._notes = settings.state_dir / "notes"
        self._guard = guard

    @web.middleware
    async def guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Host, Origin and session before anything else."""
        if not self._guard.host(request.host):
            raise web.HTTPMisdirectedRequest(text="this kit is reached by its address")
        if request.method != "GET" and not self._guard.origin(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text="orders come from the kit's own page only")
        if request.path.startswith("/api/") and not self._guard.knows(request.cookies.get(COOKIE, "")):
            raise web.HTTPUnauthorized(text="log in with the password on the sticker")
        response = await handler(request)
        response.headers.update(HEADERS)
        return response

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """The page itself; it holds nothing of the kit."""
        return web.FileResponse(STATIC / "index.html")

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """A password becomes a session."""
        session = self._guard.log_in(str((await _json(request)).get("password", "")))
        if session is None:
            raise web.HTTPUnauthorized(text="not the password on the sticker")
        response = web.json_response({})
        response.set_cookie(COOKIE, session, max_age=int(SESSION_S), httponly=True, samesite="Strict")
        return response

    async def state(self, _request: web.Request) -> web.StreamResponse:
        """Everything that is shown."""
        return await self._ordered("shown", {})

    async def order(self, request: web.Request) -> web.StreamResponse:
        """One of the orders that the page may give."""
        given = await _json(request)
        do = str(given.pop("do", ""))
        if do not in ORDERS:
            raise web.HTTPBadRequest(text="no such order")
        return await self._ordered(do, given)

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A JPEG for the placement of an instrument."""
        data = await request.read()
        name = secrets.token_hex(8)
        await asyncio.to_thread(self._put, name, data)
        return await self._ordered("photo", {"instrument": request.match_info["instrument"], "arrived": name})

    async def shown(self, request: web.Request) -> web.StreamResponse:
        """A photo that was taken."""
        name = request.match_info["name"]
        path = self._notes / name
        if "/" in name or not name.endswith(".jpg") or not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": "image/jpeg"})

    async def _ordered(self, do: str, given: dict[str, Any]) -> web.StreamResponse:
        try:
            return web.json_response(await asyncio.to_thread(order, self._socket, do, **given))
        except CheckRefused as error:
            return web.json_response({"refused": str(error)}, status=409)
        except NotRunning as error:
            return web.json_response({"refused": str(error)}, status=503)

    def _put(self, name: str, data: bytes) -> None:
        folder = self._notes / "incoming"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.text())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return found


async def serve(settings: GatewaySettings, page: PageSettings) -> None:
    """Serve until cancelled."""
    runner = web.AppRunner(build_app(settings, page), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, page.host, page.port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
