"""Rows are bounded in time and bytes by whole chunks; what was dropped does not come back, and rollups keep everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from ingest.keeping import drop_due
from ingest.rebuild import Rebuildable, rebuild
from ingest.settings import RetentionSettings
from tests.ingest.harness import Field, ingesting, settings
from tests.ingest.kit import SECOND_US, Kit, enrol

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
GATEWAY = "kitthanhtra1"
DAY_US = 86_400 * SECOND_US


async def three_days(database: Database, field: Field) -> Kit:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for day in range(3):
        kit.now_us = day * DAY_US + SECOND_US
        kit.read()
    await field.publish_until_committed(kit)
    await field.projected()
    return kit


async def test_the_oldest_rows_go_when_there_are_too_many_bytes_and_late_ones_are_counted(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    configured = settings(database, broker, key_file)
    retention = RetentionSettings(readings_days=3650, readings_bytes=1 << 20)
    ingest = await database.connect("antoan_ingest")
    async with ingesting(configured):
        kit = await three_days(database, field)
        sizes = await field.connection.fetch("SELECT total_bytes FROM chunks_detailed_size('readings')")
        keep = retention.model_copy(update={"readings_bytes": sum(row["total_bytes"] for row in sizes) - 1})
        assert await drop_due(ingest, keep, datetime.now(UTC)) == 1
        assert await field.value("SELECT count(*) FROM readings") == 60
    async with ingesting(configured):  # which learns of the horizon as it starts
        kit.now_us = 60 * SECOND_US
        kit.read()
        await field.publish_until_committed(kit)
        await field.projected()
    assert await field.value("SELECT count(*) FROM readings") == 60
    assert await field.value("SELECT sum(count) FROM readings_late") == 30
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 120
    before = await field.connection.fetch("SELECT * FROM readings ORDER BY channel, time")
    await rebuild(database.login("antoan_owner"), Rebuildable.READINGS)
    assert await field.connection.fetch("SELECT * FROM readings ORDER BY channel, time") == before
    assert await field.value("SELECT sum(count) FROM readings_late") == 30


async def test_a_reader_that_holds_a_chunk_makes_the_drop_wait_for_another_time(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    async with ingesting(settings(database, broker, key_file)):
        await three_days(database, field)
    ingest, reader = await database.connect("antoan_ingest"), await database.connect("antoan_api")
    retention = RetentionSettings(readings_days=1)
    async with reader.transaction():
        await reader.fetchval("SELECT count(*) FROM readings")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await drop_due(ingest, retention, datetime.now(UTC) + timedelta(days=1))
    assert await field.value("SELECT count(*) FROM readings_horizon") == 0
    assert await drop_due(ingest, retention, datetime.now(UTC) + timedelta(days=1)) == 3
    assert await field.value("SELECT count(*) FROM readings") == 0
