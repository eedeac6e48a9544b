"""What can go wrong, each as it goes wrong: processes killed and paused, storage wiped, the network cut, a disk full, clocks that jump.

A fault is a coroutine on a running world; when it returns, the cause is gone and whatever was killed runs again.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING

from deploy.demo import kits, servers
from deploy.demo.story import KITS
from deploy.stack.provision import superuser
from store.connection import connect

if TYPE_CHECKING:
    from deploy.demo.world import World
    from deploy.stack.mosquitto import Mosquitto
    from deploy.stack.postgres import Postgres
    from deploy.stack.service import Service

Fault = Callable[["World", Random], Awaitable[None]]
HOURS_S = 3600


async def gateway_killed(world: World, random: Random) -> None:
    """`kill -9` of a gateway at any moment of its work."""
    await _killed(random.choice(list(world.gateways.values())), random)


async def ingest_killed(world: World, random: Random) -> None:
    """`kill -9` of ingest, with messages half way to the record."""
    await _killed(_services(world).ingest, random)


async def alerts_killed(world: World, random: Random) -> None:
    """`kill -9` of the alert service."""
    await _killed(_services(world).alerts, random)


async def broker_killed(world: World, random: Random) -> None:
    """`kill -9` of the broker: what it had not passed on is gone."""
    await asyncio.sleep(random.random())
    _mosquitto(world).kill()
    await asyncio.sleep(random.random())
    _mosquitto(world).start()


async def broker_wiped(world: World, random: Random) -> None:
    """The broker comes back with an empty disk: sessions, retained and queued messages are gone."""
    _mosquitto(world).kill()
    _mosquitto(world).wipe()
    await asyncio.sleep(random.random())
    _mosquitto(world).start()


async def database_killed(world: World, random: Random) -> None:
    """`kill -9` of every process of the database; it recovers from its log."""
    await asyncio.sleep(random.random())
    _postgres(world).kill()
    await asyncio.sleep(random.random() * 2)
    _postgres(world).start()


async def database_paused(world: World, random: Random) -> None:
    """The database hangs: connections stay open and nothing is answered."""
    _postgres(world).pause()
    await asyncio.sleep(1 + random.random() * 4)
    _postgres(world).resume()


async def database_full(world: World, random: Random) -> None:
    """The database takes no writes, in new sessions and in those that are cut off now, and then does again."""
    connection = await connect(superuser(_postgres(world)), "fault")
    try:
        await connection.execute(f"ALTER DATABASE {servers.DATABASE} SET default_transaction_read_only = on")
        await _cut_off(connection)
        await asyncio.sleep(1 + random.random() * 3)
        await connection.execute(f"ALTER DATABASE {servers.DATABASE} RESET default_transaction_read_only")
        await _cut_off(connection)
    finally:
        await connection.close()


async def network_cut(world: World, random: Random) -> None:
    """The kits' network is out for seconds."""
    await world.network.cut()
    await asyncio.sleep(1 + random.random() * 4)
    world.network.restore()


async def network_swallows(world: World, random: Random) -> None:
    """The kits' connections stay open and nothing passes."""
    world.network.swallow()
    await asyncio.sleep(1 + random.random() * 4)
    world.network.restore()


async def network_flaps(world: World, random: Random) -> None:
    """The kits' network comes and goes."""
    await world.network.flap(random.randint(3, 8), down_s=random.random() * 0.5, up_s=random.random() * 0.5)


async def owner_paused(world: World, random: Random) -> None:
    """The ingest that owns the partitions hangs; a standby takes over; the old one wakes beside it."""
    owner = _services(world).ingest
    standby = servers.ingest(world.backing, world.folder, world.logins, world.options.pace, name="ingest-standby")
    standby.start()
    try:
        owner.pause()
        await standby.until(within_s=60)
        await asyncio.sleep(random.random())
        owner.resume()
        await asyncio.sleep(1 + random.random())
    finally:
        owner.resume()
        standby.stop()
    if not owner.running:
        owner.start()


async def clock_jumps(world: World, random: Random) -> None:
    """A kit's clock jumps by hours and back."""
    kit = random.choice(KITS)
    file = kits.clock_file(world.folder, kit)
    hours = random.choice([-5, -1, 2, 30])
    file.write_text(json.dumps({"shift_s": hours * HOURS_S, "known": True}))
    await asyncio.sleep(2 + random.random() * 2)
    file.write_text(json.dumps({"shift_s": 0, "known": True}))
    await asyncio.sleep(1)


async def database_restored(world: World, random: Random) -> None:
    """The database comes back as it was seconds ago: what was acknowledged since is asked for again."""
    server = _postgres(world)
    await asyncio.to_thread(server.stop)
    backup = world.folder.path / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    shutil.copytree(server.data, backup, symlinks=True)
    server.start()
    await asyncio.sleep(3 + random.random() * 3)
    server.kill()
    server.replace_data(backup)
    server.start()


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        gateway_killed, ingest_killed, broker_killed, database_killed, network_cut, network_flaps, network_swallows,
        broker_wiped, alerts_killed, database_paused, database_full, owner_paused, clock_jumps, database_restored,
    )
}  # fmt: skip


async def _killed(service: Service, random: Random) -> None:
    await asyncio.sleep(random.random() * 2)
    service.kill()
    await asyncio.sleep(random.random())
    service.start()


async def _cut_off(connection: object) -> None:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename <> 'postgres'"
    await connection.fetch(query, servers.DATABASE)  # type: ignore[attr-defined]


def _services(world: World) -> servers.Servers:
    assert world.services is not None
    return world.services


def _postgres(world: World) -> Postgres:
    assert world.backing.postgres is not None
    return world.backing.postgres


def _mosquitto(world: World) -> Mosquitto:
    assert world.backing.mosquitto is not None
    return world.backing.mosquitto
