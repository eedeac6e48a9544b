"""The gateway's calls to the enrolment service. Blocking (run in a thread), bounded in time and bytes."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway_agent.enrol_errors import EnrolmentError, RefusedByServerError, UnreachableError, WrongAuthorityError
from gateway_agent.enrol_tls import base64url, trusting, untrusting
from telemetry.enrolment_token import ca_fingerprint

if TYPE_CHECKING:
    from telemetry.enrolment_token import EnrolmentToken

CALL_S: Final = 20.0
"""A weak mobile line needs seconds for TLS; more means another try."""
MAX_ANSWER_BYTES: Final = 64 * 1024
_BASE: Final = "/api/v1/enrol"


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """What the service gives to a new gateway. Nothing in it has been checked yet."""

    record: bytes
    certificate: bytes
    server_key: bytes
    broker_host: str
    broker_port: int


def fetch_ca(token: EnrolmentToken) -> bytes:
    """The CA's certificate as PEM, proven by the token's fingerprint. Nothing secret is sent.

    Raises UnreachableError, WrongAuthorityError.
    """
    body = _call(token.url, untrusting(), "GET", "/ca")
    try:
        certificate = x509.load_pem_x509_certificate(body)
    except ValueError as error:
        raise WrongAuthorityError(f"{token.url} gave no CA certificate: {error}") from error
    if ca_fingerprint(certificate.public_bytes(Encoding.DER)) != token.ca_fingerprint:
        raise WrongAuthorityError(f"the CA at {token.url} is not the one that the token names; nothing was sent")
    return certificate.public_bytes(Encoding.PEM)


def enrol(token: EnrolmentToken, ca_pem: bytes, csr: bytes, proof: bytes) -> EnrolAnswer:
    """Use the token. Raises UnreachableError, WrongAuthorityError, RefusedByServerError, EnrolmentError."""
    form = {"secret": base64url(token.secret), "csr": base64url(csr), "proof": base64url(proof)}
    answer = _json(_call(token.url, trusting(ca_pem), "POST", "", form))
    try:
        return EnrolAnswer(
            record=base64.urlsafe_b64decode(answer["record"]),
            certificate=answer["certificate"].encode(),
            server_key=answer["server_key"].encode(),
            broker_host=str(answer["broker_host"]),
            broker_port=int(answer["broker_port"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise EnrolmentError(f"{token.url} answered what is no enrolment: {error!r}") from error


def fetch_challenge(url: str, context: ssl.SSLContext) -> bytes:
    """What a renewal by the sealing key must sign. Raises UnreachableError, WrongAuthorityError, EnrolmentError."""
    answer = _json(_call(url, context, "GET", "/challenge"))
    try:
        return base64.urlsafe_b64decode(answer["challenge"])
    except (KeyError, ValueError, TypeError) as error:
        raise EnrolmentError(f"{url} answered what is no challenge: {error!r}") from error


def renew(url: str, context: ssl.SSLContext, csr: bytes, proof: bytes | None) -> bytes:
    """A new certificate as PEM. Raises UnreachableError, WrongAuthorityError, RefusedByServerError, EnrolmentError."""
    form = {"csr": base64url(csr), "proof": base64url(proof) if proof is not None else None}
    answer = _json(_call(url, context, "POST", "/renew", form))
    certificate = answer.get("certificate")
    if not isinstance(certificate, str):
        raise EnrolmentError(f"{url} answered what is no certificate")
    return certificate.encode()


def _call(url: str, context: ssl.SSLContext, method: str, path: str, form: dict[str, Any] | None = None) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port or 443, timeout=CALL_S, context=context)
    try:
        body = None if form is None else json.dumps(form).encode()
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, _BASE + path, body, headers)
        response = connection.getresponse()
        data = response.read(MAX_ANSWER_BYTES + 1)
    except ssl.SSLCertVerificationError as error:
        raise WrongAuthorityError(f"{url}: {error.verify_message}; nothing was sent") from error
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"{url}: {error}") from error
    finally:
        connection.close()
    if len(data) > MAX_ANSWER_BYTES:
        raise EnrolmentError(f"{url} answered more than {MAX_ANSWER_BYTES} bytes")
    _check_status(url, response.status, data)
    return data


def _check_status(url: str, status: int, data: bytes) -> None:
    if status == 200:
        return
    if status in {408, 409, 429} or status >= 500:
        raise UnreachableError(f"{url} answered {status}: try again later")
    try:
        problem = _json(data)
    except EnrolmentError:
        problem = {}
    raise RefusedByServerError(str(problem.get("code", status)), str(problem.get("detail", "refused")))


def _json(data: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(data)
    except ValueError as error:
        raise EnrolmentError("the service answered what is not JSON") from error
    if not isinstance(answer, dict):
        raise EnrolmentError("the service answered JSON that is no object")
    return answer
