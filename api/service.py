"""The API service: HTTP on loopback (unless told otherwise), live sockets, the page."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from api.app import make_app
from api.context import Context
from api.enrolment import service as enrolment
from api.live.follower import Follower
from api.page import DEFAULT_DIR, load
from api.passwords import Verifier
from api.rate_limit import RateLimit
from api.sessions import Sessions
from exposure.limits.loader import book
from store.connection import pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import asyncpg

    from api.settings import ApiSettings, Tls

SHUTDOWN_S = 2.0
"""Open sockets get so long to say goodbye."""
log = structlog.get_logger("api")


async def run(settings: ApiSettings, on_ready: Callable[[int], None] | None = None) -> None:
    """Serve until cancelled. `on_ready` is told the port. Raises OSError or asyncpg's errors when it cannot start."""
    async with serving(settings) as port:
        log.info("ready", host=settings.host, port=port)
        if on_ready:
            on_ready(port)
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def serving(settings: ApiSettings) -> AsyncIterator[int]:
    """Serve as long as the block runs; gives the port."""
    assets = load(settings.page_dir or DEFAULT_DIR)
    await asyncio.to_thread(book)  # a second of YAML, before anybody waits for it
    database = await pool(settings.database, "antoan api", maximum=settings.pool_size)
    try:
        follower = Follower(database, settings.database)
        await follower.start()
        sessions = Sessions(database, seconds=settings.session_hours * 3600, secure=settings.secure)
        context = Context(settings, database, sessions, Verifier(), RateLimit(settings.login_attempts), follower)
        async with (
            _enrolling(settings, database),
            _listening(make_app(context, assets), settings) as port,
            _running(follower),
        ):
            yield port
    finally:
        database.terminate()


@contextlib.asynccontextmanager
async def _listening(app: web.Application, settings: ApiSettings) -> AsyncIterator[int]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(settings.tls))
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _enrolling(settings: ApiSettings, database: asyncpg.Pool) -> contextlib.AbstractAsyncContextManager[int | None]:
    if settings.enrolment is None:
        return contextlib.nullcontext()
    return enrolment.serving(settings.enrolment, database)


@contextlib.asynccontextmanager
async def _running(follower: Follower) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(follower.run())
        try:
            yield
        finally:
            task.cancel()


def _tls(settings: Tls | None) -> ssl.SSLContext | None:
    if settings is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.cert_file, settings.key_file)
    return context
