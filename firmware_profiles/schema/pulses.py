"""Pulses: edges counted on a wire, and what their rate stands for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.values import FieldBase
from telemetry.strict import StrictModel


class GpioLink(StrictModel):
    """A line of the kit's header."""

    kind: Literal["gpio"]
    line: int = Field(ge=0, le=63, description="Number of the line on the chip, as the kernel counts")
    edge: Literal["rising", "falling"] = Field(default="falling", description="The edge that is one pulse")
    bias: Literal["none", "pull_up", "pull_down"] = Field(default="pull_up", description="Resistor switched on")


class PulseField(FieldBase):
    """What the count of an interval becomes."""

    of: Literal["pulses", "per_minute", "per_second", "interval_s"] = Field(
        description="The count itself, its rate, or the time in which it was counted"
    )


class PulseInterface(StrictModel):
    """A tube or a cup wheel whose pulses are counted."""

    protocol: Literal["pulses"]
    links: tuple[GpioLink, ...] = Field(min_length=1, description="The wire")
    counter_bits: Literal[16, 32, 64] = Field(default=32, description="The counter begins again at zero after so many")
    fields: dict[Name, PulseField] = Field(min_length=1, description="What the count becomes")
