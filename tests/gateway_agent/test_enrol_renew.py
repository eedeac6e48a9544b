"""A certificate is renewed in time over mutual TLS, after a long absence by the sealing key, and never for a revoked one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from api.enrolment.authority import issue_gateway, new_authority
from gateway_agent import enrol_client
from gateway_agent.enrol import Identity, enrol, load_identity
from gateway_agent.enrol_errors import RefusedByServerError, UnreachableError
from gateway_agent.enrol_files import CERTIFICATE, TLS_KEY
from gateway_agent.enrol_renew import keep_certificate, renew, renewal_due
from gateway_agent.enrol_tls import NO_CHECK_TIME, certificate_request, new_tls_key, trusting, validity_s
from store.enrolment_audit import Asker
from store.enrolment_certificates import revoked_certificates
from store.enrolment_revocation import revoke_certificate, revoke_epoch, revoke_gateway
from telemetry.cose import SigningKey
from telemetry.enrolment_request import prove_renew
from tests.support.office import GATEWAY, RunningOffice, running_office
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.database import Database

NOW = datetime.now(UTC)


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[RunningOffice]:
    async with running_office(database, tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def identity(office: RunningOffice, tmp_path: Path) -> Identity:
    return await asyncio.to_thread(enrol, await office.token(), tmp_path / "state")


def present(identity: Identity) -> x509.Certificate:
    return x509.load_pem_x509_certificate((identity.state_dir / CERTIFICATE).read_bytes())


def expire(office: RunningOffice, identity: Identity) -> None:
    """Put a certificate of the same key in place that ended yesterday."""
    key = present(identity).public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    old = issue_gateway(office.authority, key, identity.gateway, NOW - timedelta(days=90), timedelta(days=89))
    (identity.state_dir / CERTIFICATE).write_bytes(old.public_bytes(Encoding.PEM))


async def ways(office: RunningOffice) -> list[str]:
    rows = await office.pool.fetch(
        "SELECT detail->>'by' AS by FROM enrolment_audit WHERE action = 'renewed' ORDER BY id"
    )
    return [row["by"] for row in rows]


@pytest.mark.services
async def test_a_good_certificate_renews_itself_with_a_new_key(office: RunningOffice, identity: Identity) -> None:
    before, key = present(identity), (identity.state_dir / TLS_KEY).read_bytes()
    await asyncio.to_thread(renew, identity)
    assert present(identity).serial_number != before.serial_number
    assert (identity.state_dir / TLS_KEY).read_bytes() != key
    assert load_identity(identity.state_dir).digest == identity.digest, "the chain is untouched"
    identity.tls_context()
    assert await ways(office) == ["certificate"]


@pytest.mark.services
async def test_after_a_long_absence_the_sealing_key_renews(office: RunningOffice, identity: Identity) -> None:
    expire(office, identity)
    await asyncio.to_thread(renew, identity)
    assert present(identity).not_valid_after_utc > NOW
    assert await ways(office) == ["sealing key"]


@pytest.mark.services
async def test_a_revoked_certificate_is_replaced_by_the_sealing_key_alone(
    office: RunningOffice, identity: Identity
) -> None:
    serial = present(identity).serial_number
    async with office.pool.acquire() as conn:
        await revoke_certificate(conn, serial, reason="thử", now=datetime.now(UTC), asker=Asker())
        assert [r.serial for r in await revoked_certificates(conn)] == [serial]
    await asyncio.to_thread(renew, identity)
    assert await ways(office) == ["sealing key"]


@pytest.mark.services
@pytest.mark.parametrize(
    ("what", "code"), [("gateway", "epoch-revoked"), ("epoch", "epoch-revoked"), ("newer", "epoch-superseded")]
)
async def test_what_is_revoked_or_followed_by_a_newer_epoch_renews_nothing(
    office: RunningOffice, identity: Identity, tmp_path: Path, what: str, code: str
) -> None:
    async with office.pool.acquire() as conn:
        if what == "gateway":
            await revoke_gateway(conn, GATEWAY, reason="mất cắp", now=datetime.now(UTC), asker=Asker())
        elif what == "epoch":
            await revoke_epoch(conn, GATEWAY, 1, reason="bị sao chép", now=datetime.now(UTC), asker=Asker())
        else:
            await asyncio.to_thread(enrol, await office.token(), tmp_path / "second")
    with pytest.raises(RefusedByServerError) as refused:
        await asyncio.to_thread(renew, identity)
    assert refused.value.code == code
    assert await ways(office) == []


@pytest.mark.services
async def test_a_forged_stale_or_borrowed_proof_renews_nothing(office: RunningOffice, identity: Identity) -> None:
    context, csr = trusting(office.authority.pem), certificate_request(new_tls_key())
    challenge = await asyncio.to_thread(enrol_client.fetch_challenge, office.url, context)
    forger, own = SigningKey(bytes(32)), identity.sealing_key
    attempts = {
        "bad-signature": prove_renew(forger, GATEWAY, 1, challenge, csr),
        "gateway-unknown": prove_renew(own, "anotherkit2", 1, challenge, csr),
        "malformed": b"nonsense",
        "not-proven": None,
    }
    for code, proof in attempts.items():
        with pytest.raises(RefusedByServerError) as refused:
            await asyncio.to_thread(enrol_client.renew, office.url, context, csr, proof)
        assert refused.value.code == code
    other_csr = prove_renew(own, GATEWAY, 1, challenge, certificate_request(new_tls_key()))
    with pytest.raises(RefusedByServerError, match="another certificate request"):
        await asyncio.to_thread(enrol_client.renew, office.url, context, csr, other_csr)
    stale = prove_renew(own, GATEWAY, 1, bytes(40), csr)
    with pytest.raises(UnreachableError, match="409"):
        await asyncio.to_thread(enrol_client.renew, office.url, context, csr, stale)
    assert await ways(office) == []


@pytest.mark.services
async def test_the_agent_renews_once_when_the_broker_does_not_let_it_in(
    office: RunningOffice, identity: Identity
) -> None:
    failing = asyncio.Event()
    keeper = asyncio.create_task(keep_certificate(identity, failing))
    before = present(identity).serial_number
    failing.set()
    await eventually(lambda: present(identity).serial_number != before)
    keeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeper
    assert await ways(office) == ["certificate"], "once, though the broker is still away"


def test_renewal_is_due_when_a_third_of_its_life_is_left_and_not_by_a_clock_gone_back(tmp_path: Path) -> None:
    authority = new_authority("t", NOW)
    key = authority.key.public_key()
    issued = issue_gateway(authority, key, GATEWAY, NOW, timedelta(days=89))  # 90 days with the backdating
    (tmp_path / "certificate.pem").write_bytes(issued.public_bytes(Encoding.PEM))
    certificate = validity_s(tmp_path / "certificate.pem")
    assert certificate == (issued.not_valid_before_utc.timestamp(), issued.not_valid_after_utc.timestamp())
    assert not renewal_due(certificate, (NOW + timedelta(days=58)).timestamp())
    assert renewal_due(certificate, (NOW + timedelta(days=60)).timestamp())
    assert not renewal_due(certificate, 0.0)


def test_only_a_clock_before_the_ca_was_made_leaves_periods_of_validity_unjudged() -> None:
    ca = new_authority("t", NOW).pem
    assert trusting(ca, now_s=0.0).verify_flags & NO_CHECK_TIME
    assert not trusting(ca, now_s=NOW.timestamp()).verify_flags & NO_CHECK_TIME
