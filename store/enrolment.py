"""Who may seal for which chain: epochs of gateways with their keys, and enrolment without HTTP.

Readers (ingest) resolve (gateway, epoch) to an `EpochKey` and keep it: rows change only by revocation, and every change is
announced by NOTIFY on `CHANGED_CHANNEL` with the gateway id as payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Connection

    from telemetry.cose import SigningKey

CHANGED_CHANNEL = "antoan_enrolment"
"""PostgreSQL NOTIFY channel: an epoch was enrolled or revoked; the payload is the gateway id."""


@dataclass(frozen=True, slots=True)
class EpochKey:
    """What verifying the chain of (gateway, epoch) needs."""

    gateway: str
    epoch: int
    algorithm: int
    """COSE algorithm number."""
    public_key: bytes
    """Raw Ed25519 public key of the sealing key, 32 bytes."""
    enrolment_digest: bytes
    """SHA-256 digest of the enrolment record: `prev` of seq 0."""
    enrolled_at: datetime
    agency: int
    """The agency that owns the gateway (`agency.id`)."""
    valid_until: datetime | None
    """Received later than this is refused. None: no end."""
    revoked_at: datetime | None
    """Of the epoch or of the gateway, whichever came first; received from then on is refused."""

    def accepts(self, received: datetime) -> bool:
        """Whether an entry received at this time may be appended under this key."""
        ended = self.valid_until is not None and received > self.valid_until
        return not ended and (self.revoked_at is None or received < self.revoked_at)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new epoch of a gateway."""

    gateway: str
    epoch: int
    record: bytes
    """The enrolment record as COSE_Sign1 by the server key."""
    digest: bytes
    """SHA-256 digest of the enrolment record."""


async def epoch_key(conn: Connection, gateway: str, epoch: int) -> EpochKey | None:
    """The key of (gateway, epoch), None when no such epoch was enrolled. A revoked one is returned: ask `accepts`."""
    raise NotImplementedError


async def epoch_keys(conn: Connection) -> list[EpochKey]:
    """The keys of every epoch of every gateway, to fill a cache."""
    raise NotImplementedError


async def enrol_gateway(
    conn: Connection, *, gateway: str, agency: int, sealing_key: bytes, server_key: SigningKey, name: str = ""
) -> Enrolled:
    """Begin the next epoch of a gateway under `sealing_key` (raw public key), without token or certificate.

    Creates the gateway for `agency` if it is unknown. Names the last committed head of the epoch before. One transaction.
    Raises EnrolmentRefused when the gateway is revoked or of another agency, or the key has been used before.
    """
    raise NotImplementedError
