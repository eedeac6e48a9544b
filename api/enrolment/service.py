"""The HTTPS face of enrolment: an aiohttp application, and its own TLS listener beside the page's.

GET  /api/v1/enrol/ca          the CA's certificate (PEM): the gateway compares it with its token before it sends anything
POST /api/v1/enrol             a token becomes an epoch and a certificate
GET  /api/v1/enrol/challenge   what a renewal by the sealing key must sign
POST /api/v1/enrol/renew       a new certificate, by the sealing key or over mutual TLS

A client certificate is asked for, never required; what it authorises is decided per request, against the store.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import ssl
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import structlog
from aiohttp import web
from cryptography import x509
from pydantic import BaseModel, ValidationError

from api.enrolment.authority_files import ROOT_PEM, ensure_server, open_authority, open_server_key
from api.enrolment.errors import CertificateRequestRefusedError, NotProvenError, StaleChallengeError
from api.enrolment.models import Challenge, EnrolRequest, RenewRequest
from api.enrolment.office import Office
from api.enrolment.revocations import RevocationList
from api.models.base import Problem
from api.rate_limit import RateLimit
from store.enrolment_audit import Action, Asker, Fact
from store.enrolment_errors import EnrolmentRefusedError
from telemetry.errors import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import asyncpg

    from api.enrolment.settings import EnrolmentSettings

MAX_BODY_BYTES: Final = 16 * 1024
"""The largest honest request (certificate request and proof in base64) is under 2 KiB."""
BODY_S: Final = 10.0
"""A request that takes longer to arrive is not from a gateway that waits for its answer."""
OFFICE: Final = web.AppKey("office", Office)
_Form = TypeVar("_Form", bound=BaseModel)
_log = structlog.get_logger()


def build_app(office: Office) -> web.Application:
    """The application; it must be served over TLS."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_answer_problems])
    app[OFFICE] = office
    app.router.add_get("/api/v1/enrol/ca", _ca)
    app.router.add_post("/api/v1/enrol", _enrol)
    app.router.add_get("/api/v1/enrol/challenge", _challenge)
    app.router.add_post("/api/v1/enrol/renew", _renew)
    return app


def server_context(settings: EnrolmentSettings) -> ssl.SSLContext:
    """TLS 1.2 or later with the service's own certificate (issued when missing); client certificates of our CA are verified."""
    files = ensure_server(settings.authority_dir, "enrolment", settings.server_names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.cert_file, files.key_file)
    context.load_verify_locations(settings.authority_dir / ROOT_PEM)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@asynccontextmanager
async def serving(settings: EnrolmentSettings, pool: asyncpg.Pool) -> AsyncIterator[int]:
    """Serve enrolment while the block runs; gives the port. Keeps the broker's revocation list as the store says.

    Raises AuthorityError when the CA's folder is not as it must be, OSError when the port is taken.
    """
    authority = open_authority(settings.authority_dir, settings.authority_name)
    server_key = open_server_key(settings.authority_dir)
    office = Office(settings, authority, server_key, pool, RateLimit(settings.attempts))
    runner = web.AppRunner(build_app(office), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        async with RevocationList(authority, pool, settings.crl_file).kept():
            site = web.TCPSite(runner, settings.host, settings.port, ssl_context=server_context(settings))
            await site.start()
            port = int(runner.addresses[0][1])
            _log.info("enrolment_ready", port=port)
            yield port
    finally:
        await runner.cleanup()


async def _ca(request: web.Request) -> web.Response:
    return web.Response(body=request.app[OFFICE].authority.pem, content_type="application/x-pem-file")


async def _enrol(request: web.Request) -> web.Response:
    return _json(await request.app[OFFICE].enrol(await _body(request, EnrolRequest), _asker(request)))


async def _challenge(request: web.Request) -> web.Response:
    return _json(Challenge(challenge=request.app[OFFICE].challenge()))


async def _renew(request: web.Request) -> web.Response:
    form = await _body(request, RenewRequest)
    return _json(await request.app[OFFICE].renew(form, _peer(request), _asker(request)))


@web.middleware
async def _answer_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refusals as JSON; counted per address, and addresses with too many wait."""
    office, key, now_s = request.app[OFFICE], _rate_key(request), time.monotonic()
    wait_s = office.failures.wait_s(key, now_s)
    if wait_s > 0:
        headers = {"Retry-After": str(math.ceil(wait_s))}
        return _problem(429, "too-many", "too many refused requests from this address; wait", headers)
    try:
        return await handler(request)
    except StaleChallengeError as error:
        return _problem(409, "challenge-stale", str(error))
    except (EnrolmentRefusedError, Refused, NotProvenError, CertificateRequestRefusedError) as error:
        return await _refuse(request, error)


async def _refuse(request: web.Request, error: Exception) -> web.Response:
    office, asker = request.app[OFFICE], _asker(request)
    status, fact = _judged(error)
    office.failures.failed(_rate_key(request), time.monotonic())
    await office.refused(fact, asker)
    _log.warning("enrolment_refused", reason=fact.reason, gateway=fact.gateway, remote=asker.remote)
    return _problem(status, fact.reason or "refused", str(error))


def _judged(error: Exception) -> tuple[int, Fact]:
    """Status and audit row: 403 for who may not, 400 for what cannot be read or verified."""
    if isinstance(error, EnrolmentRefusedError):
        return 403, Fact(Action.REFUSED, error.gateway, error.epoch, error.reason)
    if isinstance(error, NotProvenError):
        return 403, Fact(Action.REFUSED, reason="not-proven")
    return 400, Fact(Action.REFUSED, reason=error.reason if isinstance(error, Refused) else "malformed")


async def _body(request: web.Request, form: type[_Form]) -> _Form:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_S):
            data = await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    try:
        return form.model_validate_json(data)
    except ValidationError as error:
        raise CertificateRequestRefusedError(f"{error.error_count()} fields are wrong: {_fields(error)}") from error


def _fields(error: ValidationError) -> str:
    """Names of wrong fields, never their values: a secret may be among them."""
    return ", ".join(sorted({".".join(map(str, fault["loc"])) or "body" for fault in error.errors()}))[:200]


def _peer(request: web.Request) -> x509.Certificate | None:
    transport = request.transport
    channel = transport.get_extra_info("ssl_object") if transport else None
    der = channel.getpeercert(binary_form=True) if channel else None
    return x509.load_der_x509_certificate(der) if der else None


def _asker(request: web.Request) -> Asker:
    return Asker(remote=(request.remote or "")[:100] or None)


def _rate_key(request: web.Request) -> str:
    """The address; of IPv6 the /64, which one attacker has whole."""
    remote = (request.remote or "").partition("%")[0]
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return remote
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _json(form: BaseModel) -> web.Response:
    return web.Response(text=form.model_dump_json(), content_type="application/json")


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    text = Problem(code=code, detail=detail).model_dump_json()
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)
