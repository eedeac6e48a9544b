"""What the enrolment service does, without HTTP: prove, decide, issue, keep, note. Every refusal is noted too, within bounds."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from api.enrolment.authority import Authority, gateway_of, issue_gateway, requested_key
from api.enrolment.challenges import Challenges
from api.enrolment.errors import NotProvenError, StaleChallengeError
from api.enrolment.models import EnrolAnswer, RenewAnswer
from api.rate_limit import RateLimit
from store.enrolment_audit import Action, Asker, Fact, note
from store.enrolment_certificates import current_key, holder, keep_certificate
from store.enrolment_tokens import Redemption, redeem
from telemetry.cose import SigningKey, VerifyKey
from telemetry.enrolment_request import open_enrol, renewal_claim, verify_renewal
from telemetry.enrolment_token import secret_hash
from telemetry.pem import write_verify_key

if TYPE_CHECKING:
    import asyncpg
    from cryptography import x509

    from api.enrolment.models import EnrolRequest, RenewRequest
    from api.enrolment.settings import EnrolmentSettings
    from store.enrolment import Connection

REFUSALS_NOTED: Final = 200
"""Audit rows of refusals in 5 minutes, all addresses together: 57,600 a day at worst. More are counted into the next row."""


@dataclass
class Office:
    """One per running service."""

    settings: EnrolmentSettings
    authority: Authority
    server_key: SigningKey
    pool: asyncpg.Pool
    failures: RateLimit
    challenges: Challenges = field(default_factory=lambda: Challenges(os.urandom(32)))
    _noted: RateLimit = field(default_factory=lambda: RateLimit(REFUSALS_NOTED))
    _unnoted: int = 0

    def challenge(self) -> bytes:
        """What a renewal must sign now."""
        return self.challenges.issue(time.monotonic(), os.urandom(16))

    async def enrol(self, request: EnrolRequest, asker: Asker) -> EnrolAnswer:
        """Begin an epoch. Raises CertificateRequestRefusedError, Refused (the proof), EnrolmentRefusedError."""
        tls_key = requested_key(request.csr)
        proof = open_enrol(request.proof, request.csr)
        if proof.secret_hash != secret_hash(request.secret):
            raise NotProvenError("the proof was made for another token")
        now = datetime.now(UTC)

        def issue(gateway: str) -> x509.Certificate:
            return issue_gateway(self.authority, tls_key, gateway, now, self.settings.certificate_life)

        redemption = Redemption(proof.secret_hash, VerifyKey(proof.sealing_key), tls_key)
        async with self.pool.acquire() as conn:
            enrolled, certificate = await redeem(
                conn, redemption, server_key=self.server_key, issue=issue, now=now, asker=asker
            )
        return EnrolAnswer(
            record=enrolled.record,
            certificate=certificate,
            server_key=write_verify_key(self.server_key.public).decode(),
            broker_host=self.settings.broker_host,
            broker_port=self.settings.broker_port,
        )

    async def renew(self, request: RenewRequest, peer: x509.Certificate | None, asker: Asker) -> RenewAnswer:
        """A new certificate, by the sealing key's signature, or by the certificate that TLS has verified.

        Raises CertificateRequestRefusedError, Refused (the proof), EnrolmentRefusedError, StaleChallengeError, NotProvenError.
        """
        tls_key = requested_key(request.csr)
        now = datetime.now(UTC)
        async with self.pool.acquire() as conn, conn.transaction():
            if request.proof is not None:
                gateway, epoch = await self._by_sealing_key(conn, request.proof, request.csr, now)
            elif peer is not None and gateway_of(peer) is not None:
                gateway, epoch = await holder(conn, peer, now)
            else:
                raise NotProvenError("neither a client certificate nor a proof by the sealing key was given")
            certificate = issue_gateway(self.authority, tls_key, gateway, now, self.settings.certificate_life)
            pem = await keep_certificate(conn, certificate, gateway, epoch, now)
            by = "sealing key" if request.proof is not None else "certificate"
            await note(conn, Fact(Action.RENEWED, gateway, epoch, detail={"by": by}), asker)
        return RenewAnswer(certificate=pem)

    async def refused(self, fact: Fact, asker: Asker) -> None:
        """Note a refusal, unless there have been too many."""
        now_s = time.monotonic()
        if self._noted.wait_s("all", now_s) > 0:
            self._unnoted += 1
            return
        self._noted.failed("all", now_s)
        detail = {**fact.detail, "not_noted_before": self._unnoted} if self._unnoted else fact.detail
        async with self.pool.acquire() as conn:
            await note(conn, Fact(Action.REFUSED, fact.gateway, fact.epoch, fact.reason, detail), asker)
        self._unnoted = 0

    async def _by_sealing_key(self, conn: Connection, proof: bytes, csr: bytes, now: datetime) -> tuple[str, int]:
        claim = renewal_claim(proof)
        if not self.challenges.accepts(claim.challenge, time.monotonic()):
            raise StaleChallengeError("the challenge is stale: fetch another and sign again")
        key = await current_key(conn, claim.gateway, claim.epoch, now)
        verify_renewal(proof, VerifyKey(key.public_key, key.algorithm), csr)
        return claim.gateway, claim.epoch
