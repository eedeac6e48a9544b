"""What a person writes to have a kit played: instruments, where their values come from, where they are plugged in."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from deploy.simulate.faults import FaultKind
from telemetry.strict import StrictModel

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class Recording(StrictModel):
    """A column of a CSV file of evenly spaced rows, played in a circle."""

    kind: Literal["recording"]
    file: str = Field(description="CSV file; a relative path starts at the folder of this file")
    column: str = Field(description="Its heading")
    interval_s: float = Field(gt=0, description="Seconds between two rows")
    from_row: int = Field(default=0, ge=0, description="Row to start with")
    scale: Decimal = Field(default=Decimal(1), description="Factor on every value")
    offset: Decimal = Field(
        default=Decimal(0), description="Added to every value: a stated offset, so that limits are crossed"
    )


class Constant(StrictModel):
    """Always the same."""

    kind: Literal["constant"]
    value: Decimal = Field(description="The value, in the channel's unit")


class Step(StrictModel):
    """A point of a scenario."""

    at_s: float = Field(ge=0, description="Seconds of the scenario")
    value: Decimal = Field(description="The value then; straight lines between steps")


class Scenario(StrictModel):
    """Straight lines between steps; the last value stays."""

    kind: Literal["scenario"]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)] = Field(description="In order of time")

    @model_validator(mode="after")
    def _in_order(self) -> Scenario:
        times = [step.at_s for step in self.steps]
        if times != sorted(times):
            raise ValueError("steps must be in order of time")
        return self


Source = Annotated[Recording | Constant | Scenario, Field(discriminator="kind")]


class SerialPlace(StrictModel):
    """A pty, reachable under a stable name in the folder of ports. Instruments with the same name share the line."""

    serial: Name = Field(description="Name of the port in the folder of ports")
    link: Literal["serial", "rtu", "ascii"] | None = Field(
        default=None, description="Which of the profile's serial links; the first when absent"
    )


class TcpPlace(StrictModel):
    """A TCP server. Instruments with the same port, other than 0, share it."""

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=0, ge=0, le=65535, description="Port; 0 takes a free one")
    most_clients: int | None = Field(
        default=None, ge=1, description="Connections it takes at once; any number when absent, many meters take one"
    )


class I2cPlace(StrictModel):
    """An I2C bus, played at a socket. Instruments with the same name share it."""

    i2c: Name = Field(description="Name of the bus in the folder of ports")


class SysfsPlace(StrictModel):
    """A folder like those in which the kernel shows 1-Wire and IIO devices."""

    sysfs: str = Field(
        description="Name of the device's folder in the folder of ports: '28-000005e2fdc3'",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$",
    )


class PulsePlace(StrictModel):
    """A folder like that of a counter of the kernel's."""

    pulses: Name = Field(description="Name of the counter's folder in the folder of ports")


class Stick(StrictModel):
    """A time in which the instrument answers well and yet always the same."""

    at_s: float = Field(ge=0, description="Played seconds until it sticks")
    for_s: float | None = Field(default=None, gt=0, description="Played seconds; for good when absent")


class PlannedFault(StrictModel):
    """A fault at a time of the scenario."""

    at_s: float = Field(ge=0, description="Played seconds until it begins")
    kind: FaultKind | Literal["unplug"] = Field(description="What happens")
    times: int | None = Field(default=None, ge=1, description="How many answers; until `for_s` or for good when absent")
    for_s: float | None = Field(default=None, gt=0, description="Played seconds until it is over")
    delay_s: float = Field(default=0.0, ge=0, le=60, description="Delay of a late or split answer, in real seconds")


class SimulatedInstrument(StrictModel):
    """One instrument to play."""

    name: Name = Field(description="Its name, unique")
    profile: str = Field(description="Profile id")
    variant: str | None = Field(default=None, description="Variant of the profile")
    place: SerialPlace | TcpPlace | I2cPlace | SysfsPlace | PulsePlace = Field(description="Where it is plugged in")
    address: int | None = Field(default=None, ge=0, le=255, description="Bus address; the profile's when absent")
    sources: dict[str, Source] = Field(
        description="Where the value of each channel comes from; zero where none is given"
    )
    stated: dict[str, int | str] = Field(default_factory=dict, description="Raw values of other fields: {'state': 2}")
    think_ms: int = Field(default=0, ge=0, description="Time it takes to answer")
    jitter: dict[str, Decimal] = Field(
        default_factory=dict,
        description="Noise on a channel, up to so much either way: {'co': 0.4}; the same each time",
    )
    sticks: Stick | None = Field(default=None, description="When its values freeze")
    faults: tuple[PlannedFault, ...] = Field(default=(), description="Faults by the scenario's clock")


class SimulatedKit(StrictModel):
    """All instruments of a kit."""

    instruments: Annotated[tuple[SimulatedInstrument, ...], Field(min_length=1)] = Field(description="What to play")
    ports: str = Field(description="Folder for the names of the serial ports and the control socket; made if missing")
    speed: float = Field(default=1.0, gt=0, le=100_000, description="Seconds of recording played in one second")

    @model_validator(mode="after")
    def _names_differ(self) -> SimulatedKit:
        names = [instrument.name for instrument in self.instruments]
        if len(set(names)) != len(names):
            raise ValueError("two instruments have the same name")
        return self
