"""How a person configures a gateway: one YAML file, unknown keys refused by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alerts.engine.rules import DangerRule, LevelRule
from gateway_agent.drivers.settings import InstrumentSettings
from gateway_agent.sounding import OutputLine
from telemetry.strict import StrictModel

GATEWAY_ID = r"^[a-z0-9]{8,32}$"

UNSTABLE_PORT = re.compile(r"/dev/tty(USB|ACM)\d+")
"""The kernel numbers these in the order in which they are found."""

EdgeRule = Annotated[LevelRule | DangerRule, Field(discriminator="kind")]
"""Rules a kit can judge by itself; `select.quantity` and `select.channel` say for which of its channels."""


class SealSettings(StrictModel):
    """When readings become a sealed entry. An alarm that changes seals at once, whatever stands here."""

    interval_s: float = Field(default=5.0, ge=0.1, le=60, description="Seconds of readings in one entry")
    idle_s: float = Field(
        default=60.0, ge=1, le=600, description="With nothing measured, an entry this often proves life"
    )


class SpoolSettings(StrictModel):
    """What the gateway keeps, and until when."""

    max_mib: int = Field(
        default=2048,
        ge=8,
        le=1_000_000,
        description="Bound of the entries kept. When it is reached, committed entries go first, oldest first; when none is "
        "left, the oldest uncommitted ones go and a signed `lost` event says so",
    )
    keep_days: float = Field(
        default=7.0, ge=0, le=3650, description="Committed entries stay this long (days of running time)"
    )


class ClockSettings(StrictModel):
    """Where UTC comes from. Without a trusted clock the gateway measures all the same; UTC follows when it is known."""

    source: Literal["kernel", "host", "none"] = Field(
        default="kernel",
        description="kernel: UTC counts as known while the kernel's clock is disciplined (chrony, ntpd, timesyncd); "
        "host: the machine's clock is kept by its host (a container, a demo); none: never",
    )
    disciplined_by: Literal["ntp", "gnss"] = Field(
        default="ntp",
        description="With `kernel`: what disciplines it (a GNSS receiver as chrony's reference clock, or NTP)",
    )
    rtc_bound_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="With `kernel`, while nothing disciplines it: the kit has a battery-backed clock (DS3231, recommended) that set "
        "the system's at boot, and this is how wrong it may be. Absent: UTC is unknown then",
    )
    host_bound_s: float = Field(default=1.0, gt=0, le=3600, description="With `host`: how wrong the clock may be")
    shift_file: Path | None = Field(
        default=None,
        description='For fault tests: a JSON file {"shift_s": 7200, "known": true}, read at each look at the clock, '
        "that moves or takes away the UTC this gateway sees",
    )


class BrokerSettings(StrictModel):
    """The MQTT broker. What is absent is taken from the enrolment."""

    host: str | None = Field(default=None, description="Name or address; from the enrolment when absent")
    port: int | None = Field(default=None, ge=1, le=65535, description="TLS port; from the enrolment when absent")
    keepalive_s: int = Field(default=30, ge=5, le=1200, description="MQTT keep-alive")


class UplinkSettings(StrictModel):
    """Bounds of what is under way to the server."""

    window_kib: int = Field(
        default=1024,
        ge=64,
        le=65_536,
        description="Sent and not yet committed, at most; keeps the broker's memory bounded too",
    )
    progress_s: float = Field(
        default=60.0,
        ge=0.5,
        le=3600,
        description="Without a `committed` for what was sent, this long: go back and send again",
    )
    progress_max_s: float = Field(default=600.0, ge=1, le=86_400, description="Bound of that time as it doubles")
    status_s: float = Field(default=30.0, ge=1, le=3600, description="How often the retained status is refreshed")


class ButtonSettings(StrictModel):
    """Two buttons to ground: one tests the outputs, the other mutes the siren and ends what is latched."""

    chip: str = Field(default="/dev/gpiochip0", description="GPIO chip")
    test_line: int = Field(ge=0, le=511, description="Line of the test button")
    mute_line: int = Field(ge=0, le=511, description="Line of the mute button")


class OutputSettings(StrictModel):
    """What sounds or lights when an edge alarm changes; it needs no network."""

    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Program and arguments, run without a shell; the transition arrives as JSON on its standard input",
    )
    timeout_s: float = Field(default=5.0, gt=0, le=60, description="The program is ended after this time")
    lines: tuple[OutputLine, ...] = Field(default=(), description="Siren, lamp and relays on GPIO lines")
    buttons: ButtonSettings | None = Field(default=None, description="Buttons at the kit, where it has some")


class PageSettings(StrictModel):
    """The kit's own page, for a phone on the kit's network."""

    password_file: Path = Field(description="File that holds the password on the kit's sticker")
    host: str = Field(
        default="0.0.0.0",  # noqa: S104
        description="Address to listen on: that of the kit's own network, better than all",
    )
    port: int = Field(default=8080, ge=1, le=65535, description="TCP port")
    names: tuple[str, ...] = Field(
        default=(), description="Names by which the kit is reached, beside its addresses: kit7.local"
    )


class GatewaySettings(StrictModel):
    """Everything a gateway is told by a person. Identity, keys and broker address come from its enrolment."""

    gateway: str = Field(description="Gateway id, as enrolled: 8 to 32 small letters and digits", pattern=GATEWAY_ID)
    state_dir: Path = Field(description="Folder of keys/, enrolment/ and spool.db; on a disk that keeps its promises")
    run_dir: Path | None = Field(
        default=None,
        description="Folder of `state.json` and of the journal of what is not sealed yet: `/run/antoan-gateway` spares the card, "
        "as both are lost with the power by their own promise; `state_dir` when absent",
    )
    instruments: tuple[InstrumentSettings, ...] = Field(default=(), description="What is plugged in")
    seal: SealSettings = Field(default=SealSettings(), description="When entries are sealed")
    spool: SpoolSettings = Field(default=SpoolSettings(), description="What is kept, and until when")
    clock: ClockSettings = Field(default=ClockSettings(), description="Where UTC comes from")
    broker: BrokerSettings = Field(default=BrokerSettings(), description="The MQTT broker")
    uplink: UplinkSettings = Field(default=UplinkSettings(), description="Bounds of the uplink")
    alarms: tuple[EdgeRule, ...] = Field(
        default=(), description="Rules that the kit itself sounds; they need no network"
    )
    output: OutputSettings = Field(default=OutputSettings(), description="What sounds when an edge alarm changes")
    site: str = Field(default="", max_length=200, description="Where it is to measure, for the kit's own page")
    page: PageSettings | None = Field(default=None, description="The kit's own page; absent: there is none")
    explosive_atmosphere: bool = Field(
        default=False, description="The kit is to stand in an explosive atmosphere: nothing without Ex marking starts"
    )
    ex_marking: str = Field(default="", max_length=128, description="Ex marking on the kit's own plate")

    @property
    def volatile_dir(self) -> Path:
        """Where files stand that a power cut may take."""
        return self.run_dir or self.state_dir

    @model_validator(mode="after")
    def _names_are_unique(self) -> GatewaySettings:
        names = [instrument.name for instrument in self.instruments]
        if len(set(names)) != len(names):
            raise ValueError("instruments: two share one name")
        rules = [rule.id for rule in self.alarms]
        if len(set(rules)) != len(rules):
            raise ValueError("alarms: two rules share one id")
        return self

    @model_validator(mode="after")
    def _ports_are_stable(self) -> GatewaySettings:
        for instrument in self.instruments:
            port = getattr(instrument.connection, "serial", "")
            if UNSTABLE_PORT.fullmatch(port):
                raise ValueError(
                    f"instruments: {instrument.name}: {port} is another port after each plugging in; name it by "
                    "/dev/serial/by-id/… (or /dev/serial/by-path/… for adapters without a serial number, such as CH340)"
                )
        return self
