"""The database stands still, or goes away, under load: memory stays flat, and nothing is lost when it is back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil
import pytest

from ingest.verify_chains import verify_chains
from tests.ingest.harness import Field, process, settings
from tests.ingest.kit import enrol

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services

RECEIVE_MAXIMUM = 50
MIB = 1 << 20


async def test_memory_stays_flat_while_the_database_stands_still_under_load(
    database: Database, broker: Broker, key_file: Path, field: Field, tmp_path: Path
) -> None:
    kits = [await enrol(database, f"kitthanhtra{number}", channels=20) for number in range(4)]
    for kit in kits:
        kit.describe()
        for _ in range(150):
            kit.read(200)
    configured = settings(database, broker, key_file, receive_maximum=RECEIVE_MAXIMUM)
    async with process(configured, tmp_path) as child:
        await field.listening()
        for kit in kits:
            await field.publish(kit, [entry.wire for entry in kit.entries[:20]])
            await field.committed(kit, 19)
        ingest = psutil.Process(child.pid)
        before = ingest.memory_info().rss
        database.server.pause()
        try:
            for kit in kits:
                await field.publish(kit, [entry.wire for entry in kit.entries[20:]])
            await asyncio.sleep(2)  # time in which an unbounded queue would grow
            while_away = ingest.memory_info().rss
        finally:
            database.server.resume()
        for kit in kits:
            await field.committed(kit, 150, within_s=60)
        await field.projected(60)
    held = sum(len(entry.wire) for kit in kits for entry in kit.entries[20:])
    assert held > MIB
    assert while_away - before < 2 * RECEIVE_MAXIMUM * 64 * 1024
    assert (await verify_chains(await database.connect("antoan_ingest"))).faults == ()
    assert await field.value("SELECT count(*) FROM readings") == 4 * 150 * 200 * 20


async def test_sessions_of_the_database_are_cut_and_nothing_is_lost(
    database: Database, broker: Broker, key_file: Path, field: Field, tmp_path: Path
) -> None:
    kit = await enrol(database, "kitthanhtra1")
    kit.describe()
    for _ in range(40):
        kit.read()
    async with process(settings(database, broker, key_file), tmp_path):
        for last in (10, 20, 30, 40):
            await field.listening()
            seq = await field.value("SELECT coalesce(max(seq), -1) FROM chain_head")
            await field.publish(kit, [entry.wire for entry in kit.entries[seq + 1 : last + 1]])
            if last < 40:
                superuser = await database.connect("postgres")
                await superuser.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE application_name LIKE 'antoan %' AND application_name <> 'antoan test' AND datname = current_database()"
                )
        await field.committed(kit, 40)
        await field.projected()
    assert (await verify_chains(await database.connect("antoan_ingest"))).faults == ()
    assert await field.value("SELECT count(*) FROM readings") == 40 * 30
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 40 * 30
