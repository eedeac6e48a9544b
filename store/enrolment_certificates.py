"""Client certificates that the CA has issued, and which of them are revoked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from store.enrolment import epoch_key
from store.enrolment_errors import EnrolmentRefusedError, Refusal
from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from store.enrolment import Connection, EpochKey


CERTIFICATES_A_DAY: Final = 20
"""A gateway needs one in months; the rest is room for lost answers and short lives in tests, and bounds the table."""


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """A line of the revocation list."""

    serial: int
    revoked_at: datetime


def key_digest(key: CertificatePublicKeyTypes) -> bytes:
    """SHA-256 of a public key's SubjectPublicKeyInfo."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def serial_bytes(serial: int) -> bytes:
    """A serial number as `certificate.serial` has it: big-endian, without leading zeros."""
    return serial.to_bytes((serial.bit_length() + 7) // 8 or 1, "big")


async def keep_certificate(
    conn: Connection, certificate: x509.Certificate, gateway: str, epoch: int, issued_at: datetime
) -> str:
    """Keep a certificate just issued; returns it as PEM.

    Raises EnrolmentRefusedError (then do not hand it out) when the gateway has been issued too many today.
    """
    lately = await conn.fetchval(sql("enrolment/certificates_lately"), gateway, issued_at - timedelta(days=1))
    if lately >= CERTIFICATES_A_DAY:
        raise EnrolmentRefusedError(
            Refusal.TOO_MANY_CERTIFICATES, f"{lately} certificates were issued within a day", gateway, epoch
        )
    pem = certificate.public_bytes(Encoding.PEM).decode()
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    key = key_digest(certificate.public_key())
    serial = serial_bytes(certificate.serial_number)
    await conn.execute(sql("enrolment/certificate_insert"), *(serial, gateway, epoch, pem, key, start, end, issued_at))
    return pem


async def holder(conn: Connection, certificate: x509.Certificate, now: datetime) -> tuple[str, int]:
    """The (gateway, epoch) that a certificate, whose signature TLS has verified, still authorises.

    Raises EnrolmentRefusedError when it is none of ours, expired, revoked (itself, its epoch or its gateway), or of an epoch
    that a newer one has followed.
    """
    row = await conn.fetchrow(sql("enrolment/certificate_find"), serial_bytes(certificate.serial_number))
    if row is None:
        raise EnrolmentRefusedError(Refusal.CERTIFICATE_UNKNOWN, "this certificate was not issued here")
    gateway, epoch = row["gateway"], row["epoch"]
    if row["revoked_at"] is not None:
        raise EnrolmentRefusedError(
            Refusal.CERTIFICATE_REVOKED, "the certificate is revoked: ask for a token", gateway, epoch
        )
    if row["not_after"] < now:
        raise EnrolmentRefusedError(
            Refusal.CERTIFICATE_EXPIRED, "the certificate has expired: renew with the sealing key", gateway, epoch
        )
    if row["newest_epoch"] != epoch:
        raise EnrolmentRefusedError(
            Refusal.EPOCH_SUPERSEDED, f"epoch {row['newest_epoch']} has followed epoch {epoch}", gateway, epoch
        )
    return gateway, epoch


async def current_key(conn: Connection, gateway: str, epoch: int, now: datetime) -> EpochKey:
    """The key of an epoch that may still renew with it.

    Raises EnrolmentRefusedError when the epoch is unknown, revoked, ended, or followed by a newer one.
    """
    key = await epoch_key(conn, gateway, epoch)
    if key is None:
        raise EnrolmentRefusedError(Refusal.GATEWAY_UNKNOWN, f"no epoch {epoch} of {gateway} was enrolled here")
    if not key.accepts(now):
        raise EnrolmentRefusedError(
            Refusal.EPOCH_REVOKED, "the sealing key is revoked: ask for a token", gateway, epoch
        )
    newest = await conn.fetchval(sql("enrolment/newest_epoch"), gateway)
    if newest != epoch:
        raise EnrolmentRefusedError(
            Refusal.EPOCH_SUPERSEDED, f"epoch {newest} has followed epoch {epoch}", gateway, epoch
        )
    return key


async def revoked_certificates(conn: Connection) -> list[RevokedCertificate]:
    """What the revocation list must name: revoked certificates that have not expired."""
    rows = await conn.fetch(sql("enrolment/certificates_revoked"))
    return [RevokedCertificate(int.from_bytes(row["serial"], "big"), row["revoked_at"]) for row in rows]
