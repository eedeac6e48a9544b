"""Renewal of the client certificate: in time over mutual TLS, after a long absence by the sealing key's signature."""

from __future__ import annotations

import asyncio
import math
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from gateway_agent import enrol_files
from gateway_agent.enrol_errors import EnrolmentError, RefusedByServerError, UnreachableError
from gateway_agent.enrol_tls import certificate_request, fits, new_tls_key, trusting, validity_s

if TYPE_CHECKING:
    from gateway_agent.enrol import Identity

LOOK_S: Final = 6 * 3600.0
"""How often a certificate that is not due is looked at."""
FIRST_RETRY_S: Final = 60.0
LAST_RETRY_S: Final = 1800.0
FORCED_S: Final = 24 * 3600.0
"""A broker that cannot be reached may refuse our certificate, or just be away: renewed for that once a day at most."""
_log = structlog.get_logger()


def renewal_due(validity_s: tuple[float, float], now_s: float) -> bool:
    """Whether less than a third of a certificate's life is left. A clock before its beginning is wrong: not due."""
    start, end = validity_s
    return now_s > end - (end - start) / 3


def renew(identity: Identity) -> timedelta:
    """Fetch a certificate for a new TLS key and install both; returns the life of the certificate. Blocking.

    The present certificate authorises while it is good, otherwise the sealing key does.
    Raises UnreachableError, WrongAuthorityError, RefusedByServerError, EnrolmentError; the old certificate then stays.
    """
    from cryptography import x509

    state, stage = identity.state_dir, enrol_files.Stage.RENEW
    purpose = f"{identity.gateway} {identity.epoch}"
    with enrol_files.locked(state):
        enrol_files.finish(state)
        ca = (state / enrol_files.CA).read_bytes()
        tls_key = enrol_files.stage_keys(state, stage, purpose, {enrol_files.TLS_KEY: new_tls_key()})[
            enrol_files.TLS_KEY
        ]
    pem = _ask(identity, ca, certificate_request(tls_key))
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        fitting = fits(pem, tls_key, ca)
    except ValueError as error:
        raise EnrolmentError(f"the service's answer is no certificate: {error}") from error
    if not fitting:
        raise EnrolmentError("the service's certificate is for another key than ours")
    with enrol_files.locked(state):
        enrol_files.install(state, stage, purpose, {enrol_files.CERTIFICATE: pem})
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc


async def keep_certificate(identity: Identity, failing: asyncio.Event) -> None:
    """Renew when due, for ever; also, once a day, while `failing` says that the broker does not let us in.

    The latter needs no clock: a certificate may have ended without our knowing. Failures are logged and tried again, at
    growing distances.
    """
    retry_s, forced_at = FIRST_RETRY_S, -math.inf
    while True:
        forced = failing.is_set() and time.monotonic() - forced_at > FORCED_S
        wait_s = LOOK_S
        if forced or renewal_due(_present(identity), time.time()):
            try:
                life = await asyncio.to_thread(renew, identity)
            except EnrolmentError as error:
                _log.warning("certificate_not_renewed", error=str(error), retry_s=round(retry_s))
                wait_s, retry_s = retry_s * random.uniform(0.8, 1.2), min(retry_s * 2, LAST_RETRY_S)  # noqa: S311
            else:
                _log.info("certificate_renewed", days=life.days)
                retry_s, forced_at = FIRST_RETRY_S, time.monotonic()
        await _sleep(wait_s, failing)


async def _sleep(seconds: float, failing: asyncio.Event) -> None:
    """Until then, or until the broker begins not to let us in."""
    if failing.is_set():
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await failing.wait()
    except TimeoutError:
        return


def _present(identity: Identity) -> tuple[float, float]:
    return validity_s(identity.state_dir / enrol_files.CERTIFICATE)


def _ask(identity: Identity, ca: bytes, csr: bytes) -> bytes:
    """Over mutual TLS while the certificate is good for all we know; else, or when that fails, by the sealing key."""
    from gateway_agent import enrol_client
    from telemetry.enrolment_request import prove_renew

    if time.time() < _present(identity)[1]:
        try:
            return enrol_client.renew(identity.enrolment_url, identity.tls_context(), csr, None)
        except (UnreachableError, RefusedByServerError) as error:
            _log.info("renewal_by_certificate_failed", error=str(error))
    context = trusting(ca)
    challenge = enrol_client.fetch_challenge(identity.enrolment_url, context)
    proof = prove_renew(identity.sealing_key, identity.gateway, identity.epoch, challenge, csr)
    return enrol_client.renew(identity.enrolment_url, context, csr, proof)
