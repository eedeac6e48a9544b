"""The small CA: what it issues verifies by others' rules, what it signs for is proven, its files are private."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from api.enrolment.authority import (
    MAX_CSR_BYTES,
    Authority,
    Revocation,
    gateway_of,
    issue_gateway,
    issue_server,
    new_authority,
    requested_key,
    revocation_list,
)
from api.enrolment.authority_files import ROOT_KEY, ROOT_PEM, ensure_server, open_authority, open_server_key
from api.enrolment.challenges import LIFE_S, Challenges
from api.enrolment.errors import AuthorityError, CertificateRequestRefusedError
from gateway_agent.enrol_tls import certificate_request, new_tls_key

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
GATEWAY = "kitthanhtra1"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority("AnToan test", NOW)


def key() -> ec.EllipticCurvePublicKey:
    return ec.generate_private_key(ec.SECP256R1()).public_key()


def verifier(authority: Authority, at: datetime) -> PolicyBuilder:
    return PolicyBuilder().store(Store([authority.certificate])).time(at)


def test_a_gateways_certificate_verifies_and_says_which_gateway_it_is(authority: Authority) -> None:
    certificate = issue_gateway(authority, key(), GATEWAY, NOW)
    verified = verifier(authority, NOW).build_client_verifier().verify(certificate, [])
    assert verified.subjects == [x509.UniformResourceIdentifier(f"urn:antoan:gateway:{GATEWAY}")]
    assert gateway_of(certificate) == GATEWAY
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert str(name.value).endswith(f"/{GATEWAY}")


def test_a_servers_certificate_verifies_for_its_names_only(authority: Authority) -> None:
    certificate = issue_server(authority, key(), ["kits.example.vn", "10.0.0.5"], NOW)
    policy = verifier(authority, NOW)
    policy.build_server_verifier(x509.DNSName("kits.example.vn")).verify(certificate, [])
    with pytest.raises(VerificationError):
        policy.build_server_verifier(x509.DNSName("evil.example.vn")).verify(certificate, [])
    with pytest.raises(VerificationError):
        policy.build_client_verifier().verify(certificate, [])
    assert gateway_of(certificate) is None
    assert certificate.not_valid_before_utc == authority.certificate.not_valid_before_utc


@pytest.mark.parametrize("days", [-2, 91])
def test_a_certificate_is_good_in_its_time_only(authority: Authority, days: int) -> None:
    certificate = issue_gateway(authority, key(), GATEWAY, NOW)
    with pytest.raises(VerificationError):
        verifier(authority, NOW + timedelta(days=days)).build_client_verifier().verify(certificate, [])


def test_a_certificate_of_another_ca_does_not_verify(authority: Authority) -> None:
    stranger = issue_gateway(new_authority("AnToan test", NOW), key(), GATEWAY, NOW)
    with pytest.raises(VerificationError):
        verifier(authority, NOW).build_client_verifier().verify(stranger, [])


def test_a_request_must_prove_its_key_and_be_p256() -> None:
    honest = certificate_request(new_tls_key())
    assert isinstance(requested_key(honest).curve, ec.SECP256R1)
    broken = honest[:-1] + bytes([honest[-1] ^ 1])
    empty = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    rsa_key, p384 = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())
    others = [empty.sign(k, hashes.SHA256()).public_bytes(Encoding.DER) for k in (rsa_key, p384)]
    for refused in (broken, b"", b"nonsense", bytes(MAX_CSR_BYTES + 1), honest + b"x", *others):
        with pytest.raises(CertificateRequestRefusedError):
            requested_key(refused)


def test_the_revocation_list_names_what_is_revoked_and_is_signed(authority: Authority) -> None:
    listed = x509.load_pem_x509_crl(revocation_list(authority, [Revocation(7, NOW), Revocation(3, NOW)], NOW))
    assert [line.serial_number for line in listed] == [3, 7]
    assert listed.is_signature_valid(authority.key.public_key())
    assert listed.next_update_utc is not None
    assert listed.next_update_utc > NOW + timedelta(days=3000), "an expired list would shut every gateway out"


def test_the_authority_of_a_folder_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    first, signing = open_authority(folder, "AnToan Sở Nội vụ"), open_server_key(folder)
    assert open_authority(folder).certificate == first.certificate
    assert open_server_key(folder).public == signing.public
    assert folder.stat().st_mode & 0o777 == 0o700
    for secret in (ROOT_KEY, "server.key"):
        assert (folder / secret).stat().st_mode & 0o777 == 0o600


def test_an_authority_that_others_can_read_or_that_is_damaged_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    open_authority(folder)
    (folder / ROOT_KEY).chmod(0o640)
    with pytest.raises(AuthorityError, match="chmod"):
        open_authority(folder)
    (folder / ROOT_KEY).chmod(0o600)
    folder.chmod(0o750)
    with pytest.raises(AuthorityError, match="chmod"):
        open_authority(folder)
    folder.chmod(0o700)
    (folder / ROOT_PEM).write_bytes(new_authority("other", NOW).pem)
    with pytest.raises(AuthorityError, match="not the key"):
        open_authority(folder)
    (folder / ROOT_PEM).write_bytes(b"damaged")
    with pytest.raises(AuthorityError, match="restore the backup"):
        open_authority(folder)


def test_a_servers_certificate_is_kept_until_names_change_or_it_grows_old(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    open_authority(folder, now=NOW)

    def ensured(names: list[str], now: datetime) -> bytes:
        return ensure_server(folder, "broker", names, now).cert_file.read_bytes()

    first = ensured(["localhost", "127.0.0.1"], NOW)
    assert ensured(["127.0.0.1", "localhost"], NOW + timedelta(days=400)) == first
    renamed = ensured(["localhost", "10.0.0.5"], NOW)
    assert renamed != first
    assert ensured(["localhost", "10.0.0.5"], NOW + timedelta(days=600)) != renamed


def test_a_challenge_is_accepted_for_two_minutes_by_who_issued_it() -> None:
    ours, theirs = Challenges(b"a" * 32), Challenges(b"b" * 32)
    challenge = ours.issue(1000.0, b"r" * 16)
    assert ours.accepts(challenge, 1000.0)
    assert ours.accepts(challenge, 1000.0 + LIFE_S)
    assert not ours.accepts(challenge, 1001.0 + LIFE_S)
    assert not ours.accepts(challenge, 900.0)
    assert not theirs.accepts(challenge, 1000.0)
    for wrong in (b"", challenge[:-1], bytes(40), challenge[:20] + b"x" + challenge[21:]):
        assert not ours.accepts(wrong, 1000.0)
