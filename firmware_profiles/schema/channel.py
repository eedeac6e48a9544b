"""Channels: what an instrument measures, in which unit, how finely, within which range."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from firmware_profiles.units import SHOWN
from telemetry.strict import StrictModel

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,47}$")]
"""A channel or field name; `[a-z0-9_]` in new profiles, capitals where an instrument's own words have them."""

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""A kind of quality, error or quantity."""

ChannelKind = Literal["number", "flag", "code", "word"]


class Range(StrictModel):
    """Measuring range, in the channel's unit. Beyond it the quality is *out of range*.

    Above the range a value is kept, because an overload is a lower bound and not a gap; below it there is no number, because
    a reading under the floor of an instrument is a fault and not a small value, unless `below: keep` says otherwise.
    """

    low: Decimal | None = Field(default=None, description="Lowest value the instrument can measure")
    high: Decimal | None = Field(default=None, description="Highest value the instrument can measure")
    below: Literal["drop", "keep"] = Field(default="drop", description="What becomes of a value under `low`")
    above: Literal["drop", "keep"] = Field(default="keep", description="What becomes of a value over `high`")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("range: low must be under high")
        return self


class Channel(StrictModel):
    """One quantity of an instrument. Values are integers: physical = value × 10^exponent in `unit`."""

    quantity: Word = Field(description="What is measured: 'sound_level', 'co', 'air_temperature'")
    unit: str = Field(description="UCUM unit: 'Cel', '[ppm]', 'dB[SPL]'")
    exponent: int = Field(default=0, ge=-9, le=9, description="Resolution as a power of ten: -1 keeps tenths")
    kind: ChannelKind = Field(
        default="number", description="number; or flag, code, word for what is not measured but stated"
    )
    role: Literal["reading", "status"] = Field(
        default="reading", description="A status is decoded and judged, not recorded"
    )
    range: Range | None = Field(default=None, description="Measuring range")
    weighting: str | None = Field(default=None, description="Frequency and time weighting or fraction: 'A, Fast'")
    stuck_after: int | None = Field(
        default=None, ge=2, description="So many identical values in a row mean a stuck sensor, where noise is expected"
    )
    aliases: tuple[Name, ...] = Field(
        default=(), description="Other names under which documents and others' test vectors know it"
    )
    label: str | None = Field(
        default=None, description="The unit as the maker writes it, where `unit` alone does not give it"
    )

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if unit not in SHOWN:
            raise ValueError(f"unit {unit!r} is not in firmware_profiles/units.py")
        return unit

    @model_validator(mode="after")
    def _numbers_have_resolution(self) -> Channel:
        if self.kind != "number" and self.role == "reading":
            raise ValueError("only a number can be a reading; give `role: status`")
        if self.kind != "number" and (self.exponent or self.range):
            raise ValueError("exponent and range belong to numbers")
        return self

    @property
    def shown_unit(self) -> str:
        """The unit as people read it."""
        return self.label if self.label is not None else SHOWN[self.unit]
