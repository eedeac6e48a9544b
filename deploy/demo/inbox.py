"""Where the demonstration's notifications arrive: a webhook on loopback that counts, times and tells."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from deploy.stack.ports import LOOPBACK

LIVE = ("level", "danger")
"""Kinds that a reading proves at once; silence is proven by what does not come."""


@dataclass
class Inbox:
    """What has arrived. `heard` is called with each message as it arrives."""

    heard: Callable[[dict[str, Any]], None] | None = None
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    delays_ms: list[float] = field(default_factory=list)
    """From the reading that proved an alert to the message about it, for alerts learnt live."""
    url: str = ""

    def take(self, message: dict[str, Any]) -> None:
        """Keep a message; one that is delivered twice counts once."""
        number = int(message["notification"])
        if number in self.messages:
            return
        self.messages[number] = message
        raised = message.get("times", {}).get("raised")
        if raised and message.get("change") == "raised" and message.get("kind") in LIVE:
            self.delays_ms.append((datetime.now(UTC) - datetime.fromisoformat(raised)).total_seconds() * 1000)
        if self.heard:
            self.heard(message)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen while the block runs; `url` is set."""

        async def post(request: web.Request) -> web.Response:
            self.take(await request.json())
            return web.Response(text="taken")

        app = web.Application()
        app.router.add_post("/", post)
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, 0).start()
            self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}/"
            yield
        finally:
            await runner.cleanup()
