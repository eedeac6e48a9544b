"""A card is copied into a second kit, and both go on under one name: one chain has two branches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway_agent.spool.spool import Spool
from store.connection import connect
from tests.faults.instruments import Gateway
from tests.faults.world import SETTLE_S, end
from tests.support.copying import cold_copy
from tests.support.proxy import FaultProxy
from tests.support.waiting import eventually

if TYPE_CHECKING:
    import random
    from pathlib import Path

    import asyncpg

    from tests.faults.world import World

KIT = "kitsaochep"
BEYOND = 24
"""Entries that the original is ahead of its twin: more than the twin seals before it hears that its chain has forked."""
FORKED = """SELECT digest FROM record WHERE gateway = $1 AND state = 1
UNION ALL SELECT digest FROM record_run WHERE gateway = $1 AND state = 1"""
LINKED = """SELECT coalesce(sum(readings), 0)::bigint FROM (
    SELECT readings FROM record WHERE gateway = $1 AND state = 0
    UNION ALL SELECT readings FROM record_run WHERE gateway = $1 AND state = 0) AS linked"""


@dataclass(frozen=True)
class Branch:
    """Entries of epoch 1 after a seq."""

    digests: list[bytes]
    readings: int


async def card_cloned(world: World, random: random.Random) -> None:
    """Both branches are in the record; what the twin measures after it knows comes under a new epoch, once a person enrols it."""
    kit = f"{KIT}{len([*world.folder.glob(f'{KIT}*.yaml')]):02}"
    original = Gateway(kit, world.folder, world.player, world.network.port)
    await world.enrol([original])
    original.measuring.start()
    await original.reached("committed", random.randint(10, 40))
    await end(original.measuring)
    network = FaultProxy((world.broker.host, world.broker.gateways_port))
    await network.start()
    twin = Gateway(kit, world.folder, world.player, network.port, card=f"{kit}-copy")
    try:
        await asyncio.to_thread(cold_copy, original.state, twin.state)
        await network.cut()
        copied = original.accounts()["sampled"]
        await _apart(original, twin, random)
        network.restore()
        world.elsewhere += await _together(world, original, twin, copied)
    finally:
        for process in (original.measuring, twin.measuring, original.sending, twin.sending):
            process.kill()
        await network.close()


async def _apart(original: Gateway, twin: Gateway, random: random.Random) -> None:
    """The twin measures where there is no network; the original goes on and is committed further than the twin has sealed."""
    twin.measuring.start()
    await twin.reached("sealed", twin.accounts()["sealed"] + random.randint(10, 40))
    await end(twin.measuring)
    original.measuring.start()
    await original.reached("entries_committed", twin.accounts()["entries_sealed"] + BEYOND)


async def _together(world: World, original: Gateway, twin: Gateway, copied: int) -> int:
    """Both on the network, under one client id; then the twin is enrolled again. Returns the readings of both that are linked."""
    connection = await connect(world.database.login(), "antoan fault cloned")
    try:
        twin.measuring.start()
        await twin.reached("fork", 1)
        await twin.reached("sampled", twin.accounts()["sampled"] + 10)
        await original.reached("committed", original.accounts()["committed"] + 10)
        common = _common(original.state, twin.state)
        branch = _branch(twin.state, common)
        await eventually(lambda: _forked(connection, original.kit, branch), SETTLE_S, "the twin's branch is kept")
        for gateway in (twin, original):
            await end(gateway.measuring)
        original.sending.start()
        await eventually(original.drained, SETTLE_S, "the original drains")
        await end(original.sending)
        await world.enrol([twin])
        twin.sending.start()
        later = twin.accounts()["sampled"] - copied - branch.readings
        expected = original.accounts()["sampled"] + later
        await eventually(
            lambda: _linked(connection, original.kit, expected), SETTLE_S, "all that the twin measured later"
        )
        await end(twin.sending)
        assert sorted(await _digests(connection, original.kit)) == sorted(branch.digests)
        return expected
    finally:
        await connection.close()


def _common(original: Path, twin: Path) -> int:
    """The last seq of epoch 1 that both spools hold with one digest."""
    one, other = (dict(enumerate(_branch(state, -1).digests)) for state in (original, twin))
    return max(seq for seq, digest in one.items() if other.get(seq) == digest)


def _branch(state: Path, after: int) -> Branch:
    spool = Spool.open(state / "spool.db")
    try:
        row = next(row for row in spool.epochs() if row.epoch == 1)
        entries = spool.read(1, after + 1, 1 << 30, 1_000_000)
        return Branch([entry.digest for entry in entries], spool.readings_between(1, after, row.tip))
    finally:
        spool.close()


async def _digests(connection: asyncpg.Connection, kit: str) -> list[bytes]:
    return [row["digest"] for row in await connection.fetch(FORKED, kit)]


async def _forked(connection: asyncpg.Connection, kit: str, branch: Branch) -> bool:
    return len(await _digests(connection, kit)) >= len(branch.digests) > 0


async def _linked(connection: asyncpg.Connection, kit: str, expected: int) -> bool:
    return bool(await connection.fetchval(LINKED, kit) == expected)
