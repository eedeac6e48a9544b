"""The live socket: GET /api/v1/live?site=…&cursor=… (both optional). Messages are in `api.models.live`.

Logged in, of this page's own origin, one direction: what a browser sends is read and dropped. Without `site` alerts alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from api.context import Context, now
from api.live.cursor import Cursor, parse
from api.live.subscriber import Subscriber, live_reading
from api.models.live import LiveReadings, LiveTick
from api.problems import NotFound, NotLoggedIn, TooMany
from api.routing import parse_id
from store import sites_news

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

TICK_S = 5.0
SESSION_CHECK_S = 30.0
SESSION_ENDED = 4401
MAX_MESSAGE_BYTES = 1024
"""Browsers have nothing to say here."""


def socket_handler(context: Context) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of the live socket."""

    async def serve(request: web.Request) -> web.StreamResponse:
        viewer = await context.sessions.person_of(request)
        if viewer is None:
            raise NotLoggedIn("log in first")
        if context.follower.full:
            raise TooMany("too many live pages are open", retry_after_s=60)
        points = await _points(context, viewer.id, request.query.get("site"))
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=MAX_MESSAGE_BYTES, compress=False)
        await socket.prepare(request)
        subscriber = Subscriber(points)
        with context.follower.subscribed(subscriber) as here:
            await _resume(context, subscriber, _given(request), here)
            await _until_closed(socket, _send_all(context, request, socket, subscriber))
        return socket

    return serve


def _given(request: web.Request) -> Cursor | None:
    """The browser's cursor; None: it has none, or one that is none. An empty one stands at the start of all."""
    text = request.query.get("cursor")
    return None if text is None else parse(text)


async def _points(context: Context, person: int, site: str | None) -> dict[int, str]:
    if site is None:
        return {}
    number = parse_id(site)
    if not await sites_news.is_seen(context.pool, person, number):
        raise NotFound("there is no such site")
    return dict(await sites_news.watched(context.pool, person, number))


async def _resume(context: Context, subscriber: Subscriber, there: Cursor | None, here: Cursor) -> None:
    """Send what arrived between the browser's cursor and the moment it was subscribed."""
    if there is None or not subscriber.points:
        return
    missed = await context.follower.arrived_between(there, here, subscriber.gateways)
    if missed is None:
        subscriber.tell_reset(here)
        return
    subscriber.tell_first(
        LiveReadings(
            server_time=now(),
            cursor=here.text(),
            readings=[live_reading(reading) for reading in missed if reading.point in subscriber.points],
        )
    )


async def _send_all(
    context: Context, request: web.Request, socket: web.WebSocketResponse, subscriber: Subscriber
) -> None:
    checked_s = time.monotonic()
    await socket.send_str(LiveTick(server_time=now()).model_dump_json())  # the browser learns that it is subscribed
    while not socket.closed:
        message = await subscriber.next(TICK_S) or LiveTick(server_time=now())
        await socket.send_str(message.model_dump_json())
        if time.monotonic() - checked_s > SESSION_CHECK_S:
            checked_s = time.monotonic()
            if await context.sessions.person_of(request) is None:
                await socket.close(code=SESSION_ENDED, message=b"session ended")


async def _until_closed(socket: web.WebSocketResponse, sending: Awaitable[None]) -> None:
    """Send until the browser goes away or sending ends."""
    task = asyncio.ensure_future(sending)
    task.add_done_callback(lambda _: asyncio.ensure_future(socket.close()))
    try:
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task
