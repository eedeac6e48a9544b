"""Enrolment from the gateway's side: a token becomes keys, an enrolment record and a client certificate.

State folder (0700), every file 0600:

    keys/sealing.pem            Ed25519, PKCS #8: seals entries
    keys/tls.pem                ECDSA P-256, PKCS #8: proves the gateway to broker and API
    enrolment/record.cbor       enrolment record, COSE_Sign1 by the server key
    enrolment/certificate.pem   client certificate for keys/tls.pem
    enrolment/ca.pem            the platform's CA
    enrolment/server_key.pem    Ed25519 public key: verifies `committed` and the record
    enrolment/gateway.json      gateway, epoch, broker, enrolment URL, hash of the token
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from gateway_agent import enrol_files
from gateway_agent.enrol_errors import EnrolmentError, NotEnrolledError
from gateway_agent.enrol_tls import certificate_request, fits, new_tls_key, trusting_with_certificate
from telemetry.enrolment import EnrolmentRecord, open_enrolment
from telemetry.enrolment_request import prove_enrol
from telemetry.enrolment_token import parse_token
from telemetry.errors import TelemetryError
from telemetry.pem import new_signing_key_pem, read_signing_key, read_verify_key
from telemetry.strict import StrictModel

if TYPE_CHECKING:
    import ssl

    from gateway_agent.enrol_client import EnrolAnswer
    from telemetry.cose import SigningKey, VerifyKey
    from telemetry.enrolment_token import EnrolmentToken


class GatewayFile(StrictModel):
    """enrolment/gateway.json."""

    gateway: str = Field(description="gateway id")
    epoch: int = Field(ge=1, description="epoch of the sealing key")
    broker_host: str = Field(description="name or address of the broker, as in its certificate")
    broker_port: int = Field(ge=1, le=65535, description="port of the broker")
    enrolment_url: str = Field(description="where certificates are renewed")
    token: str = Field(description="hash of the token that was used, hex")


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything an enrolled gateway is. Made by `load_identity`; the record has been verified with the server key."""

    gateway: str
    epoch: int
    sealing_key: SigningKey
    record: EnrolmentRecord
    digest: bytes
    """Of the enrolment record: `prev` of seq 0."""
    server_key: VerifyKey
    """Verifies `committed` and `desired`."""
    broker_host: str
    broker_port: int
    enrolment_url: str
    state_dir: Path

    def tls_context(self) -> ssl.SSLContext:
        """A client context for broker and API: our CA only, host name checked, this gateway's certificate.

        Reads the certificate anew, so that a renewed one is used at the next connection. Raises EnrolmentError.
        """
        state = self.state_dir
        try:
            with enrol_files.locked(state):
                enrol_files.finish(state)
                ca = (state / enrol_files.CA).read_bytes()
                return trusting_with_certificate(ca, state / enrol_files.CERTIFICATE, state / enrol_files.TLS_KEY)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise EnrolmentError(f"{state}: certificate or key cannot be used: {error}") from error


def enrol(token_text: str, state_dir: Path) -> Identity:
    """Use a token for this gateway: its first epoch, or a new one.

    Safe to repeat after any interruption: the same token goes on where it was. Blocking. Raises TokenError (mistyped),
    WrongAuthorityError, UnreachableError, RefusedByServerError, EnrolmentError; what was there before then stays in force.
    """
    from gateway_agent import enrol_client

    token = parse_token(token_text)
    purpose = token.secret_hash.hex()
    with enrol_files.locked(state_dir):
        enrol_files.finish(state_dir)
        if _used_token(state_dir) == purpose:
            return _load(state_dir)
    ca = enrol_client.fetch_ca(token)
    fresh = {enrol_files.SEALING_KEY: new_signing_key_pem(), enrol_files.TLS_KEY: new_tls_key()}
    with enrol_files.locked(state_dir):
        keys = enrol_files.stage_keys(state_dir, enrol_files.Stage.ENROL, purpose, fresh)
    sealing, tls_key = read_signing_key(keys[enrol_files.SEALING_KEY]), keys[enrol_files.TLS_KEY]
    csr = certificate_request(tls_key)
    answer = enrol_client.enrol(token, ca, csr, prove_enrol(sealing, token.secret_hash, csr))
    record = _checked(answer, sealing, tls_key, ca)
    files = _files(answer, record, ca, token)
    with enrol_files.locked(state_dir):
        enrol_files.install(state_dir, enrol_files.Stage.ENROL, purpose, files)
        return _load(state_dir)


