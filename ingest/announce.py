"""`committed`: signed, retained, paced. The newest word on each chain; what is not out yet when a newer comes is dropped.

A gateway that is not behind needs to hear of its entries only so that it may free them: every `committed_s` is enough, and it saves
a quarter of the bytes on its line. At once (but for `COALESCE_S`) is told who waits for the word: whoever drains a backlog, sent
something again, is asked to go back, or has half of the smallest window under way.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.topics import Leaf, topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.chains import Chain
    from telemetry.committed import Committed
    from telemetry.cose import SigningKey

COALESCE_S: Final = 0.1
"""After a round of announcements the next waits this long, so that a chain under heavy load is announced ten times a second."""

UNSAID_BYTES: Final = 32 << 10
"""Committed and not announced: half of the smallest window that a gateway can be set to."""

SLICE: Final = 100
"""Signed in one go (about 5 ms) before the event loop breathes."""


@dataclass(slots=True)
class _Waiting:
    committed: Committed
    due_s: float
    unsaid_bytes: int


class Announcer:
    """Publishes the newest `committed` of each chain."""

    def __init__(self, key: SigningKey, publish: Callable[[str, bytes], None], pace_s: float) -> None:
        """`pace_s`: how long the word on a chain that is not behind may wait for a newer one."""
        self._key = key
        self._publish = publish
        self._pace_s = pace_s
        self._clock = asyncio.get_running_loop().time
        self._urgent: dict[Chain, Committed] = {}
        self._waiting: dict[Chain, _Waiting] = {}
        """In order of when they are due: all wait equally long."""
        self._changed = asyncio.Event()
        self.published = 0

    def announce(self, committed: Committed, *, urgent: bool = True, size: int = 0) -> None:
        """Publish instead of what is pending for the chain: soon, or when it is due. `size`: bytes committed since the last call."""
        chain = (committed.gateway, committed.epoch)
        waiting = self._waiting.get(chain)
        if waiting is None:
            waiting = _Waiting(committed, self._clock() + self._pace_s, 0)
        waiting.committed = committed
        waiting.unsaid_bytes += size
        if urgent or chain in self._urgent or waiting.unsaid_bytes >= UNSAID_BYTES:
            self._waiting.pop(chain, None)
            self._urgent[chain] = committed
            self._changed.set()
        elif chain not in self._waiting:
            self._waiting[chain] = waiting
            if len(self._waiting) == 1:
                self._changed.set()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            await self._something()
            await self._round()
            await asyncio.sleep(COALESCE_S)

    async def _something(self) -> None:
        """Until there is something to publish now."""
        while not self._urgent:
            self._changed.clear()
            first = next(iter(self._waiting.values()), None)
            try:
                async with asyncio.timeout_at(None if first is None else first.due_s):
                    await self._changed.wait()
            except TimeoutError:
                return

    async def _round(self) -> None:
        now_s = self._clock()
        due = [chain for chain, waiting in self._waiting.items() if waiting.due_s <= now_s]
        pending, self._urgent = self._urgent, {}
        pending |= {chain: self._waiting.pop(chain).committed for chain in due}
        for number, committed in enumerate(pending.values()):
            self._publish(topic(committed.gateway, Leaf.COMMITTED), committed.seal(self._key))
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        self.published += len(pending)
