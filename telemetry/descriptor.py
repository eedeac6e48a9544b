"""The typed body of a channel descriptor: what a channel measures, with what, in which unit and resolution."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field

from telemetry import limits
from telemetry.body import Body
from telemetry.content import ChannelDescriptor

Word = Annotated[str, Field(max_length=128)]


class Instrument(Body):
    """The measuring device behind a channel."""

    maker: Word
    model: Word
    serial: Word


class Certificate(Body):
    """A verification (legal metrology) or calibration: who, which number, from when until when (ISO 8601 dates)."""

    number: Word = ""
    by: Word = ""
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class Range(Body):
    """Measuring range in scaled integers of the channel, both ends included."""

    low: int
    high: int


class ChannelModel(Body):
    """What a channel is. Physical value = scaled integer × 10^`exponent` in the UCUM `unit`.

    Another instrument, unit or exponent is a new channel; a recalibration is a new descriptor of the same channel.
    """

    name: Word = Field(description="short name for people, such as `LAeq 1 s`")
    quantity: Word = Field(description="the house's word of the quantity, such as `sound_level_a_eq`")
    unit: Word = Field(description="UCUM code, such as `dB[SPL]`, `[ppm]`, `Cel`")
    exponent: int = Field(ge=-18, le=18, description="power of ten of one step of the scaled integer")
    instrument: Instrument
    profile: Word = Field(default="", description="id of the firmware profile")
    profile_digest: bytes = Field(default=b"", max_length=32, description="SHA-256 of the profile's canonical text")
    period_us: int | None = Field(default=None, ge=0, description="time between readings as scheduled, in µs")
    range: Range | None = None
    verification: Certificate | None = None
    calibration: Certificate | None = None

    def to_content(self, channel: int) -> ChannelDescriptor:
        """The leaf of this model."""
        return ChannelDescriptor(channel, self.encode())

    def identity(self) -> bytes:
        """A digest over what makes it the same channel: instrument, quantity, unit, exponent."""
        parts = [self.instrument.maker, self.instrument.model, self.instrument.serial, self.quantity, self.unit]
        return hashlib.sha256("\0".join([*parts, str(self.exponent)]).encode()).digest()


def read_descriptor(descriptor: ChannelDescriptor) -> ChannelModel:
    """The model of a descriptor leaf. Raises Undecodable (the entry stands; projections pass over it, marked)."""
    return ChannelModel.decode(descriptor.body, limits.BODY_BYTES)
