"""A run whose fastest channel was thinned on the kit is committed, and shows what it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from telemetry.events import Thinned
from telemetry.message import parse_message
from telemetry.redacting import redact
from tests.ingest.harness import ingesting, settings
from tests.ingest.kit import enrol

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingest.harness import Field
    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services


async def test_a_thinned_run_is_committed_and_its_other_channels_are_rows(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, "kitthanhtra1", channels=3)
    kit.describe()
    for _ in range(5):
        kit.read()
    kit.event(Thinned(first_seq=1, last_seq=5, channels=[2], statistics=[[50, 1, 9, 250]], cause="spool full"))
    thinned = redact(parse_message(kit.run(1, 5)), lambda _entry, leaf: leaf == 3)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=0)
        await field.publish(kit, [thinned.wire, kit.entries[6].wire])
        await field.committed(kit, 6)
        await field.projected()
    assert await field.value("SELECT count(*) FROM readings") == 5 * 10 * 2
