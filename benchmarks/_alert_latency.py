"""Publish → notification handed over at 0, 50 and 90 % of what this stack commits: how latency grows with load.

The stack and the load are those of the bar (`_server_alerts`); here every part of the distribution is reported, without a bar.
"""

# ruff: noqa: SLF001  (the parts of the stack of the bar beside it)
from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import _server_alerts as server
from benchmarks import _server_load as load
from benchmarks._percentiles import percentile
from deploy.stack.debian import SERVER, ensure
from deploy.stack.postgres import Postgres
from store.connection import connect
from tests.support.broker import Broker, start_broker
from tests.support.database import Databases

if TYPE_CHECKING:
    from collections.abc import Callable

SHARES = (0, 50, 90)
"""Percent of capacity; 0: nothing but the alarms themselves."""
ALARMS_PER_S = 10.0
ROUND_S = 15.0


def measure(progress: Callable[[str], None]) -> dict[int, list[float]]:
    """Share of capacity in percent → every latency in ms."""
    packages = ensure(SERVER)
    with tempfile.TemporaryDirectory(prefix="antoan-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        database, broker = Postgres(packages, folder / "postgres"), start_broker(packages, folder / "broker")
        database.start()
        try:
            return asyncio.run(_measure(progress, folder, database, broker))
        finally:
            broker.process.stop()
            database.stop()


async def _measure(
    progress: Callable[[str], None], folder: Path, postgres: Postgres, broker: Broker
) -> dict[int, list[float]]:
    databases = Databases(postgres)
    await databases.prepare()
    database = await databases.create()
    found: dict[int, list[float]] = {}
    async with AsyncExitStack() as stack:
        owner = await connect(database.login(), "antoan bench")
        stack.push_async_callback(owner.close)
        arrivals, url = await server._webhook(stack)
        enrolled = await server._prepare(owner, url)
        for service in server._services(database, broker, folder):
            stack.callback(service.stop)
            await service.run()
        pipe = server._start_load(stack, broker, enrolled)
        await asyncio.to_thread(pipe.recv)
        capacity = await server._capacity(owner, pipe)
        for share in SHARES:
            await server._settled(owner)
            rate = max(capacity * share / 100, ALARMS_PER_S)
            published = await server._order(pipe, load.Pace(rate, ROUND_S, ALARMS_PER_S))
            await server._settled(owner)
            async with asyncio.timeout(server.SETTLE_S):
                while not published.alarms.keys() <= arrivals.at_ns.keys():  # noqa: ASYNC110  (arrivals have no event)
                    await asyncio.sleep(0.05)
            found[share] = [(arrivals.at_ns[alarm] - at_ns) / 1e6 for alarm, at_ns in published.alarms.items()]
            ends = ", ".join(f"p{p} {percentile(found[share], p):.0f} ms" for p in (50, 90, 99))
            progress(f"load: {share} % ({rate:.0f} entries/s): {len(found[share])} alarms, {ends}")
    return found
