"""The quarantine's gate: every refusal is counted, the first of each kind are kept, a flood is not."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from store import quarantine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import asyncpg

    from store.quarantine import Quarantined

KEPT_PER_MINUTE: Final = 20
"""Of one (gateway, reason): enough to see what it is; the ring's 4,096 slots then hold hours of a single flood."""

KINDS: Final = 10_000
"""(gateway, reason) pairs remembered within a minute; above it all are forgotten and counted anew."""


class Refusals:
    """Writes refusals on a connection of its own choice; loses counts of at most one minute when the database is away."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = -1
        self._kept: Counter[tuple[str, str]] = Counter()
        self._slot: int | None = None
        self.total: Counter[str] = Counter()

    async def put(self, connection: asyncpg.Connection, refused: Iterable[Quarantined]) -> None:
        """Count all, keep some. Raises asyncpg.PostgresError."""
        counts: Counter[tuple[str, str]] = Counter()
        kept = []
        for one in refused:
            kind = (one.gateway or "", one.reason)
            counts[kind] += 1
            self.total[one.reason] += 1
            if self._keeps(kind):
                kept.append(one)
        if not counts:
            return
        if self._slot is None:
            self._slot = await quarantine.next_slot(connection)
        first, self._slot = self._slot, (self._slot + len(kept)) % quarantine.SLOTS
        async with connection.transaction():
            await quarantine.put(connection, [((first + n) % quarantine.SLOTS, one) for n, one in enumerate(kept)])
            await quarantine.count(connection, counts)

    def _keeps(self, kind: tuple[str, str]) -> bool:
        minute = int(self._clock() // 60)
        if minute != self._minute or len(self._kept) > KINDS:
            self._minute = minute
            self._kept.clear()
        self._kept[kind] += 1
        return self._kept[kind] <= KEPT_PER_MINUTE