def load_identity(state_dir: Path) -> Identity:
    """Read and check the identity in a state folder; finishes an installation that a power cut interrupted.

    Raises NotEnrolledError when there is none, EnrolmentError when what is there does not fit together.
    """
    with enrol_files.locked(state_dir):
        enrol_files.finish(state_dir)
        return _load(state_dir)


def _load(state_dir: Path) -> Identity:
    if not (state_dir / enrol_files.GATEWAY).exists():
        raise NotEnrolledError(
            f"{state_dir} holds no identity: run `antoan gateway enrol --token … --state {state_dir}`"
        )
    try:
        files = {name: (state_dir / name).read_bytes() for name in enrol_files.ALL}
        about = GatewayFile.model_validate_json(files[enrol_files.GATEWAY])
        sealing_key = read_signing_key(files[enrol_files.SEALING_KEY])
        server_key = read_verify_key(files[enrol_files.SERVER_KEY])
        record = open_enrolment(files[enrol_files.RECORD], server_key)
    except (OSError, TelemetryError, ValidationError) as error:
        raise EnrolmentError(f"{state_dir} is damaged: {error}; enrol anew") from error
    if (record.gateway, record.epoch) != (about.gateway, about.epoch):
        raise EnrolmentError(f"{state_dir}: gateway.json is not of the enrolment record; enrol anew")
    if record.sealing_key != sealing_key.public.raw:
        raise EnrolmentError(f"{state_dir}: the sealing key is not the one that was enrolled; enrol anew")
    return Identity(
        gateway=record.gateway,
        epoch=record.epoch,
        sealing_key=sealing_key,
        record=record,
        digest=record.digest,
        server_key=server_key,
        broker_host=about.broker_host,
        broker_port=about.broker_port,
        enrolment_url=about.enrolment_url,
        state_dir=state_dir,
    )


def _files(answer: EnrolAnswer, record: EnrolmentRecord, ca: bytes, token: EnrolmentToken) -> dict[str, bytes]:
    description = GatewayFile(
        gateway=record.gateway,
        epoch=record.epoch,
        broker_host=answer.broker_host,
        broker_port=answer.broker_port,
        enrolment_url=token.url,
        token=token.secret_hash.hex(),
    )
    return {
        enrol_files.RECORD: answer.record,
        enrol_files.CERTIFICATE: answer.certificate,
        enrol_files.CA: ca,
        enrol_files.SERVER_KEY: answer.server_key,
        enrol_files.GATEWAY: description.model_dump_json(indent=1).encode(),
    }


def _checked(answer: EnrolAnswer, sealing: SigningKey, tls_key: bytes, ca: bytes) -> EnrolmentRecord:
    """The record of an answer that fits our keys and the CA. Raises EnrolmentError."""
    try:
        record = open_enrolment(answer.record, read_verify_key(answer.server_key))
        certified = fits(answer.certificate, tls_key, ca)
    except (TelemetryError, ValueError) as error:
        raise EnrolmentError(f"the service's answer does not verify: {error}") from error
    if record.sealing_key != sealing.public.raw or not certified:
        raise EnrolmentError("the service's answer is for other keys than ours")
    return record


def _used_token(state_dir: Path) -> str | None:
    try:
        return GatewayFile.model_validate_json((state_dir / enrol_files.GATEWAY).read_bytes()).token
    except (FileNotFoundError, ValidationError):
        return None
