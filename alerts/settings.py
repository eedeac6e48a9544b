"""Settings of the alert service, read from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from store.connection import DatabaseSettings
from telemetry.strict import StrictModel


class BrokerSettings(StrictModel):
    """Where alarm notices come from: the services' listener of the broker."""

    host: str | None = Field(default=None, description="name or address of the broker; leave out for a socket")
    port: int = Field(default=1883, ge=1, le=65535, description="TCP port")
    socket: Path | None = Field(default=None, description="unix socket of the broker's services' listener")
    username: str = Field(default="alerts", description="user name at the broker")
    password_file: Path | None = Field(default=None, description="file whose first line is the password")
    ca_file: Path | None = Field(default=None, description="CA (PEM) of the broker; TLS is used when given")
    client_id: str = Field(
        default="antoan-alerts", min_length=1, description="one per installation: a take-over evicts"
    )

    @model_validator(mode="after")
    def _one_place(self) -> BrokerSettings:
        if (self.host is None) == (self.socket is None):
            raise ValueError("name either host or socket")
        return self


class EmailSettings(StrictModel):
    """The SMTP server that takes messages."""

    host: str = Field(description="name or address of the SMTP server")
    port: int = Field(default=587, ge=1, le=65535, description="TCP port")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="encryption; none is only for a server on this machine"
    )
    username: str | None = Field(default=None, description="user name at the server; none: not asked")
    password_file: Path | None = Field(default=None, description="file whose first line is the password")
    ca_file: Path | None = Field(default=None, description="CA (PEM) of the server; the system's when left out")
    sender: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="address that messages come from")

    @model_validator(mode="after")
    def _plain_only_at_home(self) -> EmailSettings:
        if self.security == "none" and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("security none is only for a server on loopback")
        return self


class WebhookSettings(StrictModel):
    """How webhooks are called."""

    allow_loopback_http: bool = Field(
        default=False, description="plain http to 127.0.0.1, ::1 or localhost; everything else needs https"
    )
    private_hosts: tuple[str, ...] = Field(
        default=(), description="hosts that may have an address that is not public; others are refused"
    )
    ca_file: Path | None = Field(
        default=None, description="CA (PEM) that https is checked against; the system's when left out"
    )


class AppriseSettings(StrictModel):
    """What may be told by `apprise`: SMS, voice calls, Zalo and others, each by the scheme of its URL."""

    schemes: tuple[str, ...] = Field(
        default=("zalo", "viber", "twilio", "vonage", "clicksend", "bulksms", "tgram", "ntfys", "signals"),
        description="schemes that a recipient's URL may have; everything else is refused",
    )
    private_hosts: tuple[str, ...] = Field(
        default=(), description="hosts that may have an address that is not public, such as an SMS gateway in the house"
    )


class OutboxSettings(StrictModel):
    """How notifications are sent."""

    attempts: int = Field(default=12, ge=1, le=100, description="attempts before a notification is given up")
    first_retry_s: float = Field(default=5, gt=0, le=600, description="wait after the first failure; doubles each time")
    longest_retry_s: float = Field(default=1800, gt=0, le=86_400, description="longest wait between attempts")
    send_s: float = Field(default=10, gt=0, le=300, description="longest time one attempt may take")
    link_holds_s: float = Field(
        default=86_400, ge=60, le=604_800, description="how long a link in a message acknowledges"
    )
    at_once: int = Field(default=8, ge=1, le=64, description="notifications sent beside one another")


class AlertsSettings(StrictModel):
    """The whole settings file of `antoan alerts run`."""

    database: DatabaseSettings = Field(description="the database; user antoan_alerts")
    broker: BrokerSettings | None = Field(
        default=None, description="for alarm notices ahead of their entries; without it alarms come with the entries"
    )
    page_url: str = Field(description="address of the page; a message links to <page_url>/alerts/<number>")
    email: EmailSettings | None = Field(default=None, description="how e-mail is sent; without it none is")
    webhook: WebhookSettings = Field(default=WebhookSettings(), description="how webhooks are called")
    apprise: AppriseSettings | None = Field(
        default=None, description="how SMS, calls, Zalo and others are sent; without it none is"
    )
    outbox: OutboxSettings = Field(default=OutboxSettings(), description="how notifications are sent")
    stopgap_dir: Path | None = Field(
        default=None,
        description="folder of this service alone: with it the kits' own alarms are told while the database is down",
    )
    late_after_s: float = Field(
        default=300, gt=0, description="an alert learnt later than this after it happened is marked late, not paged"
    )
    save_every_s: float = Field(
        default=2, gt=0, le=60, description="longest time that progress without alerts stays unsaved; it is read again"
    )
    takeover_s: float = Field(
        default=10, ge=1, le=600, description="a standby ends the session of an owner that is silent for this long"
    )
    poll_s: float = Field(default=1, gt=0, le=60, description="how often the record is looked at without being woken")
    places_every_s: float = Field(
        default=5,
        gt=0,
        le=600,
        description="how often it is read where kits are and what was refused; rules tell by NOTIFY",
    )

    @field_validator("page_url")
    @classmethod
    def _a_page(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/")
