"""The faults: each hurts a running world at a random moment and comes back when the hurt is over, or is left to `World.account`.

Every fault begins with kits that measure and commit, and ends in the same accounting.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.stack.provision import superuser
from store.connection import connect
from tests.faults.cloned import card_cloned
from tests.faults.hostile import attack
from tests.faults.world import NAME, TAKEOVER_S
from tests.support.copying import cold_copy
from tests.support.waiting import eventually

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from tests.faults.world import World

    Fault = Callable[[World, random.Random], Awaitable[None]]

READ_ONLY = f"ALTER DATABASE {NAME} SET default_transaction_read_only = on"
WRITABLE = f"ALTER DATABASE {NAME} RESET default_transaction_read_only"
SEND_AWAY = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NAME}'"  # noqa: S608  (a constant)
HOUR_S = 3600
MEMORY_MIB = 200


async def _moment(random: random.Random, most_s: float = 0.6) -> None:
    """The random moment: what is waited for is that nobody knows when."""
    await asyncio.sleep(random.uniform(0.0, most_s))


async def gateway_killed(world: World, random: random.Random) -> None:
    """`kill -9` of a gateway, three times."""
    for _ in range(3):
        victim = random.choice(world.gateways).measuring
        await _moment(random)
        victim.kill()
        await victim.run()


async def ingest_killed(world: World, random: random.Random) -> None:
    """`kill -9` of the owner: the standby takes over; then of that one."""
    for _ in range(2):
        await _moment(random)
        victim = await world.owner()
        victim.kill()
        victim.start()
        await world.sampled_more(5)


async def broker_killed(world: World, random: random.Random) -> None:
    """`kill -9` of the broker: what it had not written is lost."""
    for _ in range(2):
        await _moment(random)
        world.broker.process.kill()
        await world.sampled_more(5)
        world.broker.process.start()


async def broker_wiped(world: World, random: random.Random) -> None:
    """The broker's storage is gone: sessions, retained and queued messages."""
    await _moment(random)
    world.broker.process.kill()
    world.broker.process.wipe()
    world.broker.process.start()


async def database_killed(world: World, random: random.Random) -> None:
    """The database's every process ends at once, as in a power cut, twice."""
    for _ in range(2):
        await _moment(random)
        world.postgres.kill()
        await world.sampled_more(5)
        world.postgres.start()


async def network_cut(world: World, random: random.Random) -> None:
    """No network for a while; then a black hole, in which links stay open and nothing passes."""
    await world.network.cut()
    await world.sampled_more(random.randint(10, 60))
    world.network.restore()
    await _moment(random)
    world.network.swallow()
    await world.sampled_more(random.randint(10, 60))
    world.network.restore()


async def network_cut_for_minutes(world: World, random: random.Random) -> None:
    """No network for two to four minutes, as in a tunnel or a steel hall: what was measured meanwhile is a backlog of runs."""
    await world.network.cut()
    await asyncio.sleep(random.uniform(120, 240))
    world.network.restore()


async def network_flapping(world: World, random: random.Random) -> None:
    """Up and down, faster than a session lasts."""
    await world.network.flap(8, random.uniform(0.05, 0.3), random.uniform(0.05, 0.5))


async def database_full(world: World, random: random.Random) -> None:
    """The database takes no writes, as when its disk is full, and comes back."""
    await _moment(random)
    await _as_superuser(world, READ_ONLY, SEND_AWAY)
    await world.sampled_more(random.randint(20, 60))
    await _as_superuser(world, WRITABLE, SEND_AWAY)


async def database_restored(world: World, random: random.Random) -> None:
    """The database goes back to a copy of earlier; what gateways had been told was committed since then is not in it."""
    data, copy = world.postgres.folder / "data", world.postgres.folder / "data.backup"
    world.postgres.kill()
    await asyncio.to_thread(cold_copy, data, copy)
    world.postgres.start()
    before = sum(gateway.accounts()["committed"] for gateway in world.gateways)
    more = random.randint(20, 60)
    await eventually(
        lambda: sum(gateway.accounts()["committed"] for gateway in world.gateways) > before + more, 60, "commits go on"
    )
    world.postgres.kill()
    await asyncio.to_thread(shutil.rmtree, data)
    copy.rename(data)
    world.postgres.start()


async def owner_paused(world: World, random: random.Random) -> None:
    """The owner stands still; the standby takes over; the old owner wakes and must not write a thing."""
    await _moment(random)
    old = await world.owner()
    other = next(worker for worker in world.workers if worker is not old)
    if not other.running:
        other.start()
    await other.until("standby", 30)
    old.pause()
    await other.until("ready", TAKEOVER_S + 30)
    await world.sampled_more(10)
    old.resume()
    await old.until("tenure_ended", 30)


async def clock_jumps(world: World, random: random.Random) -> None:
    """The gateway's clock jumps by hours, there and back, and is unknown in between."""
    for gateway in world.gateways:
        hours = random.choice([-30, -3, 2, 5, 40])
        gateway.shift_clock(hours * HOUR_S)
        await world.sampled_more(15)
        gateway.shift_clock(0, known=False)
        await world.sampled_more(15)
        gateway.shift_clock(0)
        await world.sampled_more(15)


async def hostile_messages(world: World, random: random.Random) -> None:
    """A thousand bad messages a second from an enrolled gateway, beside good ones; ingest stays up and small."""
    owner = await world.owner()
    committed = [gateway.accounts()["committed"] for gateway in world.gateways]
    await attack(world, random, seconds=4.0)
    for gateway, before in zip(world.gateways, committed, strict=True):
        await gateway.reached("committed", before + 1)
    assert owner.running, owner.last_words()
    used = _resident_mib(owner.pid)
    assert used < MEMORY_MIB, f"ingest holds {used} MiB"


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        gateway_killed,
        ingest_killed,
        broker_killed,
        broker_wiped,
        database_killed,
        network_cut,
        network_flapping,
        database_full,
        database_restored,
        owner_paused,
        clock_jumps,
        card_cloned,
        hostile_messages,
    )
}

LONG: dict[str, Fault] = {**FAULTS, network_cut_for_minutes.__name__: network_cut_for_minutes}
"""For the long form: what takes minutes too."""


async def _as_superuser(world: World, *statements: str) -> None:
    connection = await connect(superuser(world.postgres), "antoan fault")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _resident_mib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024
