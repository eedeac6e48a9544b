"""Taking trust away: from a certificate, from an epoch's sealing key, or from a whole gateway. Never undone: enrol anew.

Entries received before the revocation stay what they are; what is received after it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.enrolment_audit import Action, Asker, Fact, note
from store.enrolment_certificates import serial_bytes
from store.enrolment_errors import EnrolmentRefusedError, Refusal
from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from store.enrolment import Connection


async def revoke_gateway(conn: Connection, gateway: str, *, reason: str, now: datetime, asker: Asker) -> None:
    """Every key and certificate of a gateway (a stolen kit). Raises EnrolmentRefusedError when there is nothing to revoke."""
    async with conn.transaction():
        done = await conn.fetchrow(sql("enrolment/revoke_gateway"), gateway, now, reason)
        if done is None:
            raise _nothing(f"gateway {gateway}")
        await conn.execute(sql("enrolment/token_withdraw"), gateway, now)
        await _tell(conn, Fact(Action.REVOKED, gateway, reason=reason, detail={"what": "gateway"}), asker)


async def revoke_epoch(conn: Connection, gateway: str, epoch: int, *, reason: str, now: datetime, asker: Asker) -> None:
    """One sealing key with its certificates (a cloned card). Raises EnrolmentRefusedError when there is nothing to revoke."""
    async with conn.transaction():
        done = await conn.fetchrow(sql("enrolment/revoke_epoch"), gateway, epoch, now, reason)
        if done is None:
            raise _nothing(f"epoch {epoch} of gateway {gateway}")
        await _tell(conn, Fact(Action.REVOKED, gateway, epoch, reason, {"what": "epoch"}), asker)


async def revoke_certificate(conn: Connection, serial: int, *, reason: str, now: datetime, asker: Asker) -> None:
    """One certificate; the chain stays good. Raises EnrolmentRefusedError when there is nothing to revoke."""
    async with conn.transaction():
        done = await conn.fetchrow(sql("enrolment/revoke_certificate"), serial_bytes(serial), now, reason)
        if done is None:
            raise _nothing(f"certificate {serial:x}")
        detail = {"what": "certificate", "serial": f"{serial:x}"}
        await _tell(conn, Fact(Action.REVOKED, done["gateway"], done["epoch"], reason, detail), asker)


async def _tell(conn: Connection, fact: Fact, asker: Asker) -> None:
    await note(conn, fact, asker)
    await conn.execute(sql("enrolment/announce"), fact.gateway)


def _nothing(what: str) -> EnrolmentRefusedError:
    return EnrolmentRefusedError(Refusal.ALREADY_REVOKED, f"{what} is unknown or already revoked")
