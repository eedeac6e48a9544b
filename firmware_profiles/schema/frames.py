"""Binary frames on a byte stream: where a frame begins and ends, what proves it whole, what is in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from firmware_profiles.schema.channel import Name, Word
from firmware_profiles.schema.links import SerialLink, SpiLink, TcpLink
from firmware_profiles.schema.modbus import Timing
from firmware_profiles.schema.values import ByteField, NumberType, Test
from telemetry.strict import StrictModel


def _from_hex(value: object) -> object:
    return bytes.fromhex(value) if isinstance(value, str) else value


HexBytes = Annotated[
    bytes,
    BeforeValidator(_from_hex, json_schema_input_type=str),
    PlainSerializer(lambda b: b.hex(" ").upper(), return_type=str),
]
"""Bytes, written as hex pairs: "AA C0"."""


class FixedLength(StrictModel):
    """Every frame has the same length."""

    by: Literal["fixed"]
    bytes: int = Field(ge=1, le=4096, description="Bytes in all, sync and checksum included")


class CountedLength(StrictModel):
    """The frame states its length."""

    by: Literal["count"]
    at: int = Field(ge=0, description="Offset of the length field")
    type: NumberType = Field(default="uint8", description="Its type")
    order: str | None = Field(default=None, description="Its byte order")
    add: int = Field(description="Added to it to give the length of the whole frame")
    usual: int = Field(ge=1, le=4096, description="Bytes in all of the usual frame of this instrument")
    most: int = Field(default=512, ge=1, le=4096, description="No frame of this instrument is longer")


class DelimitedLength(StrictModel):
    """The frame runs to an end mark; inside, that mark is escaped (HDLC) or does not occur."""

    by: Literal["delimiter"]
    end: HexBytes = Field(description="The end mark")
    escapes: dict[str, str] = Field(
        default_factory=dict, description="Byte stuffing, hex to hex: {'7D 5E': '7E'}; undone before anything else"
    )
    most: int = Field(default=512, ge=1, le=4096, description="No frame of this instrument is longer")


Length = Annotated[FixedLength | CountedLength | DelimitedLength, Field(discriminator="by")]


class CrcSpec(StrictModel):
    """A CRC by its parameters (Rocksoft model)."""

    width: Literal[8, 16, 32] = Field(description="Bits")
    poly: int = Field(ge=1, description="Polynomial without its top bit, not reflected: 0x8005")
    init: int = Field(default=0, ge=0, description="Start value")
    refin: bool = Field(default=False, description="Input bits reflected")
    refout: bool = Field(default=False, description="Result reflected")
    xorout: int = Field(default=0, ge=0, description="Combined with the result at the end")


class Checksum(StrictModel):
    """What proves that a frame arrived whole."""

    kind: Literal["sum", "xor", "crc"] = Field(description="Sum of bytes, exclusive or of bytes, or CRC")
    bits: Literal[8, 16] = Field(default=8, description="Width of a sum")
    complement: Literal["none", "ones", "twos"] = Field(default="none", description="Complement taken of a sum")
    crc: CrcSpec | None = Field(default=None, description="Parameters of a CRC")
    start: int = Field(default=0, description="First byte covered")
    end: int = Field(description="First byte no longer covered; negative counts from the end of the frame")
    at: int = Field(description="Where it stands; negative counts from the end of the frame")
    order: Literal["big", "little"] = Field(default="big", description="Order of its bytes")
    form: Literal["binary", "hex"] = Field(default="binary", description="As bytes, or as hex digits in ASCII")
    error: Word = Field(default="checksum_mismatch", description="The kind of error when it does not agree")

    @model_validator(mode="after")
    def _crc_has_parameters(self) -> Checksum:
        if (self.kind == "crc") != (self.crc is not None):
            raise ValueError("crc parameters belong to `kind: crc`, and to it alone")
        return self


class Constant(StrictModel):
    """Bytes that are the same in every frame of this kind."""

    at: int = Field(description="Offset; negative counts from the end")
    hex: HexBytes = Field(description="The bytes")


class Frame(StrictModel):
    """How one kind of frame looks."""

    sync: HexBytes = Field(default=b"", description="Bytes every frame begins with; empty where a reply has none")
    length: Length = Field(description="Where it ends")
    checksum: Checksum | None = Field(default=None, description="What proves it whole; none where the maker has none")
    constants: tuple[Constant, ...] = Field(
        default=(), description="Further fixed bytes; another value is another frame"
    )


class Refusal(StrictModel):
    """An answer that is no frame but says no: busy, refused, not in this state."""

    hex: HexBytes = Field(min_length=1, description="The whole answer")
    repeated: bool = Field(default=False, description="True where it may come any number of times in a row")
    error: Word = Field(description="The kind of error")
    quality: Word | None = Field(default=None, description="What it says about the readings that are missing")
    message: str = Field(description="In words, for people: what it means and what to do")

    def is_said_by(self, captured: bytes) -> bool:
        """Whether the captured bytes are this answer and nothing else."""
        if self.repeated:
            return bool(captured) and captured == self.hex * (len(captured) // len(self.hex))
        return captured == self.hex


class Exchange(StrictModel):
    """A request and the frame that answers it; without a request, what the instrument sends by itself."""

    request: HexBytes = Field(
        default=b"", description="Bytes to send, as hex; empty for an instrument that sends by itself"
    )
    request_text: str = Field(default="", description="The same as text, for commands in ASCII; `request` wins")
    request_checksum: Checksum | None = Field(default=None, description="The checksum of this instrument's commands")
    frame: Frame = Field(description="The frame that comes back")
    fields: dict[Name, ByteField] = Field(min_length=1, description="What is in it")
    poll: bool = Field(default=True, description="False for what is asked only at opening or for identification")
    empty: tuple[Test, ...] = Field(
        default=(), description="When these hold there is nothing new in it: kind no_new_data"
    )
    refusals: tuple[Refusal, ...] = Field(default=(), description="Answers that are no frame")

    @property
    def request_bytes(self) -> bytes:
        """What to send."""
        return self.request or self.request_text.encode("latin-1")


class FrameInterface(StrictModel):
    """An instrument that speaks in binary frames over a serial line, TCP or SPI."""

    protocol: Literal["frames"]
    links: tuple[Annotated[SerialLink | TcpLink | SpiLink, Field(discriminator="kind")], ...] = Field(
        min_length=1, description="The wires it speaks on; the first is the usual one"
    )
    timing: Timing = Field(default_factory=Timing, description="Time-outs and pauses")
    start: tuple[HexBytes, ...] = Field(
        default=(), description="Sent once after opening (start measuring); answers are ignored"
    )
    exchanges: dict[Name, Exchange] = Field(min_length=1, description="What is asked, or arrives by itself")
