"""Settings of the API service, read from YAML by `telemetry.strict.parse_yaml`; unknown keys are refused by name."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from api.enrolment.settings import EnrolmentSettings
from store.connection import DatabaseSettings
from telemetry.strict import StrictModel


class Tls(StrictModel):
    """The server's certificate, where the service itself speaks TLS (otherwise a reverse proxy does)."""

    cert_file: Path = Field(description="PEM: the certificate and its chain")
    key_file: Path = Field(description="PEM: its private key")


class ApiSettings(StrictModel):
    """Everything the API service can be told."""

    host: str = Field(default="127.0.0.1", description="address to listen on; loopback unless said otherwise")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    tls: Tls | None = Field(default=None, description="certificate and key to speak HTTPS")
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost", "[::1]"),
        min_length=1,
        description="host names (without port) under which the page may be called; any other Host header is refused",
    )
    behind_tls: bool = Field(
        default=False, description="a reverse proxy speaks TLS for us: mark cookies Secure, send HSTS"
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses whose X-Forwarded-For is believed (for the log-in limit); none by default"
    )
    database: DatabaseSettings = Field(description="the database, as the role antoan_api")
    pool_size: int = Field(
        default=10, ge=2, le=100, description="database connections at most; one more listens for news"
    )
    session_hours: float = Field(default=12.0, gt=0, le=24 * 30, description="hours until a log-in ends")
    login_attempts: int = Field(
        default=10, ge=1, le=1000, description="failed log-ins in 5 minutes per login name or address"
    )
    enrolment: EnrolmentSettings | None = Field(
        default=None, description="enrolment of gateways, on a TLS listener of its own; none: not served here"
    )
    page_dir: Path | None = Field(default=None, description="folder of the built page; default api/web/dist")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the page over TLS."""
        return self.behind_tls or self.tls is not None
