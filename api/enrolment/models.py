"""JSON forms of the enrolment service. Bytes are base64url (RFC 4648 §5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from api.models.base import Form

Csr = Annotated[bytes, Field(max_length=4096, description="certificate request (PKCS #10, DER) of the TLS key")]
Proof = Annotated[bytes, Field(max_length=512)]


class BytesForm(Form):
    """A form that holds bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")


class EnrolRequest(BytesForm):
    """A gateway asks to begin an epoch: the token's secret, and proof that it holds both keys."""

    secret: Annotated[bytes, Field(min_length=16, max_length=16, description="the token's secret")]
    csr: Csr
    proof: Proof = Field(description="COSE_Sign1 by the new sealing key: docs/security.md, enrolment proof")


class EnrolAnswer(BytesForm):
    """Everything the gateway keeps."""

    record: bytes = Field(description="enrolment record, COSE_Sign1 by the server key")
    certificate: str = Field(description="client certificate, PEM")
    server_key: str = Field(description="Ed25519 public key that verifies `committed` and the record, PEM")
    broker_host: str
    broker_port: int


class Challenge(BytesForm):
    """What a renewal by the sealing key must sign, within two minutes."""

    challenge: bytes


class RenewRequest(BytesForm):
    """A gateway asks for a new certificate, over mutual TLS, or with a proof by its sealing key."""

    csr: Csr
    proof: Proof | None = Field(
        default=None, description="COSE_Sign1 by the epoch's sealing key; left out over mutual TLS"
    )


class RenewAnswer(Form):
    """The new certificate."""

    certificate: str = Field(description="client certificate, PEM")
