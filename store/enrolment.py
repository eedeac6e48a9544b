"""Who may seal for which chain: epochs of gateways with their keys, and enrolment without HTTP.

Readers (ingest) resolve (gateway, epoch) to an `EpochKey` and keep it: rows change only by revocation, and every change is
announced by NOTIFY on `CHANGED_CHANNEL` with the gateway id as payload.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import asyncpg

from store.enrolment_errors import EnrolmentRefusedError, Refusal
from store.named import sql
from telemetry.enrolment import EnrolmentRecord, PreviousHead

if TYPE_CHECKING:
    from typing import TypeAlias

    from asyncpg.pool import PoolConnectionProxy

    from telemetry.cose import SigningKey, VerifyKey

    Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

CHANGED_CHANNEL: Final = "antoan_enrolment"
"""PostgreSQL NOTIFY channel: an epoch was enrolled or revoked; the payload is the gateway id."""
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
    row = await conn.fetchrow(sql("enrolment/epoch_key"), gateway, epoch)
    return None if row is None else _key(row)


async def epoch_keys(conn: Connection) -> list[EpochKey]:
    """The keys of every epoch of every gateway, to fill a cache."""
    return [_key(row) for row in await conn.fetch(sql("enrolment/epoch_keys"))]


async def enrol_gateway(
    conn: Connection,
    *,
    gateway: str,
    agency: int,
    sealing_key: VerifyKey,
    server_key: SigningKey,
    name: str = "",
    at: datetime | None = None,
) -> Enrolled:
    """Begin the next epoch of a gateway under `sealing_key`, without token or certificate. One transaction.

    Creates the gateway for `agency` if it is unknown; names the last committed head of the epoch before. `at` is the time of
    enrolment (now when None): readings dated before it are doubtful, so a replay of old recordings names an earlier one.
    Raises EnrolmentRefusedError when the gateway is revoked or of another agency, or the key has been used before.
    """
    async with conn.transaction():
        await conn.execute(sql("enrolment/gateway_create"), gateway, agency, name)
        owner = await lock_gateway(conn, gateway)
        if owner != agency:
            raise EnrolmentRefusedError(Refusal.OTHER_AGENCY, f"gateway {gateway} belongs to agency {owner}")
        return await begin_epoch(conn, gateway, sealing_key, server_key, at or datetime.now(UTC))


async def lock_gateway(conn: Connection, gateway: str) -> int:
    """The agency of a gateway, its row locked until the transaction ends.

    Raises EnrolmentRefusedError when it is unknown or revoked.
    """
    row = await conn.fetchrow(sql("enrolment/gateway_lock"), gateway)
    if row is None:
        raise EnrolmentRefusedError(Refusal.GATEWAY_UNKNOWN, f"no gateway {gateway} is known", gateway=gateway)
    if row["revoked_at"] is not None:
        raise EnrolmentRefusedError(
            Refusal.GATEWAY_REVOKED, f"gateway {gateway} was revoked at {row['revoked_at']:%Y-%m-%d}", gateway=gateway
        )
    return int(row["agency"])


async def begin_epoch(
    conn: Connection, gateway: str, sealing_key: VerifyKey, server_key: SigningKey, at: datetime
) -> Enrolled:
    """Add the next epoch of a gateway that `lock_gateway` has locked in this transaction.

    Raises EnrolmentRefusedError when the key has sealed another epoch: one key, one chain.
    """
    used = await conn.fetchrow(sql("enrolment/epoch_by_key"), sealing_key.raw)
    if used is not None:
        raise EnrolmentRefusedError(
            Refusal.KEY_USED_BEFORE, "this sealing key already has a chain; make a new one", gateway=gateway
        )
    before = await conn.fetchrow(sql("enrolment/previous_head"), gateway)
    previous = PreviousHead(before["epoch"], before["seq"], bytes(before["digest"])) if before else None
    record = EnrolmentRecord(
        gateway=gateway,
        epoch=previous.epoch + 1 if previous else 1,
        algorithm=sealing_key.algorithm,
        sealing_key=sealing_key.raw,
        previous=previous,
        enrolled_us=(at - _1970) // timedelta(microseconds=1),
    )
    signed, digest = record.seal(server_key), record.digest
    await conn.execute(
        sql("enrolment/epoch_insert"),
        *(gateway, record.epoch, record.algorithm, record.sealing_key, signed, digest, at),
    )
    await conn.execute(sql("enrolment/announce"), gateway)
    return Enrolled(gateway, record.epoch, signed, digest)


def _key(row: asyncpg.Record) -> EpochKey:
    return EpochKey(
        gateway=row["gateway"],
        epoch=row["epoch"],
        algorithm=row["algorithm"],
        public_key=bytes(row["sealing_key"]),
        enrolment_digest=bytes(row["digest"]),
        enrolled_at=row["enrolled_at"],
        agency=row["agency"],
        valid_until=row["valid_until"],
        revoked_at=row["revoked_at"],
    )
