"""What must be known to write a new instrument's folder: the answers a person gives, asked one by one or read from a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name, Word
from firmware_profiles.schema.frames import HexBytes
from firmware_profiles.schema.profile import ProfileId
from firmware_profiles.schema.values import NumberType
from firmware_profiles.units import SHOWN
from telemetry.strict import StrictModel, nearest

Scalar = Decimal | str | bool | None
UNITS = {word: unit for unit, word in reversed(SHOWN.items()) if word} | {unit: unit for unit in SHOWN}
"""Words that people write for units, and UCUM itself → UCUM."""


class NewChannel(StrictModel):
    """One quantity and where it stands in an answer."""

    name: Name = Field(description="Its name: temperature, co, sound_level")
    quantity: Word | None = Field(default=None, description="What is measured; the name when not given")
    unit: str = Field(description="Its unit as people write it (degC, ppm, dB) or in UCUM")
    exponent: int | None = Field(
        default=None, ge=-9, le=9, description="Resolution as a power of ten; from the scale when absent"
    )
    scale: Decimal = Field(default=Decimal(1), description="Factor from the raw number to the unit")
    offset: Decimal = Field(default=Decimal(0), description="Added after scaling")
    low: Decimal | None = Field(default=None, description="Lowest value the maker states")
    high: Decimal | None = Field(default=None, description="Highest value the maker states")
    invalid: tuple[int, ...] = Field(default=(), description="Raw codes that mean 'no value'")
    function: Literal[1, 2, 3, 4] = Field(default=3, description="Modbus: the table it is in")
    at: int | None = Field(
        default=None, description="Modbus: register, counted from 0; frames: offset of its first byte"
    )
    type: NumberType = Field(default="uint16", description="Modbus and frames: its type")
    order: str | None = Field(default=None, description="Order of its bytes in letters: ABCD, CDAB")

    @model_validator(mode="after")
    def _unit_is_known(self) -> NewChannel:
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is not known; {nearest(self.unit, list(UNITS))}")
        return self

    @property
    def resolution(self) -> int:
        """The exponent: as given, or that of the scale; of a float three places."""
        if self.exponent is not None:
            return self.exponent
        if self.type.startswith("float"):
            return -3
        exponent = self.scale.normalize().as_tuple().exponent
        return max(-9, min(0, int(exponent)))


class Capture(StrictModel):
    """A captured question and answer, and what the instrument's display showed then."""

    request: HexBytes = Field(default=b"", description="The question, as hex")
    response: HexBytes = Field(default=b"", description="The answer, as hex")
    request_text: str = Field(default="", description="The question, as text")
    response_text: str = Field(default="", description="The answer, as text")
    source: str = Field(min_length=1, description="Where it was captured: instrument, serial number, day")
    shown: dict[Name, Scalar] = Field(default_factory=dict, description="What the display showed, by channel")


class Answers(StrictModel):
    """Everything asked."""

    id: ProfileId = Field(description="Id of the profile, maker.model in small letters")
    maker: str = Field(min_length=1, description="Maker, as on the plate")
    model: str = Field(min_length=1, description="Model, as on the plate")
    summary: str = Field(min_length=1, description="What it is, in one sentence")
    protocol: Literal["modbus", "lines", "frames"] = Field(description="How it speaks")
    link: Literal["rtu", "ascii", "tcp", "serial"] = Field(description="The wire it speaks on")
    baud: int = Field(default=9600, ge=300, le=3_000_000, description="Speed of a serial line")
    parity: Literal["none", "even", "odd"] = Field(default="none", description="Parity of a serial line")
    stop_bits: Literal[1, 2] = Field(default=1, description="Stop bits of a serial line")
    tcp_port: int = Field(default=502, ge=1, le=65535, description="TCP port")
    address: int = Field(default=1, ge=0, le=255, description="Modbus: address as shipped")
    period_s: Annotated[float, Field(gt=0, le=3600)] = Field(default=1.0, description="Seconds between samples")
    request_text: str = Field(default="", description="Lines: the question; empty when it sends by itself")
    pattern: str = Field(default="", description="Lines: the whole answer as a pattern, channels as named groups")
    request: HexBytes = Field(default=b"", description="Frames: the question as hex; empty when it sends by itself")
    sync: HexBytes = Field(default=b"", description="Frames: the bytes each frame begins with")
    frame_bytes: int | None = Field(default=None, ge=1, le=4096, description="Frames: bytes of a whole frame")
    checksum: Literal["none", "sum8", "xor", "crc16_modbus"] = Field(
        default="none", description="Frames: the check in the last bytes, over all before it"
    )
    channels: tuple[NewChannel, ...] = Field(min_length=1, description="What it measures")
    use: Literal["legal", "screening"] = Field(default="screening", description="What may be concluded from it at best")
    source: str = Field(min_length=1, description="The document its facts are from")
    unverified: tuple[str, ...] = Field(default=("on real equipment",), description="Facts that nobody has confirmed")
    capture: Capture | None = Field(default=None, description="A captured question and answer")

    @model_validator(mode="after")
    def _wire_fits(self) -> Answers:
        fitting = {"modbus": ("rtu", "ascii", "tcp"), "lines": ("serial", "tcp"), "frames": ("serial", "tcp")}[
            self.protocol
        ]
        if self.link not in fitting:
            raise ValueError(f"link: {self.protocol} travels over {' or '.join(fitting)}, not {self.link}")
        if self.protocol == "lines" and not self.pattern:
            raise ValueError("pattern: an answer in lines needs one")
        if self.protocol == "frames" and self.frame_bytes is None:
            raise ValueError("frame_bytes: how long is a frame?")
        if self.protocol != "lines" and any(channel.at is None for channel in self.channels):
            raise ValueError("channels: say `at` of each, the register or byte it stands at")
        return self
