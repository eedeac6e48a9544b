"""Settings of the broker (mosquitto 2.0.21 or later): two listeners and every bound, with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from telemetry.limits import MESSAGE_BYTES
from telemetry.strict import StrictModel


def _plain(text: str) -> str:
    """What mosquitto.conf can hold: one line, no comment, no blank at an end."""
    if not text or text != text.strip() or text.startswith("#") or any(ord(c) < 32 for c in text):
        raise ValueError("is empty, begins with '#', or holds control characters or outer blanks")
    return text


def _absolute(path: Path) -> Path:
    _plain(str(path))
    if not path.is_absolute():
        raise ValueError("must be an absolute path: the broker runs in a folder of its own")
    return path


Word = Annotated[str, AfterValidator(_plain)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=1, le=65535)]


class GatewayListener(StrictModel):
    """Where gateways connect: TLS, a client certificate of our CA required, its identity is user name and client id."""

    host: Word | None = Field(default=None, description="Address to listen on; all addresses when left out.")
    port: Port = Field(default=8883, description="TCP port.")
    ca_file: AbsolutePath = Field(description="The platform's CA (PEM): signs the gateways' certificates.")
    cert_file: AbsolutePath = Field(description="The broker's certificate (PEM), issued by the CA.")
    key_file: AbsolutePath = Field(description="The broker's private key (PEM), readable by the broker only.")
    crl_file: AbsolutePath = Field(description="Revocation list (PEM) that the enrolment service writes; must exist.")
    tls_version: Literal["tlsv1.2", "tlsv1.3"] = Field(default="tlsv1.2", description="Lowest TLS version accepted.")
    max_connections: int = Field(
        default=5000, ge=1, le=100_000, description="Connections at once: kits, with room to spare."
    )


class ServiceListener(StrictModel):
    """Where the platform's own services connect: a socket in a private folder, or a port on loopback; with password."""

    socket: AbsolutePath | None = Field(
        default=None, description="Unix socket; its folder must be private to the services."
    )
    host: Literal["127.0.0.1", "::1"] = Field(
        default="127.0.0.1", description="Loopback address, when no socket is named."
    )
    port: Port | None = Field(default=None, description="TCP port on loopback.")
    max_connections: int = Field(
        default=32, ge=1, le=1000, description="Connections at once: a few services and their standbys."
    )

    @model_validator(mode="after")
    def _one_place(self) -> ServiceListener:
        if (self.socket is None) == (self.port is None):
            raise ValueError("name either socket or port")
        if self.socket is not None and len(str(self.socket).encode()) > 107:
            raise ValueError("a unix socket's path has at most 107 bytes")
        return self


class BrokerLimits(StrictModel):
    """Bounds of what the broker holds. What it drops comes again: ingest asks, gateways keep until committed."""

    message_bytes: int = Field(
        default=MESSAGE_BYTES, ge=1024, le=1 << 20, description="Largest payload: the wire's own bound."
    )
    packet_overhead_bytes: int = Field(
        default=512,
        ge=128,
        le=8192,
        description="Topic and properties beside the payload; a larger packet ends the connection.",
    )
    inflight_messages: int = Field(
        default=100,
        ge=1,
        le=65535,
        description="Unacknowledged QoS 1 messages per client that names no Receive Maximum itself.",
    )
    queued_messages: int = Field(
        default=20_000,
        ge=100,
        le=1_000_000,
        description="Messages waiting for one client (ingest) beyond those in flight.",
    )
    queued_bytes: int = Field(
        default=128 << 20,
        ge=1 << 20,
        le=1 << 32,
        description="The same in bytes: what a stalled ingest can cost in memory.",
    )
    keepalive_s: int = Field(
        default=120, ge=10, le=3600, description="Longest keep-alive: a dead kit's last will comes by 1.5 times this."
    )


class BrokerSettings(StrictModel):
    """Everything that `mosquitto.conf` and its files are made from."""

    folder: AbsolutePath = Field(description="Where the rendered files are written; private to the broker.")
    gateways: GatewayListener = Field(description="The gateways' listener.")
    services: ServiceListener = Field(description="The services' listener.")
    limits: BrokerLimits = Field(default=BrokerLimits(), description="Bounds.")
    user: Word | None = Field(
        default=None, description="User to become when started as root; left out: stay who we are."
    )
    log_types: tuple[Literal["error", "warning", "notice", "information"], ...] = Field(
        default=("error", "warning", "notice"), description="What the broker writes to stderr."
    )
