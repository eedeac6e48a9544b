"""Settings of the ingest service."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from store.connection import DatabaseSettings
from telemetry.strict import StrictModel
from telemetry.topics import PARTITIONS


class BrokerSettings(StrictModel):
    """Where the broker is, on the listener for the platform's own services, and who asks."""

    host: str | None = Field(default=None, description="Name or address of the broker; or give `socket`.")
    port: int = Field(default=1883, ge=1, le=65535, description="TCP port of the listener for services.")
    socket: Path | None = Field(default=None, description="Unix socket of the listener, instead of host and port.")
    username: str | None = Field(default=None, description="User name of this service at the broker.")
    password_file: Path | None = Field(default=None, description="File whose first line is the password.")
    ca_file: Path | None = Field(default=None, description="CA of the broker's certificate; given: TLS is used.")
    cert_file: Path | None = Field(default=None, description="Client certificate, where the listener wants one.")
    key_file: Path | None = Field(default=None, description="Key of the client certificate.")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.host is None) == (self.socket is None):
            raise ValueError("give either host (with port) or socket")
        return self


class RetentionSettings(StrictModel):
    """How long `readings` are kept as rows. The record and the rollups keep everything."""

    readings_days: int = Field(default=90, ge=1, description="Rows older than this many days are dropped.")
    readings_bytes: int | None = Field(
        default=None, ge=1 << 20, description="Oldest rows are dropped above this many bytes, indexes included."
    )
    doubtful_days: int = Field(default=90, ge=1, description="Doubtful rows received before that are dropped.")
    sweep_s: float = Field(default=600.0, gt=0, description="Seconds between two looks.")


class RunsSettings(StrictModel):
    """How the record's entries become runs."""

    enabled: bool = Field(default=True, description="Whether this worker merges entries.")
    after_s: float = Field(default=7200.0, ge=0, description="A chunk is merged this long after its end.")
    sweep_s: float = Field(default=300.0, gt=0, description="Seconds between two looks.")
    run_bytes: int = Field(default=262_144, ge=4096, le=8 << 20, description="A run at rest is at most this large.")


class IngestSettings(StrictModel):
    """Everything the ingest service is told."""

    database: DatabaseSettings = Field(description="The database, as role antoan_ingest.")
    broker: BrokerSettings = Field(description="The broker's listener for services.")
    server_key_file: Path = Field(description="PEM file of the Ed25519 key that signs `committed`.")
    name: str = Field(default="ingest", max_length=100, description="Name of this worker; also its MQTT client id.")
    partitions: list[int] = Field(
        default=list(range(PARTITIONS)), min_length=1, description="Partitions to own; the default is all of them."
    )
    receive_maximum: int = Field(
        default=1000,
        ge=1,
        le=65535,
        description="Messages unacknowledged at most: the bound of what is held in memory.",
    )
    committed_s: float = Field(
        default=30.0,
        ge=0,
        le=600,
        description="A gateway that is not behind hears `committed` this often; keep it at most half of the gateways' "
        "`uplink.progress_s`, or they send again what is recorded",
    )
    takeover_s: float = Field(
        default=10.0, ge=1, description="A standby ends the session of an owner that is silent for this long."
    )
    cache_bytes: int = Field(
        default=64 << 20, ge=0, description="Freshly committed messages kept decoded for the projections."
    )
    project: bool = Field(
        default=True, description="Whether this worker also keeps readings and rollups behind the record."
    )
    retention: RetentionSettings = Field(default=RetentionSettings(), description="How long rows are kept.")
    runs: RunsSettings = Field(default=RunsSettings(), description="How entries become runs.")
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Loopback port of the metrics (Prometheus text); none: not served."
    )

    @model_validator(mode="after")
    def _partitions_exist(self) -> Self:
        if len(set(self.partitions)) != len(self.partitions) or not set(self.partitions) <= set(range(PARTITIONS)):
            raise ValueError(f"partitions are different numbers from 0 to {PARTITIONS - 1}")
        return self
