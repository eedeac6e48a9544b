"""Enrolment from the gateway's side: a token becomes keys, an enrolment record and a client certificate.

State folder (0700), every file 0600:

    keys/sealing.pem            Ed25519, PKCS #8: seals entries
    keys/tls.pem                ECDSA P-256, PKCS #8: proves the gateway to broker and API
    enrolment/record.cbor       enrolment record, COSE_Sign1 by the server key
    enrolment/certificate.pem   client certificate for keys/tls.pem
    enrolment/ca.pem            the platform's CA
    enrolment/server_key.pem    Ed25519 public key: verifies `committed` and the record
    enrolment/gateway.json      gateway, epoch, broker, enrolment URL, digest of the token
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from telemetry.cose import SigningKey, VerifyKey
    from telemetry.enrolment import EnrolmentRecord


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

        Reads the certificate anew, so that a renewed one is used at the next connection.
        """
        raise NotImplementedError


def load_identity(state_dir: Path) -> Identity:
    """Read and check the identity in a state folder; finishes an installation that a power cut interrupted.

    Raises NotEnrolled when there is none, EnrolmentError when what is there does not fit together.
    """
    raise NotImplementedError
