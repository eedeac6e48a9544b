"""Counts and times what the demonstration did, from what each side says itself, and compares them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from deploy.demo import kits
from deploy.demo.story import KITS
from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from store.connection import connect
from store.counts import Counts, counts, product, rows_since
from store.readings import CHANGED_CHANNEL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.demo.world import World

LOOK_BACK = timedelta(seconds=30)
SETTLE_S = 60.0


class RowTimes:
    """How long after its reading a row could be read, for each row that appears while `watching`."""

    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self._seen: set[tuple[int, datetime]] = set()
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def watching(self, world: World) -> AsyncIterator[None]:
        """Listen to the database while the block runs."""
        connection = await connect(world.logins.owner, "antoan demo rows")
        try:
            self._seen.update(await rows_since(connection, datetime.now(UTC) - LOOK_BACK))
            await connection.add_listener(CHANGED_CHANNEL, lambda *_: self._news.set())
            async with asyncio.TaskGroup() as group:
                task = group.create_task(self._follow(connection))
                yield
                task.cancel()
        finally:
            await connection.close()

    async def _follow(self, connection: Any) -> None:  # noqa: ANN401  (asyncpg's connection or its proxy)
        while True:
            await self._news.wait()
            self._news.clear()
            now = datetime.now(UTC)
            for row in await rows_since(connection, now - LOOK_BACK):
                if row not in self._seen:
                    self._seen.add(row)
                    self.delays_ms.append((now - row[1]).total_seconds() * 1000)


@dataclass(frozen=True)
class Traffic:
    """What the kits' links carried while so many readings were committed; TLS and MQTT both ways, without TCP's headers."""

    bytes: int
    readings: int

    @classmethod
    def now(cls, world: World) -> Traffic:
        """Since the demonstration began."""
        committed = sum(int(kits.accounts(world.folder, kit).get("committed", 0)) for kit in KITS)
        return cls(world.network.bytes_up + world.network.bytes_down, committed)

    def since(self, before: Traffic) -> float | None:
        """Bytes per reading since an earlier look; None when nothing was committed."""
        readings = self.readings - before.readings
        return round((self.bytes - before.bytes) / readings, 1) if readings > 0 else None


def sampled(world: World) -> int:
    """Readings that the kits' drivers handed over, by the kits' own count."""
    return sum(int(kits.accounts(world.folder, kit).get("sampled", 0)) for kit in KITS)


async def settle(world: World, *, told: bool = True) -> Counts:
    """Wait until all that was sampled is recorded, projected and notified, or no more is to be expected; the counts then.

    The kits send what they still have, without measuring; then they end, so that nothing is added any more.
    Without `told`, notifications are not waited for: a database restored from a backup gives their numbers again.
    """
    await world.stop_gateways()
    await world.start_gateways(measuring=False)
    await _at_rest(world, told=told)
    await world.stop_gateways()
    return await _at_rest(world, told=told)


async def _at_rest(world: World, *, told: bool) -> Counts:
    connection = await connect(world.logins.owner, "antoan demo counts")
    expected = sampled(world)
    end = asyncio.get_running_loop().time() + SETTLE_S
    before: Counts | None = None
    try:
        while True:
            found = await counts(connection)
            at_rest = found.readings == found.rows == expected
            rest = not told or _all_told(world, found)
            before, still = found, found == before
            if (at_rest and rest and still) or asyncio.get_running_loop().time() > end:
                return found
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


def _all_told(world: World, found: Counts) -> bool:
    waiting = found.notifications - found.delivered
    waited = world.before.notifications - world.before.delivered
    return found.delivered - world.before.delivered == len(world.inbox.messages) and waiting <= waited


async def report(world: World, found: Counts, times: RowTimes, wire: float | None) -> dict[str, Any]:
    """The object that `--json` prints. Counts are over everything kept since the last `--fresh`."""
    connection = await connect(world.logins.owner, "antoan demo report")
    try:
        what = await product(connection)
        chains, rows = await verify_chains(connection), await verify_readings(connection)
    finally:
        await connection.close()
    expected = sampled(world)
    faults = [fault.text for fault in (*chains.faults, *rows.faults)]
    delivered = found.delivered - world.before.delivered
    agree = found.readings == found.rows == expected == chains.readings and found.entries == chains.entries
    return {
        "ok": agree and not faults and expected > 0 and delivered == len(world.inbox.messages),
        "database": {
            "product": "PostgreSQL",
            "version": what.version,
            "timescaledb": what.timescaledb,
            "license": what.license,
        },
        "broker": world.backing.broker_version,
        "entries_recorded": found.entries,
        "readings_sampled": expected,
        "readings_recorded": found.readings,
        "rows_projected": found.rows,
        "alerts_raised": found.alerts,
        "notifications_delivered": found.delivered,
        "notifications_received": world.before.delivered + len(world.inbox.messages),
        "chains_verified": chains.chains - len({(fault.gateway, fault.epoch) for fault in chains.faults}),
        "wire_bytes_per_reading": wire,
        "stored_bytes_per_reading": round(found.stored_bytes / found.readings, 1) if found.readings else None,
        "sealed_bytes_per_reading": round(found.sealed_bytes / found.readings, 1) if found.readings else None,
        "latency_ms": {"row": _quantiles(times.delays_ms), "notification": _quantiles(world.inbox.delays_ms)},
        "faults": faults,
    }


def _quantiles(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"p50": None, "p99": None}
    return {name: round(float(np.percentile(values, share)), 1) for name, share in (("p50", 50), ("p99", 99))}
