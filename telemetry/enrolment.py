"""The enrolment record: what the server signs when a person lets a gateway begin a chain.

An epoch is one chain under one sealing key. Its enrolment record names gateway, epoch, algorithm and key, and the last
known head of the epoch before; the record's digest is `prev` of seq 0, so that a chain cannot be told apart from the
authorisation it rests on. Deterministic CBOR under COSE_Sign1 by the server key. Pure.

    record  [1, gateway, epoch, algorithm, sealing_key, previous, enrolled_us]      previous = null | [epoch, seq, digest]
    digest  SHA-256("antoan/1/enrolment\\0" ‖ record)
    sign    COSE_Sign1 over the record, external_aad "antoan/1/enrolment", content type "application/antoan-enrolment+cbor"
"""

from __future__ import annotations

from dataclasses import dataclass

NO_ENTRY = -1
"""`seq` of a head before the first entry of its epoch; the head's digest is then that of its enrolment record."""


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
    """What the server says of one epoch of one gateway. `encode` in this module gives the bytes that are signed."""

    gateway: str
    epoch: int
    """From 1."""
    algorithm: int
    """COSE algorithm number of the sealing key."""
    sealing_key: bytes
    """Raw Ed25519 public key, 32 bytes."""
    previous: PreviousHead | None
    """None for epoch 1 only."""
    enrolled_us: int
    """Server time of enrolment, µs since 1970 UTC."""
