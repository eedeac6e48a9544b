"""What a person writes to have a kit played: instruments, where their values come from, where they are plugged in."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

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


class TcpPlace(StrictModel):
    """A TCP server. Instruments with the same port, other than 0, share it."""

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=0, ge=0, le=65535, description="Port; 0 takes a free one")


class SimulatedInstrument(StrictModel):
    """One instrument to play."""

    name: Name = Field(description="Its name, unique")
    profile: str = Field(description="Profile id")
    variant: str | None = Field(default=None, description="Variant of the profile")
    place: SerialPlace | TcpPlace = Field(description="Where it is plugged in")
    address: int | None = Field(default=None, ge=0, le=255, description="Bus address; the profile's when absent")
    sources: dict[str, Source] = Field(
        description="Where the value of each channel comes from; zero where none is given"
    )
    stated: dict[str, int | str] = Field(default_factory=dict, description="Raw values of other fields: {'state': 2}")
    think_ms: int = Field(default=0, ge=0, description="Time it takes to answer")


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
