"""A running alert service, a real SMTP server and a real webhook that take what it sends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from aiohttp import web
from aiosmtpd.smtp import SMTP

from alerts.service import run
from alerts.settings import AlertsSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Database


class Inbox:
    """What an SMTP server or a webhook has taken. `answers` are given first, then success."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[Any] = asyncio.Queue()
        self.answers: list[Any] = []
        self.address = ""
        self.port = 0

    async def next(self) -> Any:  # noqa: ANN401
        """The next message, within ten seconds."""
        async with asyncio.timeout(10):
            return await self.taken.get()

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802
        """Take an e-mail (aiosmtpd's hook)."""
        if self.answers:
            return str(self.answers.pop(0))
        self.taken.put_nowait(envelope)
        return "250 taken"

    async def post(self, request: web.Request) -> web.Response:
        """Take a webhook's call."""
        if self.answers:
            return web.Response(status=self.answers.pop(0), headers={"Location": "/elsewhere"})
        self.taken.put_nowait((request.headers["Idempotency-Key"], await request.json()))
        return web.Response(text="ok")


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[Inbox]:
    """A real SMTP server on loopback."""
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
    inbox.port = server.sockets[0].getsockname()[1]
    yield inbox
    server.close()
    await server.wait_closed()


@pytest_asyncio.fixture
async def webhook() -> AsyncIterator[Inbox]:
    """A real HTTP server on loopback."""
    inbox = Inbox()
    app = web.Application()
    app.router.add_post("/hook", inbox.post)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    inbox.port = runner.addresses[0][1]
    inbox.address = f"http://127.0.0.1:{inbox.port}/hook"
    yield inbox
    await runner.cleanup()


def settings(database: Database, **more: object) -> AlertsSettings:
    """Settings of a service on this database, impatient enough for tests."""
    plain = {
        "database": database.login("antoan_alerts").model_dump(mode="json"),
        "page_url": "https://antoan.example",
        "webhook": {"allow_loopback_http": True},
        "outbox": {"first_retry_s": 0.05},
        "poll_s": 0.1,
        "save_every_s": 0.2,
        "places_every_s": 0.2,
    }
    return AlertsSettings.model_validate({**plain, **more})


@asynccontextmanager
async def service(config: AlertsSettings) -> AsyncIterator[asyncio.Task[None]]:
    """The service, running until the block ends."""
    task = asyncio.create_task(run(config))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
