"""Settings of the enrolment service: a TLS listener of its own beside the page's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from telemetry.enrolment_token import TokenError, check_url
from telemetry.strict import StrictModel


class EnrolmentSettings(StrictModel):
    """Where gateways enrol and renew, and what they are told."""

    host: str = Field(default="0.0.0.0", description="address to listen on; kits come from anywhere")  # noqa: S104
    port: int = Field(default=8443, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    url: str = Field(description="https://host:port under which gateways reach this service; tokens carry it")
    names: tuple[str, ...] = Field(
        default=(), description="further host names and addresses for the service's certificate"
    )
    authority_dir: Path = Field(description="folder of the CA (0700); made on first use; back it up")
    authority_name: str = Field(default="AnToan", min_length=1, max_length=64, description="the CA's name when made")
    crl_file: Path | None = Field(
        default=None,
        description="where the revocation list for the broker is written; reload the broker when it changes",
    )
    broker_host: str = Field(description="name or address of the broker as gateways reach it, in its certificate")
    broker_port: int = Field(default=8883, ge=1, le=65535, description="port of the broker's gateway listener")
    certificate_days: int = Field(
        default=90, ge=1, le=825, description="life of a gateway's certificate; renewed when a third is left"
    )
    attempts: int = Field(default=20, ge=1, le=1000, description="refused requests in 5 minutes per address")

    @field_validator("url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        try:
            return check_url(url)
        except TokenError as error:
            raise ValueError(str(error)) from error

    @property
    def certificate_life(self) -> timedelta:
        """Life of a gateway's certificate."""
        return timedelta(days=self.certificate_days)

    @property
    def server_names(self) -> list[str]:
        """Names in the service's own certificate: the URL's host first."""
        host = urlsplit(self.url).hostname or ""
        return list(dict.fromkeys((host, *self.names)))
