"""The enrolment service against hostile callers: bounded, limited, silent about secrets, every refusal on record."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio
from cryptography import x509

from api.enrolment.office import REFUSALS_NOTED
from gateway_agent.enrol import enrol
from store.enrolment_audit import Asker
from store.enrolment_revocation import revoke_gateway
from tests.support.office import GATEWAY, RunningOffice, running_office
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.database import Database

pytestmark = pytest.mark.services
FORM = {"secret": "c2VjcmV0c2VjcmV0c2VjcmU=", "csr": "AAAA", "proof": "AAAA"}


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[RunningOffice]:
    async with running_office(database, tmp_path, attempts=5) as running:
        yield running


@pytest_asyncio.fixture
async def client(office: RunningOffice) -> AsyncIterator[aiohttp.ClientSession]:
    context = ssl.create_default_context(cadata=office.authority.pem.decode())
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(f"{office.url}/api/v1/enrol/", connector=connector) as session:
        yield session


async def test_an_address_with_too_many_refusals_waits_and_others_do_not(
    office: RunningOffice, client: aiohttp.ClientSession
) -> None:
    codes = []
    for _ in range(7):
        async with client.post("renew", json={"csr": "AAAA"}) as answer:
            codes.append(answer.status)
            wait_s = answer.headers.get("Retry-After")
    assert codes == [400] * 5 + [429] * 2
    assert wait_s is not None
    assert 0 < int(wait_s) <= 300
    assert len(await office.audit()) == 5, "what the limit stops costs the database nothing"
    other = aiohttp.TCPConnector(
        local_addr=("127.0.0.2", 0), ssl=ssl.create_default_context(cadata=office.authority.pem.decode())
    )
    async with (
        aiohttp.ClientSession(connector=other) as session,
        session.get(f"{office.url}/api/v1/enrol/ca") as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"secret": 1}', "application/json", 400),
        (b'{"csr": "AAAA", "unknown": 1}', "application/json", 400),
        (b"x" * 20_000, "application/json", 413),
        (b"secret=1", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_a_body_of_another_form_is_refused(
    client: aiohttp.ClientSession, body: bytes, kind: str, status: int
) -> None:
    for path in ("renew", "../enrol"):
        async with client.post(path, data=body, headers={"Content-Type": kind}) as answer:
            assert answer.status == status


async def test_a_refusal_never_repeats_the_secret(office: RunningOffice, client: aiohttp.ClientSession) -> None:
    async with client.post("../enrol", json={**FORM, "proof": 7}) as answer:
        assert FORM["secret"] not in await answer.text()
    rows = await office.pool.fetch("SELECT enrolment_audit::text AS row FROM enrolment_audit")
    assert rows
    assert not any(FORM["secret"] in row["row"] for row in rows)


async def test_a_flood_of_refusals_from_everywhere_fills_no_table(database: Database, tmp_path: Path) -> None:
    async with running_office(database, tmp_path, attempts=1000) as office:
        context = ssl.create_default_context(cadata=office.authority.pem.decode())
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=8)) as session:

            async def refused() -> int:
                async with session.post(f"{office.url}/api/v1/enrol/renew", json={"csr": "AAAA"}) as answer:
                    return answer.status

            assert set(await asyncio.gather(*(refused() for _ in range(REFUSALS_NOTED + 50)))) == {400}
        assert len(await office.audit()) == REFUSALS_NOTED


async def test_a_certificate_of_another_ca_is_not_even_heard(office: RunningOffice, tmp_path: Path) -> None:
    context = ssl.create_default_context(cadata=office.authority.pem.decode())
    from api.enrolment.authority_files import ensure_server

    stranger = ensure_server(tmp_path / "stranger", "kit", ["kit"])
    context.load_cert_chain(stranger.cert_file, stranger.key_file)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{office.url}/api/v1/enrol/ca")


async def test_the_revocation_list_follows_the_store(office: RunningOffice, tmp_path: Path) -> None:
    file = office.settings.crl_file
    assert file is not None
    assert list(x509.load_pem_x509_crl(file.read_bytes())) == [], "written at the start, for the broker needs one"
    await asyncio.to_thread(enrol, await office.token(), tmp_path / "state")
    async with office.pool.acquire() as conn:
        await revoke_gateway(conn, GATEWAY, reason="mất cắp", now=datetime.now(UTC), asker=Asker())
    await eventually(lambda: len(x509.load_pem_x509_crl(file.read_bytes())) == 1)
