"""A revoked key is refused at once, a new epoch is accepted at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from store.enrolment_audit import Asker
from store.enrolment_revocation import revoke_epoch
from tests.ingest.harness import Field, ingesting, settings
from tests.ingest.kit import enrol
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
GATEWAY = "kitthanhtra1"


async def test_a_revoked_epoch_is_refused_and_the_next_one_accepted(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=0)
        api = await database.connect("antoan_api")
        await revoke_epoch(api, GATEWAY, 1, reason="stolen", now=datetime.now(UTC), asker=Asker())
        await field.publish(kit, [kit.entries[1].wire])
        await field.until("SELECT count(*) = 1 FROM quarantine WHERE reason = 'unknown-key'")
        again = await enrol(database, GATEWAY)
        again.describe()
        again.read()
        await field.publish(again, [entry.wire for entry in again.entries])
        await field.committed(again, 1)
        await field.projected()
    assert await field.value("SELECT array_agg((epoch, seq)::text ORDER BY position) FROM record") == [
        "(1,0)",
        "(2,0)",
        "(2,1)",
    ]
    assert await field.value("SELECT count(*) FROM channel") == 3  # the same instruments: the same channels
    assert await field.value("SELECT count(*) FROM readings") == 30


async def test_a_flood_of_forgeries_is_counted_bounded_and_holds_back_nobody(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(20):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.listening()
        for entry in kit.entries:
            await field.publish(kit, [_spoiled(entry.wire, number) for number in range(10)])
            await field.publish(kit, [entry.wire])
        await field.committed(kit, 20)
        await eventually(
            lambda: field.value("SELECT sum(count) >= 100 FROM quarantine_count WHERE gateway = $1", GATEWAY)
        )
    assert await field.value("SELECT count(*) <= 100 FROM quarantine")
    assert await field.value("SELECT count(*) FROM record WHERE state = 0") == 21


def _spoiled(wire: bytes, number: int) -> bytes:
    """The bytes with one of them changed, here or there."""
    spoiled = bytearray(wire)
    spoiled[(number + 1) * len(wire) // 12] ^= 1
    return bytes(spoiled)
