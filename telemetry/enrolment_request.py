"""Proofs of possession: what a gateway signs with its sealing key to enrol, and to renew its certificate. Pure.

Both bind the sealing key to the TLS key (through the SHA-256 of the certificate request, itself signed by the TLS key), and
each has an external_aad of its own, so that no signature of one kind stands for another.

    enrol   [1, secret_hash, sealing_key, csr_digest]            COSE_Sign1, aad "antoan/1/enrol", by the new sealing key
    renew   [1, gateway, epoch, challenge, csr_digest]           COSE_Sign1, aad "antoan/1/renew", by the epoch's sealing key
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry import cbor, cose, fields, limits, topics
from telemetry.cose import Purpose, VerifyKey
from telemetry.errors import BadSignature, Malformed

if TYPE_CHECKING:
    from telemetry.cose import SigningKey

ENROL: Final = Purpose(b"antoan/1/enrol", 65006)
RENEW: Final = Purpose(b"antoan/1/renew", 65007)
PROOF_BYTES: Final = 512
CHALLENGE_BYTES: Final = 64
"""Bound of a server's challenge, which is opaque to the gateway."""


@dataclass(frozen=True, slots=True)
class EnrolProof:
    """Possession of a new sealing key, for one token and one certificate request."""

    secret_hash: bytes
    sealing_key: bytes
    csr_digest: bytes


@dataclass(frozen=True, slots=True)
class RenewProof:
    """The sealing key's consent to a certificate request, fresh by the server's challenge."""

    gateway: str
    epoch: int
    challenge: bytes
    csr_digest: bytes


def csr_digest(csr_der: bytes) -> bytes:
    """SHA-256 of a certificate request in DER."""
    return hashlib.sha256(csr_der).digest()


def prove_enrol(key: SigningKey, secret_hash: bytes, csr_der: bytes) -> bytes:
    """Sign an enrolment with the new sealing key."""
    return cose.sign(cbor.encode([1, secret_hash, key.public.raw, csr_digest(csr_der)]), key, ENROL).encode()


def prove_renew(key: SigningKey, gateway: str, epoch: int, challenge: bytes, csr_der: bytes) -> bytes:
    """Sign a renewal with the sealing key of the epoch."""
    return cose.sign(cbor.encode([1, gateway, epoch, challenge, csr_digest(csr_der)]), key, RENEW).encode()


def open_enrol(wire: bytes, csr_der: bytes) -> EnrolProof:
    """Verify with the very key that the proof names. Raises TooLarge, Malformed, UnknownKey, BadSignature."""
    signed = cose.parse_sign1(wire, PROOF_BYTES)
    body = fields.array(cbor.decode(signed.payload, PROOF_BYTES), 4, "enrolment proof")
    if body[0] != 1:
        raise Malformed("enrolment proof: version 1 is expected")
    proof = EnrolProof(
        secret_hash=fields.octets(body[1], 32, "token hash"),
        sealing_key=fields.octets(body[2], 32, "sealing key"),
        csr_digest=fields.octets(body[3], 32, "request digest"),
    )
    signed.verify(VerifyKey(proof.sealing_key), ENROL)
    _same_request(proof.csr_digest, csr_der)
    return proof


def renewal_claim(wire: bytes) -> RenewProof:
    """Whose renewal it claims to be, before its key is known: nothing is verified. Raises TooLarge, Malformed."""
    body = fields.array(cbor.decode(cose.parse_sign1(wire, PROOF_BYTES).payload, PROOF_BYTES), 5, "renewal proof")
    if body[0] != 1 or not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("renewal proof: version 1 and a gateway id are expected")
    challenge = fields.octets(body[3], None, "challenge")
    if len(challenge) > CHALLENGE_BYTES:
        raise Malformed("renewal proof: the challenge is none of ours")
    return RenewProof(
        gateway=body[1],
        epoch=fields.uint(body[2], limits.EPOCH_MAX, "epoch"),
        challenge=challenge,
        csr_digest=fields.octets(body[4], 32, "request digest"),
    )


def verify_renewal(wire: bytes, key: VerifyKey, csr_der: bytes) -> RenewProof:
    """Verify with the sealing key of the claimed epoch. Raises TooLarge, Malformed, UnknownKey, BadSignature."""
    cose.parse_sign1(wire, PROOF_BYTES).verify(key, RENEW)
    proof = renewal_claim(wire)
    _same_request(proof.csr_digest, csr_der)
    return proof


def _same_request(digest: bytes, csr_der: bytes) -> None:
    if digest != csr_digest(csr_der):
        raise BadSignature("the proof was made for another certificate request")
