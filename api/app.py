"""The application: routes, the guard that every request passes, and the one place where an error becomes an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import structlog
from aiohttp import web

from api import openapi
from api.live.socket import socket_handler
from api.page import page_handler
from api.problems import ApiError, Forbidden, Invalid, NotFound, Unavailable
from api.routes import ROUTES
from api.routing import MAX_BODY_BYTES, add_route
from api.security import HEADERS, HSTS, check_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp.typedefs import Middleware

    from api.context import Context
    from api.page import Asset

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERSION = "1"
LIVE_PATH = "/api/v1/live"
log = structlog.get_logger("api")


def make_app(context: Context, assets: Mapping[str, Asset]) -> web.Application:
    """The page and its API. `assets`: the built page."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_guard(context)])
    for route in ROUTES:
        add_route(app, context, route)
    app.router.add_get(LIVE_PATH, socket_handler(context))
    app.router.add_get("/api/v1/openapi.json", _description)
    app.router.add_get("/{path:(?!api/).*}", page_handler(assets))
    app.on_response_prepare.append(_headers(context))
    return app


async def _description(_request: web.Request) -> web.Response:
    return web.Response(text=openapi.text(ROUTES, VERSION), content_type="application/json")


def _guard(context: Context) -> Middleware:
    """Host and Origin first, then the handler; errors become problems."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            check_request(request, context.settings.allowed_hosts, upgrade=request.path == LIVE_PATH)
            return await handler(request)
        except ApiError as error:
            return _problem(error)
        except web.HTTPException as error:
            return _problem_of(error)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.exception("request_failed", path=request.path)
            return _problem(Unavailable("the database does not answer; try again"))

    return guard


def _problem(error: ApiError) -> web.Response:
    text = error.problem().model_dump_json()
    return web.Response(status=error.status, text=text, content_type="application/json", headers=error.headers)


def _problem_of(error: web.HTTPException) -> web.StreamResponse:
    """Aiohttp's own refusals (no such path, wrong method, body too long) in the form of ours."""
    if error.status == web.HTTPNotFound.status_code:
        return _problem(NotFound("there is no such path"))
    kinds: dict[int, ApiError] = {400: Invalid("malformed request"), 403: Forbidden("refused")}
    problem = kinds.get(error.status) or ApiError(error.reason)
    answer = _problem(problem)
    answer.set_status(error.status)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _headers(context: Context) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def add(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if context.settings.secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
        response.headers.pop("Server", None)

    return add
