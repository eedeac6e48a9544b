"""Epochs begin one after the other, each under its own key, and name the head of the one before."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from store.enrolment import CHANGED_CHANNEL, enrol_gateway, epoch_key, epoch_keys
from store.enrolment_audit import Asker
from store.enrolment_errors import EnrolmentRefusedError, Refusal
from store.enrolment_revocation import revoke_epoch, revoke_gateway
from telemetry.cose import SigningKey
from telemetry.enrolment import NO_ENTRY, PreviousHead, open_enrolment

if TYPE_CHECKING:
    from asyncpg import Connection

    from tests.support.database import Database

pytestmark = pytest.mark.services

GATEWAY = "kitthanhtra1"
SERVER = SigningKey(bytes(range(32)))
NOW = datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=UTC)


def sealing_key() -> SigningKey:
    return SigningKey(os.urandom(32))


@pytest_asyncio.fixture
async def agency(database: Database) -> int:
    owner = await database.connect()
    number = await owner.fetchval("INSERT INTO agency (name) VALUES ('Sở Nội vụ') RETURNING id")
    assert isinstance(number, int)
    return number


@pytest_asyncio.fixture
async def api(database: Database, agency: int) -> Connection:
    return await database.connect("antoan_api")


async def test_an_enrolled_epoch_is_found_by_ingest_with_its_key_and_digest(
    database: Database, api: Connection, agency: int
) -> None:
    key = sealing_key()
    enrolled = await enrol_gateway(
        api, gateway=GATEWAY, agency=agency, sealing_key=key.public, server_key=SERVER, at=NOW
    )
    ingest = await database.connect("antoan_ingest")
    found = await epoch_key(ingest, GATEWAY, 1)
    assert found is not None
    assert (found.public_key, found.enrolment_digest, found.agency) == (key.public.raw, enrolled.digest, agency)
    assert found.enrolled_at == NOW
    assert found.accepts(NOW + timedelta(days=4000))
    assert await epoch_keys(ingest) == [found]
    assert await epoch_key(ingest, GATEWAY, 2) is None
    record = open_enrolment(enrolled.record, SERVER.public)
    assert (record.digest, record.previous, record.epoch) == (enrolled.digest, None, 1)


async def test_a_new_epoch_names_the_last_committed_head_of_the_one_before(
    database: Database, api: Connection, agency: int
) -> None:
    first = await enrol_gateway(
        api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER
    )
    second = await enrol_gateway(
        api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER
    )
    assert open_enrolment(second.record, SERVER.public).previous == PreviousHead(1, NO_ENTRY, first.digest)
    owner, digest = await database.connect(), b"d" * 32
    await owner.execute(
        "INSERT INTO chain_head (gateway, epoch, partition, seq, digest, received) VALUES ($1, 2, 3, 41, $2, now())",
        *(GATEWAY, digest),
    )
    third = await enrol_gateway(
        api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER
    )
    assert open_enrolment(third.record, SERVER.public).previous == PreviousHead(2, 41, digest)


async def test_one_sealing_key_has_one_chain(api: Connection, agency: int) -> None:
    key = sealing_key().public
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=key, server_key=SERVER)
    for gateway in (GATEWAY, "anotherkit2"):
        with pytest.raises(EnrolmentRefusedError) as refused:
            await enrol_gateway(api, gateway=gateway, agency=agency, sealing_key=key, server_key=SERVER)
        assert refused.value.reason is Refusal.KEY_USED_BEFORE
    assert await api.fetchval("SELECT count(*) FROM gateway") == 1, "a refusal leaves no gateway behind"


async def test_another_agency_cannot_enrol_the_gateway(database: Database, api: Connection, agency: int) -> None:
    owner = await database.connect()
    other = await owner.fetchval("INSERT INTO agency (name) VALUES ('Khác') RETURNING id")
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    with pytest.raises(EnrolmentRefusedError) as refused:
        await enrol_gateway(api, gateway=GATEWAY, agency=other, sealing_key=sealing_key().public, server_key=SERVER)
    assert refused.value.reason is Refusal.OTHER_AGENCY


async def test_epochs_enrolled_at_the_same_moment_are_numbered_one_after_the_other(
    database: Database, agency: int
) -> None:
    connections = [await database.connect("antoan_api") for _ in range(4)]
    done = await asyncio.gather(*(
        enrol_gateway(c, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
        for c in connections
    ))  # fmt: skip
    assert sorted(e.epoch for e in done) == [1, 2, 3, 4]


async def test_a_revoked_epoch_accepts_nothing_received_from_then_on(api: Connection, agency: int) -> None:
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    await revoke_epoch(api, GATEWAY, 1, reason="thẻ bị sao chép", now=NOW, asker=Asker())
    found = await epoch_key(api, GATEWAY, 1)
    assert found is not None
    assert found.accepts(NOW - timedelta(microseconds=1))
    assert not found.accepts(NOW)
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    with pytest.raises(EnrolmentRefusedError, match="already revoked"):
        await revoke_epoch(api, GATEWAY, 1, reason="again", now=NOW, asker=Asker())


async def test_a_revoked_gateway_accepts_nothing_and_begins_no_epoch(api: Connection, agency: int) -> None:
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    await revoke_gateway(api, GATEWAY, reason="mất cắp", now=NOW, asker=Asker())
    found = await epoch_key(api, GATEWAY, 1)
    assert found is not None
    assert not found.accepts(NOW)
    with pytest.raises(EnrolmentRefusedError) as refused:
        await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    assert refused.value.reason is Refusal.GATEWAY_REVOKED


async def test_enrolment_and_revocation_are_announced(database: Database, api: Connection, agency: int) -> None:
    ingest = await database.connect("antoan_ingest")
    heard: asyncio.Queue[object] = asyncio.Queue()
    await ingest.add_listener(CHANGED_CHANNEL, lambda *told: heard.put_nowait(told[3]))
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    assert await asyncio.wait_for(heard.get(), 5) == GATEWAY
    await revoke_gateway(api, GATEWAY, reason="mất cắp", now=NOW, asker=Asker())
    assert await asyncio.wait_for(heard.get(), 5) == GATEWAY
    await ingest.remove_listener(CHANGED_CHANNEL, lambda *_: None)


async def test_ingest_and_alerts_may_read_keys_and_change_nothing(
    database: Database, api: Connection, agency: int
) -> None:
    await enrol_gateway(api, gateway=GATEWAY, agency=agency, sealing_key=sealing_key().public, server_key=SERVER)
    for role in ("antoan_ingest", "antoan_alerts"):
        reader = await database.connect(role)
        assert await epoch_keys(reader)
        for table in ("enrolment_token", "certificate", "enrolment_audit"):
            with pytest.raises(Exception, match="permission denied"):
                await reader.fetch(f"SELECT * FROM {table}")  # noqa: S608  (fixed names)
        with pytest.raises(Exception, match="permission denied"):
            await reader.execute("UPDATE gateway_epoch SET revoked_at = NULL")
    with pytest.raises(Exception, match="permission denied"):
        await api.execute("DELETE FROM enrolment_audit")
