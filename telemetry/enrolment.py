r"""The enrolment record: what the server signs when a person lets a gateway begin a chain.

An epoch is one chain under one sealing key. Its enrolment record names gateway, epoch, algorithm and key, and the last
known head of the epoch before; the record's digest is `prev` of seq 0, so that a chain cannot be told apart from the
authorisation it rests on. Deterministic CBOR under COSE_Sign1 by the server key. Pure.

    record  [1, gateway, epoch, algorithm, sealing_key, previous, enrolled_us]      previous = null | [epoch, seq, digest]
    digest  SHA-256("antoan/1/enrolment\0" ‖ record)
    sign    COSE_Sign1 over the record, external_aad "antoan/1/enrolment", content type 65004
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telemetry import cbor, cose, fields, limits, topics
from telemetry.errors import Malformed

if TYPE_CHECKING:
    from telemetry.cose import SigningKey, VerifyKey

VERSION: Final = 1
NO_ENTRY: Final = -1
"""`seq` of a head before the first entry of its epoch; the head's digest is then that of its enrolment record."""
RECORD_BYTES: Final = 1024
"""Bound of a signed record: an honest one has under 250 bytes with Ed25519, room for larger keys."""
_SEALING_KEY_BYTES: Final = 32
_DIGEST_TAG: Final = b"antoan/1/enrolment\0"


@dataclass(frozen=True, slots=True)
class PreviousHead:
    """The last head that the server knew of the epoch before, when the new one was enrolled."""

    epoch: int
    seq: int
    """Last committed seq, NO_ENTRY if the epoch never sent an entry."""
    digest: bytes
    """Digest of that link (of the enrolment record for NO_ENTRY); 32 bytes."""


@dataclass(frozen=True, slots=True)
class EnrolmentRecord:
    """What the server says of one epoch of one gateway."""

    gateway: str
    epoch: int
    """From 1."""
    algorithm: int
    """COSE algorithm number of the sealing key."""
    sealing_key: bytes
    """Raw public key (Ed25519: 32 bytes)."""
    previous: PreviousHead | None
    """None when the server knows of no epoch before."""
    enrolled_us: int
    """Server time of enrolment, µs since 1970 UTC."""

    def encode(self) -> bytes:
        """The record as it is signed and hashed."""
        before = self.previous
        plain = None if before is None else [before.epoch, before.seq, before.digest]
        return cbor.encode(
            [VERSION, self.gateway, self.epoch, self.algorithm, self.sealing_key, plain, self.enrolled_us]
        )

    @property
    def digest(self) -> bytes:
        """`prev` of seq 0; 32 bytes."""
        return hashlib.sha256(_DIGEST_TAG + self.encode()).digest()

    def seal(self, server_key: SigningKey) -> bytes:
        """The signed record: COSE_Sign1 by the server's key."""
        return cose.sign(self.encode(), server_key, cose.ENROLMENT).encode()


def open_enrolment(wire: bytes, server_key: VerifyKey) -> EnrolmentRecord:
    """Verify and read a signed record. Raises TooLarge, Malformed, BadSignature."""
    signed = cose.parse_sign1(wire, RECORD_BYTES)
    signed.verify(server_key, cose.ENROLMENT)
    return decode_record(signed.payload)


def decode_record(data: bytes) -> EnrolmentRecord:
    """Read a record whose signature is the caller's matter. Raises TooLarge, Malformed."""
    body = fields.array(cbor.decode(data, RECORD_BYTES), 7, "enrolment record")
    if body[0] != VERSION or not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("enrolment record: version 1 and a gateway id are expected")
    epoch = fields.uint(body[2], limits.EPOCH_MAX, "enrolment epoch")
    previous = _previous(body[5])
    if epoch == 0 or (previous is not None and previous.epoch >= epoch):
        raise Malformed("enrolment record: epochs count from 1, and the one before is smaller")
    return EnrolmentRecord(
        gateway=body[1],
        epoch=epoch,
        algorithm=fields.int64(body[3], "enrolment algorithm"),
        sealing_key=fields.octets(body[4], _SEALING_KEY_BYTES, "enrolment sealing key"),
        previous=previous,
        enrolled_us=fields.int64(body[6], "enrolment time"),
    )


def mqtt_user(gateway: str) -> str:
    """The MQTT user name of a gateway, `{p}/{gateway}`, and its certificate's common name: a pattern with it is exact."""
    return f"{topics.partition(gateway):x}/{gateway}"


def _previous(value: Any) -> PreviousHead | None:  # noqa: ANN401
    if value is None:
        return None
    epoch, seq, digest = fields.array(value, 3, "enrolment previous head")
    return PreviousHead(
        epoch=fields.uint(epoch, limits.EPOCH_MAX, "previous epoch"),
        seq=fields.uint(fields.int64(seq, "previous seq") + 1, limits.SEQ_MAX + 1, "previous seq") - 1,
        digest=fields.octets(digest, limits.DIGEST_BYTES, "previous digest"),
    )
