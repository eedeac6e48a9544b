"""Tokens: issued for one gateway by a person, used once for an epoch with its first certificate, all in one transaction."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from store.enrolment import Enrolled, begin_epoch, lock_gateway
from store.enrolment_audit import Action, Asker, Fact, note
from store.enrolment_certificates import keep_certificate, key_digest
from store.enrolment_errors import EnrolmentRefusedError, Refusal
from store.named import sql
from telemetry.enrolment_token import new_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import asyncpg
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from store.enrolment import Connection
    from telemetry.cose import SigningKey, VerifyKey
    from telemetry.enrolment_token import EnrolmentToken

TOKEN_LIFE: Final = timedelta(hours=24)
LONGEST_TOKEN_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TokenOffice:
    """What every token of an installation carries."""

    url: str
    """Where gateways reach the enrolment service: https://host[:port]."""
    ca_der: bytes
    """The CA's certificate."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """A verified request: the token's secret hash and both keys, each proven to be held by the asker."""

    secret_hash: bytes
    sealing_key: VerifyKey
    tls_key: EllipticCurvePublicKey


async def issue_token(
    conn: Connection,
    office: TokenOffice,
    *,
    gateway: str,
    agency: int,
    now: datetime,
    name: str = "",
    life: timedelta = TOKEN_LIFE,
    asker: Asker = Asker(),  # noqa: B008  (frozen)
) -> EnrolmentToken:
    """A new token for a gateway; earlier unused ones of the same gateway are withdrawn. Shown once: only its hash is kept.

    A person's token is also the authorisation of a new epoch. Raises EnrolmentRefusedError when the gateway is revoked or of
    another agency, TokenError for a wrong URL, ValueError for a life over LONGEST_TOKEN_LIFE.
    """
    if not timedelta(0) < life <= LONGEST_TOKEN_LIFE:
        raise ValueError(f"a token lives at most {LONGEST_TOKEN_LIFE.days} days")
    token = new_token(office.url, office.ca_der, os.urandom)
    async with conn.transaction():
        await conn.execute(sql("enrolment/gateway_create"), gateway, agency, name)
        if await lock_gateway(conn, gateway) != agency:
            raise EnrolmentRefusedError(
                Refusal.OTHER_AGENCY, f"gateway {gateway} belongs to another agency", gateway=gateway
            )
        await conn.execute(sql("enrolment/token_withdraw"), gateway, now)
        await conn.execute(sql("enrolment/token_insert"), *(token.secret_hash, gateway, asker.person, now, now + life))
        await note(conn, Fact(Action.TOKEN_ISSUED, gateway, detail={"expires": str(now + life)}), asker)
    return token


async def withdraw_tokens(conn: Connection, gateway: str, now: datetime, asker: Asker) -> None:
    """Make the gateway's unused tokens worthless."""
    async with conn.transaction():
        await conn.execute(sql("enrolment/token_withdraw"), gateway, now)
        await note(conn, Fact(Action.TOKEN_WITHDRAWN, gateway), asker)


async def redeem(
    conn: Connection,
    request: Redemption,
    *,
    server_key: SigningKey,
    issue: Callable[[str], x509.Certificate],
    now: datetime,
    asker: Asker,
) -> tuple[Enrolled, str]:
    """Use a token: the next epoch of its gateway under the request's keys; returns it with the certificate as PEM.

    `issue(gateway)` signs the certificate for the request's TLS key. Asked again with the same token and the same two keys
    while the token lives, gives the same answer. Raises EnrolmentRefusedError.
    """
    async with conn.transaction():
        row = await conn.fetchrow(sql("enrolment/token_lock"), request.secret_hash)
        if row is None:
            raise EnrolmentRefusedError(Refusal.TOKEN_UNKNOWN, "no such token: was it issued by this installation?")
        _check_alive(row, now)
        gateway = row["gateway"]
        await lock_gateway(conn, gateway)
        if row["used_epoch"] is not None:
            return await _same_answer(conn, row, request)
        enrolled = await begin_epoch(conn, gateway, request.sealing_key, server_key, now)
        pem = await keep_certificate(conn, issue(gateway), gateway, enrolled.epoch, now)
        await conn.execute(sql("enrolment/token_use"), request.secret_hash, now, enrolled.epoch)
        await note(conn, Fact(Action.ENROLLED, gateway, enrolled.epoch), asker)
    return enrolled, pem


def _check_alive(row: asyncpg.Record, now: datetime) -> None:
    gateway = row["gateway"]
    if row["withdrawn_at"] is not None:
        raise EnrolmentRefusedError(
            Refusal.TOKEN_WITHDRAWN, "the token was withdrawn, perhaps by a newer one", gateway=gateway
        )
    if row["expires_at"] <= now:
        raise EnrolmentRefusedError(
            Refusal.TOKEN_EXPIRED, f"the token expired at {row['expires_at']:%Y-%m-%d %H:%M} UTC", gateway=gateway
        )


async def _same_answer(conn: Connection, row: asyncpg.Record, request: Redemption) -> tuple[Enrolled, str]:
    gateway, epoch = row["gateway"], row["used_epoch"]
    certificate = await conn.fetchrow(sql("enrolment/certificate_of_epoch"), gateway, epoch)
    sealing = bytes(row["sealing_key"]) == request.sealing_key.raw
    if certificate is None or not sealing or bytes(certificate["public_key"]) != key_digest(request.tls_key):
        raise EnrolmentRefusedError(
            Refusal.TOKEN_USED, "the token has been used with other keys: ask for a new one", gateway=gateway
        )
    return Enrolled(gateway, epoch, bytes(row["record"]), bytes(row["digest"])), certificate["pem"]
