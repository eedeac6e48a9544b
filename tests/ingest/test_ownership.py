"""One writer: a standby takes over from an owner that is dead or paused, and the paused one can write nothing when it wakes."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest

from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from store import chains, ownership, record
from tests.ingest.harness import Field, ingesting, process, settings
from tests.ingest.kit import enrol
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
GATEWAY = "kitthanhtra1"


async def owner(field: Field) -> str | None:
    found: str | None = await field.value(
        "SELECT name FROM ingest_worker JOIN pg_locks ON pid = backend AND locktype = 'advisory' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"
    )
    return found


async def test_a_paused_owner_is_fenced_and_writes_nothing_when_it_wakes(
    database: Database, broker: Broker, key_file: Path, field: Field, tmp_path: Path
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(30):
        kit.read(3)
    first = settings(database, broker, key_file, name="first", takeover_s=1)
    async with process(first, tmp_path) as paused:
        await field.publish_until_committed(kit, last=4)
        paused.send_signal(signal.SIGSTOP)
        await field.publish(kit, [entry.wire for entry in kit.entries[5:15]])
        async with ingesting(first.model_copy(update={"name": "second"})):
            await eventually(lambda: _is(field, "second"), 30, "the standby owns")
            await field.listening()
            await field.publish(kit, [entry.wire for entry in kit.entries[5:25]])
            await field.committed(kit, 24)
            os.kill(paused.pid, signal.SIGCONT)
            await field.publish(kit, [entry.wire for entry in kit.entries[25:]])
            await field.committed(kit, 30)
            assert await owner(field) == "second"
            await field.projected()
    ingest = await database.connect("antoan_ingest")
    assert (await verify_chains(ingest)).faults == ()
    assert (await verify_readings(ingest)).faults == ()
    assert await field.value("SELECT count(*) FROM record") == 31
    assert await field.value("SELECT count(*) FROM readings") == 30 * 3 * 3


async def _is(field: Field, name: str) -> bool:
    return await owner(field) == name


async def test_the_commit_of_a_fenced_owner_fails(database: Database) -> None:
    old, standby = await database.connect("antoan_ingest"), await database.connect("antoan_ingest")
    assert await ownership.try_own(old, range(16), "old")
    assert not await ownership.try_own(standby, range(16), "standby")
    async with _failing(old):
        await record.advance(old, {3: 1})
        await eventually(lambda: ownership.fence_stale(standby, 0.01))
        await eventually(lambda: ownership.try_own(standby, range(16), "standby"))
        await old.fetch("SELECT 1")
    assert (await record.positions(standby))[3] == 0


@asynccontextmanager
async def _failing(connection: asyncpg.Connection) -> AsyncIterator[None]:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        async with connection.transaction():
            yield


async def test_every_take_over_asks_each_gateway_to_go_back(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
    before = await field.value("SELECT ask FROM chain_head")
    async with ingesting(settings(database, broker, key_file)):
        await eventually(lambda: field.value("SELECT ask > $1 FROM chain_head", before))


async def test_ask_numbers_are_never_the_same_again_after_a_restore(database: Database) -> None:
    await enrol(database, GATEWAY)
    connection = await database.connect("antoan_ingest")
    await chains.begin(connection, [(GATEWAY, 1, 3, bytes(32))])
    (first,) = await chains.ask_all(connection, [3])
    await connection.execute("UPDATE chain_head SET ask = 0")  # a backup from before
    await asyncio.sleep(0.002)
    (second,) = await chains.ask_all(connection, [3])
    assert second.ask > first.ask


async def test_killed_again_and_again_nothing_is_lost_or_doubled(
    database: Database, broker: Broker, key_file: Path, field: Field, tmp_path: Path
) -> None:
    kits = [await enrol(database, f"kitthanhtra{number}") for number in range(3)]
    for kit in kits:
        kit.describe()
        for _ in range(60):
            kit.read(5)
    configured = settings(database, broker, key_file, takeover_s=1)
    for life in range(4):
        async with process(configured, tmp_path):
            await field.listening()
            for kit in kits:
                seq = await field.value("SELECT coalesce(max(seq), -1) FROM chain_head WHERE gateway = $1", kit.gateway)
                await field.publish(kit, [entry.wire for entry in kit.entries[seq + 1 : 15 * (life + 1) + 1]])
            if life == 3:
                for kit in kits:
                    await field.committed(kit, 60)
                await field.projected()
    ingest = await database.connect("antoan_ingest")
    assert (await verify_chains(ingest)).faults == ()
    assert (await verify_readings(ingest)).faults == ()
    assert await field.value("SELECT count(*) FROM readings") == 3 * 60 * 5 * 3
