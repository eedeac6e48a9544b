"""A failed field check marks what came before it, back to the last good one, as an interval; no reading is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.rebuild import Rebuildable, rebuild
from telemetry.events import Doubt
from tests.ingest.harness import ingesting, settings
from tests.ingest.kit import SECOND_US, enrol

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingest.harness import Field
    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
IN_DOUBT = """SELECT channel.gateway_channel, count(*) FROM readings_judged JOIN channel_described AS channel USING (channel)
WHERE in_doubt IS NOT NULL GROUP BY 1 ORDER BY 1"""


async def test_readings_since_the_last_good_check_are_in_doubt_and_stay_as_they_are(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, "kitthanhtra1", channels=2)
    kit.describe()
    kit.read(10)
    good_us = kit.now_us - SECOND_US
    kit.read(20)
    kit.event(Doubt(channels=[1], from_boot=kit.boot, from_us=good_us, cause="field check failed as found"))
    kit.read(10)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
    assert [tuple(row) for row in await field.connection.fetch(IN_DOUBT)] == [(1, 20)]
    assert await field.value("SELECT count(*) FROM readings WHERE quality = 0") == 80
    await rebuild(database.login(), Rebuildable.READINGS)
    assert [tuple(row) for row in await field.connection.fetch(IN_DOUBT)] == [(1, 20)]


async def test_without_a_good_check_all_before_is_in_doubt(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, "kitthanhtra1", channels=2)
    kit.describe()
    kit.read(30)
    kit.event(Doubt(channels=[0], cause="field check failed as found"))
    kit.read(10)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.projected()
    assert [tuple(row) for row in await field.connection.fetch(IN_DOUBT)] == [(0, 30)]
