"""Acceleration: samples of an accelerometer that the kernel buffers, and the vibration values computed from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.values import FieldBase
from telemetry.strict import StrictModel

LOWEST_RATE_HZ = {"Wk": 250, "Wd": 250, "Wh": 3148}
"""Two and a half times the upper corner of the weighting's band (100 Hz; 1259 Hz for the hand)."""


class IioBufferLink(StrictModel):
    """A device of Industrial I/O with a buffer; its scale is the kernel's, in m/s² a step."""

    kind: Literal["iio_buffer"]
    names: tuple[str, ...] = Field(
        default=(), description="What the device's file `name` may hold; any name when empty"
    )
    rate_hz: int = Field(ge=10, le=50_000, description="Samples a second, set at opening")


class AccelerationField(FieldBase):
    """What the samples of one axis become, once a second; or the samples themselves, around alarms alone."""

    axis: Literal["x", "y", "z"] = Field(description="The axis of the chip")
    of: Literal["rms", "mtvv", "peak", "fourth_power", "waveform"] = Field(
        description="R.m.s., highest running r.m.s. (1 s), highest instantaneous value, ∫a⁴dt (VDV is the fourth root of its sum), "
        "or the samples before and after an alarm"
    )
    weighting: Literal["Wk", "Wd", "Wh"] | None = Field(
        default=None, description="Frequency weighting of ISO 2631-1 or ISO 5349-1; none for the waveform"
    )

    @model_validator(mode="after")
    def _weighting_fits(self) -> AccelerationField:
        if (self.of == "waveform") != (self.weighting is None):
            raise ValueError("a weighting belongs to everything but the waveform")
        return self


class AccelerationInterface(StrictModel):
    """An accelerometer. Its waveform is kept in a ring, and sealed around alarms where the kit's settings name it."""

    protocol: Literal["acceleration"]
    links: tuple[IioBufferLink, ...] = Field(min_length=1, description="The device")
    overload_share: Decimal = Field(
        default=Decimal("0.99"), gt=0, le=1, description="Share of full scale from which a sample is an overload"
    )
    before_s: int = Field(default=5, ge=1, le=60, description="Seconds of waveform kept before an alarm")
    after_s: int = Field(default=5, ge=1, le=60, description="Seconds of waveform kept after it")
    fields: dict[Name, AccelerationField] = Field(min_length=1, description="What the samples become")

    @model_validator(mode="after")
    def _fast_enough(self) -> AccelerationInterface:
        rate_hz = min(link.rate_hz for link in self.links)
        for name, field in self.fields.items():
            if field.weighting is not None and rate_hz < LOWEST_RATE_HZ[field.weighting]:
                wanted = LOWEST_RATE_HZ[field.weighting]
                raise ValueError(f"fields.{name}: {field.weighting} needs {wanted} samples a second or more")
        return self
