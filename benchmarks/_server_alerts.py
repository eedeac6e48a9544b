"""Publish → notification handed over: real broker, database (durable), ingest and alert service, one machine, 1,000 rules.

First the rate that this stack commits and projects is measured by a flood; then alarms are raised while entries come at half of it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import _server_load as load
from benchmarks._percentiles import percentile
from deploy.stack.debian import SERVER, ensure
from deploy.stack.postgres import Postgres
from deploy.stack.service import Service
from store.alerts_rules import Recipient, put_recipient, put_rules
from store.connection import connect
from store.enrolment import enrol_gateway
from store.people import create_agency
from store.sites import create_deployment, create_site
from telemetry.cose import SigningKey
from tests.support.broker import Broker, start_broker
from tests.support.database import Database, Databases

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection as Pipe

    import asyncpg

FLOOD_ENTRIES = 6_000
ROUNDS = 3
ROUND_S = 15.0
ALARMS_PER_S = 20.0
SETTLE_S = 60.0
ROWS_BEHIND = """SELECT count(*) FROM partition JOIN projection_cursor AS c USING (partition)
                 WHERE c.projection = 'readings' AND c.position < partition.position"""
COMMITTED = "SELECT sum(position)::bigint FROM partition"
BEHIND = """SELECT count(*) FROM partition JOIN projection_cursor AS c USING (partition)
            WHERE c.projection = 'alerts' AND c.position < partition.position"""


@dataclass
class Measured:
    """What was reached: percentiles of each round in ms, entries a second while they were measured."""

    rate: float = 0.0
    p99_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)


@dataclass
class _Arrivals:
    """A webhook that notes when each alarm's message came (UTC ns)."""

    at_ns: dict[load.Alarm, int] = field(default_factory=dict)

    async def post(self, request: web.Request) -> web.Response:
        """Take a message; stamped when its headers are here: the alert service has handed it over."""
        now_ns = time.time_ns()
        body = await request.json()
        raised = datetime.fromisoformat(body["times"]["raised"])
        raised_us = (raised - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        self.at_ns.setdefault((body["gateway"], body["channel"], raised_us), now_ns)
        return web.Response()


def measure(progress: Callable[[str], None]) -> Measured:
    """Bring the stack up, measure, take it down. Services are started from this, the main thread."""
    packages = ensure(SERVER)
    with tempfile.TemporaryDirectory(prefix="antoan-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = Postgres(packages, folder / "postgres")
        broker = start_broker(packages, folder / "broker")
        server.start()
        try:
            return asyncio.run(_measure(progress, folder, server, broker))
        finally:
            broker.process.stop()
            server.stop()


async def _measure(progress: Callable[[str], None], folder: Path, server: Postgres, broker: Broker) -> Measured:
    databases = Databases(server)
    await databases.prepare()
    database = await databases.create()
    async with AsyncExitStack() as stack:
        owner = await connect(database.login(), "antoan bench")
        stack.push_async_callback(owner.close)
        arrivals, url = await _webhook(stack)
        enrolled = await _prepare(owner, url)
        for service in _services(database, broker, folder):
            stack.callback(service.stop)
            await service.run()
        pipe = _start_load(stack, broker, enrolled)
        await asyncio.to_thread(pipe.recv)
        return await _rounds(progress, owner, pipe, arrivals)


async def _rounds(
    progress: Callable[[str], None], owner: asyncpg.Connection, pipe: Pipe, arrivals: _Arrivals
) -> Measured:
    measured = Measured()
    capacity = await _capacity(owner, pipe)
    measured.rate = capacity / 2
    progress(f"server: {capacity:.0f} entries/s committed and projected; alarms are measured at {measured.rate:.0f}/s")
    for number in range(ROUNDS):
        await _settled(owner)
        published = await _order(pipe, load.Pace(measured.rate, ROUND_S, ALARMS_PER_S))
        await _settled(owner)
        async with asyncio.timeout(SETTLE_S):
            while not published.alarms.keys() <= arrivals.at_ns.keys():  # noqa: ASYNC110  (arrivals have no event)
                await asyncio.sleep(0.05)
        late_ms = [(arrivals.at_ns[alarm] - at_ns) / 1e6 for alarm, at_ns in published.alarms.items()]
        measured.p99_ms.append(percentile(late_ms, 99))
        measured.p50_ms.append(percentile(late_ms, 50))
        progress(
            f"server: round {number + 1}: {len(late_ms)} alarms, p50 {measured.p50_ms[-1]:.0f} ms, "
            f"p99 {measured.p99_ms[-1]:.0f} ms"
        )
    return measured


async def _capacity(owner: asyncpg.Connection, pipe: Pipe) -> float:
    """Entries a second that are committed and projected to rows when they come as fast as they can."""
    await _settled(owner)
    before = await owner.fetchval(COMMITTED)
    published = await _order(pipe, load.Flood(FLOOD_ENTRIES))
    async with asyncio.timeout(SETTLE_S):
        while await owner.fetchval(COMMITTED) < before + FLOOD_ENTRIES or await owner.fetchval(ROWS_BEHIND):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return FLOOD_ENTRIES / ((time.time_ns() - published.began_ns) / 1e9)


async def _settled(owner: asyncpg.Connection) -> None:
    """Wait until the alert service has followed everything."""
    async with asyncio.timeout(SETTLE_S):
        while await owner.fetchval(BEHIND):  # noqa: ASYNC110  (another process follows)
            await asyncio.sleep(0.1)


async def _order(pipe: Pipe, order: load.Flood | load.Pace) -> load.Published:
    pipe.send(order)
    published: load.Published = await asyncio.to_thread(pipe.recv)
    return published


async def _webhook(stack: AsyncExitStack) -> tuple[_Arrivals, str]:
    arrivals = _Arrivals()
    app = web.Application()
    app.router.add_post("/", arrivals.post)
    runner = web.AppRunner(app)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return arrivals, f"http://127.0.0.1:{runner.addresses[0][1]}/"


async def _prepare(owner: asyncpg.Connection, url: str) -> list[bytes]:
    """Kits enrolled and deployed, one rule per channel, one recipient. The digests of the enrolments."""
    agency = await create_agency(owner, "Bench")
    site = await create_site(owner, agency=agency, name="Bench")
    server_key, digests = SigningKey(bytes(32)), []
    started = datetime.now(UTC) - timedelta(days=1)
    for number in range(load.GATEWAYS):
        gateway, key = load.gateway_id(number), load.sealing_key(number)
        enrolled = await enrol_gateway(
            owner, gateway=gateway, agency=agency, sealing_key=key.public, server_key=server_key
        )
        digests.append(enrolled.digest)
        await create_deployment(owner, agency=agency, site=site, gateway=gateway, started_at=started)
    rules = [_rule(load.gateway_id(kit), channel) for kit in range(load.GATEWAYS) for channel in range(load.CHANNELS)]
    await put_rules(owner, {rule["id"]: rule for rule in rules}, replace=True)
    await put_recipient(owner, Recipient(name="bench", medium="webhook", address=url))
    return digests


def _rule(gateway: str, channel: int) -> dict[str, Any]:
    return {
        "id": f"bench.{gateway}.{channel}",
        "kind": "level",
        "title": {"vi": "Thử", "en": "Bench"},
        "select": {"gateway": gateway, "channel": channel},
        "set_point": str(load.SET_POINT),
        "unit": "1",
    }


def _services(database: Database, broker: Broker, folder: Path) -> list[Service]:
    key = Ed25519PrivateKey.generate()
    key_file = folder / "server.key"
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(*pem))
    way = {"socket": str(broker.socket)}
    ingest = {
        "database": database.login("antoan_ingest").model_dump(mode="json"),
        "broker": way,
        "server_key_file": str(key_file),
    }
    alerts = {
        "database": database.login("antoan_alerts").model_dump(mode="json"),
        "broker": way,
        "page_url": "https://antoan.example",
        "webhook": {"allow_loopback_http": True},
    }
    return [Service("ingest", ingest, folder), Service("alerts", alerts, folder)]


def _start_load(stack: AsyncExitStack, broker: Broker, enrolled: list[bytes]) -> Pipe:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=load.serve, args=(there, broker.socket, enrolled), daemon=True)
    process.start()
    stack.callback(process.join, 10)
    stack.callback(here.send, None)
    return here
