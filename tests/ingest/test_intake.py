"""What is published is in the record exactly once, and acknowledged by content; what is not to be there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from telemetry.events import Lost, Note
from telemetry.topics import Leaf, topic
from tests.ingest.harness import Field, ingesting, settings
from tests.ingest.kit import clone, enrol
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker
    from tests.support.database import Database

pytestmark = pytest.mark.services
GATEWAY = "kitthanhtra1"


async def test_entries_are_recorded_projected_and_acknowledged_by_digest(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    field.peer.subscribe(topic(GATEWAY, Leaf.COMMITTED))
    kit.describe()
    for _ in range(5):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await eventually(lambda: field.value("SELECT count(*) FROM ingest_worker"))
        await field.publish_until_committed(kit)
        await field.projected()
        told = await field.told_of(kit, 5)
    assert (told.seq, told.digest, told.epoch) == (5, kit.entries[5].digest, 1)
    assert await field.value("SELECT count(*) FROM readings") == 5 * 10 * 3
    assert await field.value("SELECT array_agg(position ORDER BY position) FROM record") == [1, 2, 3, 4, 5, 6]
    assert await field.value("SELECT sum(count) FROM rollup_1m") == 150


async def test_the_same_entries_again_are_acknowledged_and_not_recorded(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(4):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        field.peer.subscribe(topic(GATEWAY, Leaf.COMMITTED))
        await field.told_of(kit, 4)  # the retained one, or the next
        for entry in (kit.entries[4], kit.entries[2], kit.entries[0]):
            await field.publish(kit, [entry.wire])
            assert (await field.told(kit)).digest == kit.entries[4].digest
        await field.projected()
    assert await field.value("SELECT count(*) FROM record") == 5
    assert await field.value("SELECT count(*) FROM readings") == 120
    assert await field.value("SELECT count(*) FROM quarantine WHERE gateway = 'kitthanhtra1'") == 0


async def test_a_gap_is_asked_for_once_and_closed_by_going_back(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(5):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=1)
        before = await field.value("SELECT ask FROM chain_head")
        await field.publish(kit, [entry.wire for entry in kit.entries[3:]])
        await eventually(lambda: field.value("SELECT ask > $1 FROM chain_head", before))
        asked = await field.value("SELECT ask FROM chain_head")
        await field.publish(kit, [entry.wire for entry in kit.entries[4:]])
        await field.publish(kit, [entry.wire for entry in kit.entries[2:]])
        await field.committed(kit, 5)
    assert await field.value("SELECT ask FROM chain_head") == asked
    assert await field.value("SELECT array_agg(seq ORDER BY position) FROM record") == [0, 1, 2, 3, 4, 5]


async def test_entries_declared_lost_are_passed_over(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(5):
        kit.read()
    kit.event(Lost(first_seq=2, last_seq=3, cause="disk"))
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=1)
        await field.publish(kit, [kit.entries[6].wire])
        await eventually(lambda: field.value("SELECT count(*) FROM chain_loss"))
        await field.publish(kit, [entry.wire for entry in kit.entries[4:]])
        await field.committed(kit, 6)
    assert await field.value("SELECT array_agg(seq ORDER BY position) FROM record") == [0, 1, 4, 5, 6]


async def test_a_cloned_card_is_kept_as_a_fork_and_not_projected(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    kit.read()
    twin = clone(kit)
    kit.read()
    twin.read(5)
    kit.read()
    twin.read(5)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        for _ in range(2):
            await field.publish(kit, [entry.wire for entry in twin.entries[2:]])
        await eventually(lambda: field.value("SELECT count(*) = 2 FROM record WHERE state = 1"))
        kit.read()
        await field.publish(kit, [kit.entries[-1].wire])
        await field.committed(kit, 4)
        await field.projected()
    assert await field.value("SELECT count(*) FROM record") == 7
    assert await field.value("SELECT forked_at IS NOT NULL FROM chain_head")
    assert await field.value("SELECT count(*) FROM readings") == 4 * 3 * 10


async def test_runs_are_kept_as_they_come_also_when_they_overlap(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    for _ in range(12):
        kit.read()
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=3)
        await field.publish(kit, [kit.run(2, 6), kit.run(4, 10), kit.run(7, 10), kit.run(11, 12)])
        await field.committed(kit, 12)
        await field.projected()
    rows = await field.connection.fetch(
        "SELECT first_seq, seq, skip, position FROM record WHERE entries > 1 ORDER BY seq"
    )
    assert [tuple(row) for row in rows] == [(2, 6, 2, 7), (4, 10, 3, 11), (11, 12, 0, 13)]
    assert await field.value("SELECT count(*) FROM readings") == 12 * 10 * 3
    assert await field.value("SELECT count(*) = count(DISTINCT (channel, time)) FROM readings")


async def test_what_is_not_to_be_recorded_is_in_quarantine_with_its_reason(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    stranger = await enrol(database, "kitthanhtra2")
    kit.describe()
    stranger.describe()
    forged = bytearray(kit.entries[0].wire)
    forged[forged.index(GATEWAY.encode()) + len(GATEWAY) + 40] ^= 1
    unknown = clone(stranger)
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit)
        await field.publish(kit, [stranger.entries[0].wire])  # another gateway's topic
        await field.publish(kit, [kit.entries[0].wire], retain=True)
        await field.publish(kit, [bytes(forged), b"", b"\xff" * 100, b"\x00" * 65_537])
        await field.publish(unknown, [b"\x80"])
        await eventually(
            lambda: field.value(
                "SELECT coalesce(sum(count), 0) >= 6 FROM quarantine_count WHERE gateway NOT LIKE 'probe%'"
            )
        )
    reasons = {row["reason"] for row in await field.connection.fetch("SELECT reason FROM quarantine")}
    assert {"wrong-topic", "retained", "malformed", "too-large"} <= reasons
    assert reasons & {"bad-signature", "malformed", "fork"}
    assert await field.value("SELECT count(*) FROM record") == 1


async def test_an_entry_that_does_not_open_is_asked_for_again_and_recorded_marked_if_it_is_the_same(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    kit.read()
    kit.event(Note(mark="tail"))
    broken = bytearray(kit.entries[1].wire)
    broken[-20] ^= 0xFF
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=0)
        before = await field.value("SELECT ask FROM chain_head")
        await field.publish(kit, [bytes(broken)])
        await eventually(lambda: field.value("SELECT ask > $1 FROM chain_head", before))
        assert await field.value("SELECT seq FROM chain_head") == 0
        await field.publish(kit, [bytes(broken), kit.entries[2].wire])
        await field.committed(kit, 2)
        await field.projected()
    assert await field.value("SELECT array_agg(state ORDER BY position) FROM record") == [0, 2, 0]
    assert await field.value("SELECT count(*) FROM readings") == 0


async def test_an_entry_spoiled_on_the_way_is_recorded_whole_when_it_comes_again(
    database: Database, broker: Broker, key_file: Path, field: Field
) -> None:
    kit = await enrol(database, GATEWAY)
    kit.describe()
    kit.read()
    spoiled = bytearray(kit.entries[1].wire)
    spoiled[-20] ^= 0xFF
    async with ingesting(settings(database, broker, key_file)):
        await field.publish_until_committed(kit, last=0)
        await field.publish(kit, [bytes(spoiled), kit.entries[1].wire])
        await field.committed(kit, 1)
        await field.projected()
    assert await field.value("SELECT array_agg(state ORDER BY position) FROM record") == [0, 0]
    assert await field.value("SELECT count(*) FROM readings") == 30
