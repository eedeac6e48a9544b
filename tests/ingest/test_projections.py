"""Rows and rollups are a function of the record: late, clockless, doubtful, rebuilt, merged into runs."""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.rebuild import Rebuildable, rebuild
from ingest.runs import merge_due
from ingest.settings import RetentionSettings
from ingest.verify_chains import verify_chains
from ingest.verify_readings import verify_readings
from telemetry.link import Clock, ClockSource
from telemetry.quality import Quality
from tests.ingest.harness import Field, ingesting, settings
from tests.ingest.kit import NTP, OFFSET_US, SECOND_US, START, UNKNOWN, age_us, clone, enrol

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
GATEWAY = "kitthanhtra1"
TABLES = ("readings", "readings_doubtful", "readings_late", "rollup_1m", "rollup_1h")


async def contents(field: Field) -> dict[str, list[str]]:
    """Every row of every derived table, as text, in an order of its own."""
    return {
        table: [row[0] for row in await field.connection.fetch(f"SELECT t::text FROM {table} AS t ORDER BY 1")]  # noqa: S608  (names above)
        for table in TABLES
    }


async def test_rollups_add_energies_and_times_by_quality(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY, channels=1)
    kit.describe()
    kit.read(30)
    kit.read(60, quality=((20, Quality.OK), (30, Quality.SATURATED), (10, Quality.SENSOR_FAULT)))
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
    rows = await field.connection.fetch("SELECT * FROM readings ORDER BY time")
    measured = [row["value"] for row in rows[:59] if row["quality"] != Quality.SENSOR_FAULT]
    minute = await field.connection.fetchrow("SELECT * FROM rollup_1m ORDER BY bucket LIMIT 1")
    assert minute is not None
    assert minute["bucket"] == START
    assert (minute["count"], minute["sum"]) == (59, sum(measured))
    assert (minute["min"], minute["max"], minute["last_us"]) == (min(measured), max(measured), 59 * SECOND_US)
    assert minute["energy"] == pytest.approx(math.fsum(10 ** (value / 100) for value in measured), rel=1e-12)
    assert (minute["ok_us"], minute["doubtful_us"]) == (50 * SECOND_US, '{"3": 9000000}')
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 80


async def test_readings_wait_for_the_clock_of_their_boot(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.clock = UNKNOWN
    kit.describe()
    for _ in range(3):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
        assert await field.value("SELECT count(*) FROM readings") == 0
        assert await field.value("SELECT count(*) FROM projection_waiting") == 6
        kit.clock = NTP
        kit.read()
        await field.publish(kit, [kit.entries[-1].wire])
        await field.until("SELECT count(*) = 0 FROM projection_waiting")
        await field.projected()
    assert await field.value("SELECT count(*) FROM readings") == 4 * 10 * 3
    assert await field.value("SELECT min(time) FROM readings") == START + timedelta(seconds=1)
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 120


async def test_readings_of_the_future_and_from_before_the_enrolment_are_doubtful(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY, at=START + timedelta(seconds=15))
    kit.describe()
    kit.read(10)
    kit.read(10)
    kit.now_us = age_us() + 900 * SECOND_US
    kit.read(10)
    kit.clock = Clock(ClockSource.RTC, 2**62, 1)
    kit.read(10)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
    assert await field.value("SELECT count(*) FROM readings") == 6 * 3
    rows = await field.connection.fetch("SELECT reason, count(*) AS n FROM readings_doubtful GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 60), (2, 42)]
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 18
    assert await field.value("SELECT count(*) FROM show_chunks('readings')") == 1


async def test_very_late_readings_are_counted_and_aggregated_but_not_inserted(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    kit.read()
    async with ingesting(settings(database, broker, key_file, retention=RetentionSettings(readings_days=1))):
        await field.publish_until_committed(kit)
        await field.projected()
    assert await field.value("SELECT count(*) FROM readings") == 0
    assert await field.value("SELECT sum(count) FROM readings_late") == 30
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 30


async def test_a_rebuild_and_a_merge_into_runs_end_with_identical_rows(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    first, second = await enrol(database, GATEWAY), await enrol(database, "kitthanhtra2")
    for kit in (first, second):
        kit.clock = UNKNOWN if kit is second else NTP
        kit.describe()
        for number in range(20):
            kit.read(7, quality=((3, 0), (4, 2)) if number % 5 == 0 else None)
        twin = clone(kit)
        twin.read()
        kit.clock = Clock(ClockSource.NTP, OFFSET_US - 95 * SECOND_US, 1000)  # a step back: late minutes
        for _ in range(20):
            kit.read(7)
        kit.boot = os.urandom(16)
        kit.read(7)
    async with ingesting(settings(database, broker, key_file)):
        for kit in (first, second):
            await field.publish_until_committed(kit, last=30)
            await field.publish(kit, [kit.run(29, 33), kit.run(32, 38), twin.entries[-1].wire])
            await field.publish(kit, [entry.wire for entry in kit.entries[39:]])
            await field.committed(kit, 41)
        await field.projected()
        await field.until("SELECT count(*) = 0 FROM projection_waiting")
        await field.until("SELECT count(*) = 0 FROM rollup_stale", within_s=20)
    live = await contents(field)
    assert len(live["readings"]) == 2 * 41 * 7 * 3
    ingest = await database.connect("antoan_ingest")
    assert (await verify_chains(ingest)).faults == ()
    assert (await verify_readings(ingest)).faults == ()

    for which in Rebuildable:
        await rebuild(database.login("antoan_owner"), which)
    assert await contents(field) == live

    readings = await field.value("SELECT sum(readings) FROM record WHERE state = 0")
    await field.connection.execute("UPDATE projection_cursor SET position = 1000 WHERE projection = 'alerts'")
    assert await merge_due(ingest, datetime.now(UTC) + timedelta(hours=2), 1 << 18) == 1
    assert await field.value("SELECT count(*) FROM record") == 0
    assert await field.value("SELECT sum(readings) FROM record_run WHERE state = 0") == readings
    assert await field.value("SELECT count(*) < 20 FROM record_run")
    for which in Rebuildable:
        await rebuild(database.login("antoan_owner"), which)
    assert await contents(field) == live
    assert (await verify_chains(ingest)).faults == ()
    assert (await verify_readings(ingest)).faults == ()


async def test_the_verifier_names_what_was_altered(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(5):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
    owner = await database.connect()
    ingest = await database.connect("antoan_ingest")
    await owner.execute(
        "UPDATE readings SET value = value + 1 WHERE time = $1 AND channel = 1", START + timedelta(seconds=3)
    )
    verdict = await verify_readings(ingest)
    assert [fault.reason for fault in verdict.faults] == ["row-altered"]
    assert "2026-11-01 00:00:03" in verdict.faults[0].text
    assert (await verify_chains(ingest)).holds
    await owner.execute(
        "UPDATE record SET sealed = set_byte(sealed, length(sealed) - 9, get_byte(sealed, length(sealed) - 9) # 1) WHERE seq = 3"
    )
    assert [(fault.gateway, fault.seq) for fault in (await verify_chains(ingest)).faults] == [(GATEWAY, 3)]
    await owner.execute("DELETE FROM record WHERE seq = 3")
    assert [(fault.reason, fault.seq) for fault in (await verify_chains(ingest)).faults] == [("gap", 4)]
