"""Sound: samples of a microphone, and the levels computed from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name
from firmware_profiles.schema.values import FieldBase
from telemetry.strict import StrictModel


class AlsaLink(StrictModel):
    """A sound card."""

    kind: Literal["alsa"]
    device: str = Field(default="default", description="ALSA's name of the capture device")
    rate_hz: int = Field(default=48_000, ge=8_000, le=192_000, description="Samples a second")
    format: Literal["S16_LE", "S24_LE", "S32_LE"] = Field(default="S32_LE", description="Form of a sample")


class SoundField(FieldBase):
    """A sample, or a level of all samples."""

    of: Literal["sample", "leq", "peak", "fast_max", "slow_max", "slow_min", "band"] = Field(
        description="The first sample, the energy mean, the highest peak, the highest or lowest Fast or Slow level, or the "
        "energy mean in a third octave; the last four by a running kit alone, not from a capture"
    )
    band: int | None = Field(
        default=None, ge=-20, le=13, description="Which third octave (IEC 61260-1): 0 is 1 kHz, -10 is 100 Hz"
    )
    weighting: Literal["A", "C", "Z"] = Field(default="Z", description="Frequency weighting of IEC 61672-1")

    @model_validator(mode="after")
    def _can_be_computed(self) -> SoundField:
        if (self.of == "band") != (self.band is not None):
            raise ValueError("band belongs to `of: band`, and to it alone")
        kinds = {"fast_max": "A", "slow_max": "A", "slow_min": "A", "peak": "C", "band": "Z"}
        if (wanted := kinds.get(self.of)) is not None and self.weighting != wanted:
            raise ValueError(f"`of: {self.of}` is computed with weighting {wanted}")
        return self


class SoundInterface(StrictModel):
    """A microphone: pressure as numbers. Nothing of it is kept but levels."""

    protocol: Literal["sound"]
    links: tuple[AlsaLink, ...] = Field(min_length=1, description="The sound card")
    significant_bits: int = Field(
        default=24, ge=8, le=32, description="Bits of a sample that carry sound, the top ones"
    )
    sensitivity_dbfs: Decimal = Field(
        description="Level of the digital signal at `reference_db`; 0 dBFS is a sine whose peaks reach full scale"
    )
    reference_db: Decimal = Field(default=Decimal(94), description="Sound level that gives `sensitivity_dbfs`")
    floor_db: Decimal | None = Field(default=None, description="At and under this it hears itself: out of range")
    overload_share: Decimal = Field(
        default=Decimal("0.999"), gt=0, le=1, description="Share of full scale from which a sample is an overload"
    )
    fields: dict[Name, SoundField] = Field(min_length=1, description="What the samples become")
