"""The platform's own small CA: one P-256 root that signs servers, gateways and a revocation list. No files here.

A gateway's certificate carries its MQTT user name as common name (`{partition}/{gateway}`, what mosquitto takes as
identity) and a SAN, which verifiers other than mosquitto read. Times are given by the caller.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.enrolment.errors import CertificateRequestRefusedError
from telemetry.enrolment import mqtt_user

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT_LIFE = timedelta(days=20 * 365)
SERVER_LIFE = timedelta(days=2 * 365)
GATEWAY_LIFE = timedelta(days=90)
REVOCATION_LIST_LIFE = timedelta(days=10 * 365)
"""Long on purpose: mosquitto refuses every gateway once its list has expired; freshness comes from writing a new one."""
BACKDATING = timedelta(days=1)
"""Root and gateway certificates begin this much earlier, for peers whose clocks are behind."""
MAX_CSR_BYTES = 4096
GATEWAY_URN = "urn:antoan:gateway:"


@dataclass(frozen=True, slots=True)
class Authority:
    """The root certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The root certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Revocation:
    """One line of the revocation list."""

    serial: int
    revoked_at: datetime


def new_authority(name: str, now: datetime) -> Authority:
    """Make a root. `name` is what people see as issuer, e.g. "AnToan Sở Nội vụ"; at most 64 characters."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(
            subject=subject,
            issuer=subject,
            key=key.public_key(),
            issuer_key=key,
            start=now - BACKDATING,
            end=now + ROOT_LIFE,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def issue_server(
    authority: Authority, key: ec.EllipticCurvePublicKey, names: Sequence[str], now: datetime
) -> x509.Certificate:
    """A certificate for a server known by these host names and addresses (broker, API, enrolment).

    It begins when the root does: a kit without a clock, weeks behind, must still be able to talk to a new server.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    start = authority.certificate.not_valid_before_utc
    builder = _of(authority, subject, key, start, now + SERVER_LIFE)
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    return _leaf(builder, alternatives, ExtendedKeyUsageOID.SERVER_AUTH).sign(authority.key, hashes.SHA256())


def issue_gateway(
    authority: Authority, key: ec.EllipticCurvePublicKey, gateway: str, now: datetime, life: timedelta = GATEWAY_LIFE
) -> x509.Certificate:
    """A client certificate for a gateway; whatever subject its request asked for is not looked at."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, mqtt_user(gateway))])
    builder = _of(authority, subject, key, now - BACKDATING, now + life)
    alternatives = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(GATEWAY_URN + gateway)])
    return _leaf(builder, alternatives, ExtendedKeyUsageOID.CLIENT_AUTH).sign(authority.key, hashes.SHA256())


def requested_key(csr_der: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of a certificate request whose own signature proves possession of it.

    Raises CertificateRequestRefusedError when it is too large, damaged, unproven or not P-256.
    """
    if len(csr_der) > MAX_CSR_BYTES:
        raise CertificateRequestRefusedError(f"request of {len(csr_der)} bytes, at most {MAX_CSR_BYTES}")
    try:
        request = x509.load_der_x509_csr(csr_der)
        key = request.public_key()
        proven = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise CertificateRequestRefusedError(f"not a certificate request: {error}") from error
    if not proven:
        raise CertificateRequestRefusedError("the request's signature does not prove possession of its key")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateRequestRefusedError("the key is not ECDSA P-256")
    return key


def gateway_of(certificate: x509.Certificate) -> str | None:
    """The gateway that a client certificate names in its SAN; None when it names none. Trust is not judged here."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    urns = [n for n in names.get_values_for_type(x509.UniformResourceIdentifier) if n.startswith(GATEWAY_URN)]
    return urns[0].removeprefix(GATEWAY_URN) if len(urns) == 1 else None


def revocation_list(authority: Authority, revoked: Iterable[Revocation], now: datetime) -> bytes:
    """The signed list of revoked certificates as PEM, in the order of serials; its number is the time in µs."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATING)
        .next_update(now + REVOCATION_LIST_LIFE)
        .add_extension(x509.CRLNumber(_micros(now)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    for entry in sorted(revoked, key=lambda r: r.serial):
        line = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.revoked_at)
        builder = builder.add_revoked_certificate(line.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _micros(now: datetime) -> int:
    return (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _of(
    authority: Authority, subject: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    issuer = authority.certificate.subject
    return _builder(subject=subject, issuer=issuer, key=key, issuer_key=authority.key, start=start, end=end)


def _builder(
    *,
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(authority_id, critical=False)
    )


def _leaf(
    builder: x509.CertificateBuilder, alternatives: x509.SubjectAlternativeName, usage: x509.ObjectIdentifier
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(alternatives, critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
