"""One browser behind the live socket: what it watches, and a queue that is bounded by forgetting, never by waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from api.context import now
from api.models.live import LiveAlerts, LiveReading, LiveReadings, LiveReset
from store.sites_live import physical
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.live.cursor import Cursor
    from store.sites_news import Arrived

MAX_QUEUED = 64
"""Messages for one browser: about half a minute at two commits a second. A browser further behind starts anew."""

Message = LiveReadings | LiveAlerts | LiveReset


class Subscriber:
    """A browser that watches `points` (each with its gateway); none: it is told of alerts alone."""

    def __init__(self, points: Mapping[int, str]) -> None:
        self.points = points
        self.gateways = frozenset(points.values())
        self._queue: deque[Message] = deque()
        self._some = asyncio.Event()

    def tell_readings(self, arrived: Iterable[Arrived], cursor: Cursor) -> None:
        """Queue what arrived for the points it watches."""
        mine = [live_reading(reading) for reading in arrived if reading.point in self.points]
        if mine:
            self._put(LiveReadings(server_time=now(), cursor=cursor.text(), readings=mine), cursor)

    def tell_first(self, message: LiveReadings) -> None:
        """Queue what came before all that is queued."""
        self._queue.appendleft(message)
        self._some.set()

    def tell_alerts(self, cursor: Cursor) -> None:
        """Queue the news that alerts have changed; once is enough."""
        if not any(isinstance(message, LiveAlerts) for message in self._queue):
            self._put(LiveAlerts(server_time=now()), cursor)

    def tell_reset(self, cursor: Cursor) -> None:
        """Forget what is queued: the browser is to fetch everything anew."""
        self._queue.clear()
        self._queue.append(LiveReset(server_time=now(), cursor=cursor.text()))
        self._some.set()

    async def next(self, timeout_s: float) -> Message | None:
        """The next message; None when there was none for `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._some.wait()
        except TimeoutError:
            return None
        message = self._queue.popleft()
        if not self._queue:
            self._some.clear()
        return message

    def _put(self, message: Message, cursor: Cursor) -> None:
        if len(self._queue) >= MAX_QUEUED:
            self.tell_reset(cursor)
            return
        self._queue.append(message)
        self._some.set()


def live_reading(reading: Arrived) -> LiveReading:
    """A reading as it is sent."""
    value = physical(reading.value, reading.exponent, reading.quality)
    return LiveReading(
        point=reading.point,
        time_ms=reading.time_us // 1000,
        value=None if value is None else f"{value:f}",
        quality=Quality.of_code(reading.quality).word,
    )
