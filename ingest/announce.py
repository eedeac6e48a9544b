"""`committed`: signed, retained, coalesced. The newest word on each chain; what is not out yet when a newer comes is dropped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from telemetry.committed import Committed
from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.cose import SigningKey

PACE_S: Final = 0.1
"""After a round of announcements the next waits this long, so that a chain under heavy load is announced ten times a second."""

SLICE: Final = 100
"""Signed in one go (about 5 ms) before the event loop breathes."""


class Announcer:
    """Publishes the newest `committed` of each gateway."""

    def __init__(self, key: SigningKey, publish: Callable[[str, bytes], None]) -> None:
        self._key = key
        self._publish = publish
        self._pending: dict[str, Committed] = {}
        self._some = asyncio.Event()
        self.published = 0

    def announce(self, committed: Committed) -> None:
        """Publish soon, instead of what is pending for the gateway."""
        self._pending[committed.gateway] = committed
        self._some.set()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            pending, self._pending = list(self._pending.values()), {}
            for number, committed in enumerate(pending):
                self._publish(topic(committed.gateway, Leaf.COMMITTED), committed.seal(self._key))
                if number % SLICE == SLICE - 1:
                    await asyncio.sleep(0)
            self.published += len(pending)
            await asyncio.sleep(PACE_S)
