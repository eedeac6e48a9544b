"""The projection `rollup_1m`, and `rollup_1h` from it.

Readings of a channel come in time order but for clocks that step and kits that come back: then the minutes concerned are computed
anew from the record, whole and in time order. So every row is a function of the record alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ingest.projections.aggregate import Segment, fold, in_time_order, segments
from ingest.projections.context import Context
from ingest.projections.place import place
from ingest.projections.stored import open_all
from store import cursors, record, rollups
from store.rollups import HOUR_US, MINUTE_US, Minute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.feed import Followed
    from store.connection import Connection
    from store.cursors import Waiting

HOURS_EVERY_S: Final = 10.0
"""The hour that runs is computed this often at most; its minutes are there at once."""

HOURS_AT_ONCE: Final = 2000

Key = tuple[int, int]
"""(channel, start of the bucket in UTC µs)"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Segments of a batch in time order, and to which gateway each channel belongs."""

    parts: list[Segment]
    gateways: dict[int, str]
    waiting: list[Waiting]


class Rollups:
    """Follows the record into `rollup_1m` and `rollup_1h`. Remembers the latest minute of each channel."""

    name = "rollups"

    def __init__(self) -> None:
        self._latest: dict[int, Minute] = {}
        self._stale: set[Key] = set()
        self._hours_at = 0.0

    def prepare(self, messages: Sequence[Followed], context: Context) -> Prepared:
        """Segments of a batch."""
        parts: list[Segment] = []
        gateways: dict[int, str] = {}
        waiting: list[Waiting] = []
        for message in messages:
            placed = place(message, context)
            waiting += placed.waiting
            for block in placed.blocks:
                parts += segments(block.sound())
                gateways.update((channel.id, message.gateway) for channel in block.channels)
        return Prepared(in_time_order(parts), gateways, waiting)

    async def write(self, connection: Connection, prepared: Prepared) -> None:
        """Write minutes; part of the transaction that moves the cursors."""
        if missing := [channel for channel in prepared.gateways if channel not in self._latest]:
            self._latest.update((m.channel, m) for m in await rollups.latest(connection, missing))
        fresh, changed, late = self._fold(prepared.parts)
        if late:
            changed.update(await self._recompute(connection, late, prepared.gateways))
            for key in late:
                fresh.pop(key, None)
        if fresh:
            await rollups.insert(connection, fresh.values())
        if changed:
            await rollups.put(connection, list(changed.values()))
        await self._mark_hours(connection, {*fresh, *changed})
        if prepared.waiting:
            await cursors.wait(connection, self.name, prepared.waiting)
        await self.tend(connection)

    def forget(self) -> None:
        """Remember nothing: the database is what holds."""
        self._latest.clear()
        self._stale.clear()

    async def tend(self, connection: Connection, *, now: bool = False) -> None:
        """Compute the hours whose minutes have changed, if it is time to (or `now`)."""
        if not now and time.monotonic() - self._hours_at < HOURS_EVERY_S:
            return
        while await rollups.compute_hours(connection, HOURS_AT_ONCE) == HOURS_AT_ONCE:
            pass
        self._stale.clear()
        self._hours_at = time.monotonic()

    def _fold(self, parts: list[Segment]) -> tuple[dict[Key, Minute], dict[Key, Minute], set[Key]]:
        """Minutes that are new, minutes that have grown, and keys of those that something came late for."""
        fresh: dict[Key, Minute] = {}
        changed: dict[Key, Minute] = {}
        late: set[Key] = set()
        for key, group in groupby(parts, key=lambda part: (part.channel, part.bucket_us)):
            together = list(group)
            latest = self._latest.get(key[0])
            if latest is None or key[1] > latest.bucket_us:
                fresh[key] = self._latest[key[0]] = fold(None, together)
            elif key[1] == latest.bucket_us and together[0].first_us > latest.bucket_us + latest.last_us:
                grown = self._latest[key[0]] = fold(latest, together)
                (fresh if key in fresh else changed)[key] = grown
            else:
                late.add(key)
        return fresh, changed, late

    async def _recompute(self, connection: Connection, late: set[Key], gateways: dict[int, str]) -> dict[Key, Minute]:
        """Whole minutes from the record."""
        spans: dict[tuple[str, int], set[Key]] = defaultdict(set)
        for channel, bucket_us in late:
            spans[gateways[channel], bucket_us - bucket_us % HOUR_US].add((channel, bucket_us))
        made: dict[Key, Minute] = {}
        context = Context()
        for (gateway, _), keys in spans.items():
            first = min(bucket_us for _, bucket_us in keys)
            last = max(bucket_us for _, bucket_us in keys) + MINUTE_US - 1
            stored = await record.spanning(connection, gateway, first, last)
            messages = await asyncio.to_thread(open_all, stored)
            await context.resolve(connection, messages)
            prepared = await asyncio.to_thread(self.prepare, messages, context)
            wanted = (part for part in prepared.parts if (part.channel, part.bucket_us) in keys)
            for key, group in groupby(wanted, key=lambda part: (part.channel, part.bucket_us)):
                made[key] = fold(None, group)
        for key, minute in made.items():
            if self._latest[key[0]].bucket_us == key[1]:
                self._latest[key[0]] = minute
        return made

    async def _mark_hours(self, connection: Connection, keys: set[Key]) -> None:
        hours = {(channel, bucket_us - bucket_us % HOUR_US) for channel, bucket_us in keys} - self._stale
        if hours:
            await rollups.mark_stale(connection, sorted(hours))
            self._stale |= hours
