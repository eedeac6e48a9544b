"""Fields: how a raw value becomes a reading; tests and rules: when it must be doubted."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name, Word
from telemetry.strict import StrictModel

NumberType = Literal[
    "uint8", "int8", "uint16", "int16", "uint24", "int24", "uint32", "int32", "uint64", "int64", "float32", "float64"
]
WIDTH: dict[str, int] = {
    **{f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 24, 32, 64)},
    "float32": 4,
    "float64": 8,
}
"""Bytes per number type."""

Scalar = int | Decimal | str


class Test(StrictModel):
    """A question about raw values of one reply. With several fields, all of them must pass."""

    __test__ = False  # not a test case, whatever pytest thinks of its name

    field: Name | None = Field(default=None, description="The field in question")
    fields: tuple[Name, ...] = Field(default=(), description="Several fields, all of which must pass")
    equals: Scalar | None = Field(default=None, description="True when the raw value equals this")
    one_of: tuple[Scalar, ...] = Field(default=(), description="True when the raw value is one of these")
    not_one_of: tuple[Scalar, ...] = Field(default=(), description="True when the raw value is none of these")
    any_bit_of: int | None = Field(default=None, ge=1, description="True when any bit of this mask is set")
    at_least: Decimal | None = Field(default=None, description="True when the raw value is this or more")
    at_most: Decimal | None = Field(default=None, description="True when the raw value is this or less")

    @model_validator(mode="after")
    def _one_question(self) -> Test:
        asked = [n for n in type(self).model_fields if n not in ("field", "fields") and n in self.model_fields_set]
        if len(asked) != 1:
            raise ValueError("a test asks exactly one of equals, one_of, not_one_of, any_bit_of, at_least, at_most")
        if (self.field is None) == (not self.fields):
            raise ValueError("a test names either `field` or `fields`")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The fields in question."""
        return self.fields or (self.field or "",)


class Invalid(StrictModel):
    """A raw code that means "no value", and what it means instead."""

    raw: Scalar | None = Field(default=None, description="The code before scaling: 0x7FFF, '', '--.-'")
    nan: bool = Field(default=False, description="True: a float that is not a number")
    not_a_number: bool = Field(default=False, description="True: any text that is no number ('--.-', 'ERR')")
    at_least: Decimal | None = Field(default=None, description="Any raw value from here up")
    at_most: Decimal | None = Field(default=None, description="Any raw value up to here")
    any_bit_of: int | None = Field(default=None, ge=1, description="Any raw value with a bit of this mask")
    quality: Word = Field(default="invalid", description="The quality it stands for")

    @model_validator(mode="after")
    def _says_something(self) -> Invalid:
        if not (self.nan or self.not_a_number) and all(
            v is None for v in (self.raw, self.at_least, self.at_most, self.any_bit_of)
        ):
            raise ValueError("invalid: give `raw`, `at_least`, `at_most`, `any_bit_of` or `nan: true`")
        return self


class Bits(StrictModel):
    """Some bits of an integer; bit 0 is the least significant."""

    first: int = Field(ge=0, le=63, description="Lowest bit taken")
    count: int = Field(default=1, ge=1, le=64, description="How many")


class Curve(StrictModel):
    """A way to the value that is not a straight line: physical = factor × (e^(raw × rate) − 1), or factor × raw^power."""

    kind: Literal["exponential", "power"] = Field(description="Which of the two")
    rate: Decimal = Field(default=Decimal(1), description="For exponential: what the raw value is multiplied by")
    power: Decimal = Field(default=Decimal(1), description="For power: the exponent")
    factor: Decimal = Field(default=Decimal(1), description="Factor in front")


class State(StrictModel):
    """What a word beside a value says about it."""

    quality: Word = Field(description="The quality it stands for")
    value: Literal["drop", "keep"] = Field(default="drop", description="Whether the number may still be stored")
    scale: Decimal = Field(default=Decimal(1), description="What the value is multiplied by (a unit said by a letter)")


class FieldBase(StrictModel):
    """A raw value and its way to a channel: physical = (raw × scale + also) × times ÷ divide_by ÷ 10^decimals + offset."""

    channel: Name | None = Field(
        default=None, description="Channel it feeds, where it does not have the channel's name"
    )
    when: tuple[Test, ...] = Field(
        default=(), description="It is there only when all these hold (several lines in one frame)"
    )
    bits: Bits | None = Field(default=None, description="Only these bits of the integer")
    scale: Decimal = Field(default=Decimal(1), description="Factor; exact decimals")
    offset: Decimal = Field(default=Decimal(0), description="Added after scaling, in the channel's unit")
    divide_by: Name | None = Field(default=None, description="Field whose raw value divides (a scale sent along)")
    times: Name | None = Field(default=None, description="Field whose raw value multiplies (a scale sent along)")
    decimals: Name | None = Field(default=None, description="Field whose raw value is the number of decimals")
    curve: Curve | None = Field(default=None, description="Instead of a scale: a curve")
    also: dict[Name, Decimal] = Field(
        default_factory=dict, description="Fields whose raw values count too, each with its factor: {fraction: 0.1}"
    )
    scale_from: dict[str, Decimal] | None = Field(
        default=None, description="Factors by the raw value of the field `scale_field`: unit letters, ranges"
    )
    scale_field: Name | None = Field(default=None, description="The field that chooses from `scale_from`")
    negative: tuple[Test, ...] = Field(default=(), description="The sign is negative when all these hold")
    clip_low: Decimal | None = Field(default=None, description="Physical values under this become this (maker's rule)")
    clip_high: Decimal | None = Field(default=None, description="Physical values over this become this (maker's rule)")
    invalid: tuple[Invalid, ...] = Field(default=(), description="Codes that stand for 'no value'")
    state: Name | None = Field(default=None, description="Field with the word that says how good the value is")
    states: dict[str, State] = Field(
        default_factory=dict, description="What each word means; a word that is not here means an invalid value"
    )
    normal: Scalar | None = Field(
        default=None, description="Raw value in normal operation; a simulator sends it where nothing else is asked"
    )
    labels: dict[str, str] | None = Field(default=None, description="Words for raw codes: {'1': 'A'}")

    @model_validator(mode="after")
    def _scale_is_whole(self) -> FieldBase:
        if (self.scale_from is None) != (self.scale_field is None):
            raise ValueError("scale_from and scale_field belong together")
        if not self.scale:
            raise ValueError("scale must not be zero")
        return self


class ByteField(FieldBase):
    """A value at a place in the bytes of a reply."""

    at: int = Field(description="Offset of its first byte in the frame after unstuffing; negative counts from the end")
    type: NumberType | Literal["digits", "text", "hex", "decimal"] = Field(
        description="A number; ASCII digits; text; bytes as hex; a decimal number written as text"
    )
    order: str | None = Field(
        default=None, description="Byte order in letters, A the most significant: AB, BA, ABCD, CDAB …"
    )
    length: int | None = Field(default=None, ge=1, le=256, description="Bytes, for digits, text, hex and decimal")

    until: int | None = Field(
        default=None, lt=0, description="Instead of a length: the bytes before this, from the end"
    )

    def place(self, size: int) -> slice:
        """Where it is in a frame of `size` bytes; its start may lie before the frame, its end behind it."""
        start = self.at if self.at >= 0 else size + self.at
        if self.until is not None:
            return slice(start, size + self.until)
        return slice(start, start + (self.length or WIDTH[self.type]))

    @model_validator(mode="after")
    def _order_fits(self) -> ByteField:
        check_order(self.type, self.order)
        if (self.length is not None) + (self.until is not None) != (self.type not in WIDTH):
            raise ValueError("length (or until) belongs to digits, text, hex and decimal, and to these alone")
        return self


class Rule(StrictModel):
    """What makes readings doubtful, or a reply an error. The first rule that fits a channel decides."""

    when: tuple[Test, ...] = Field(
        min_length=1, description="All must hold; a field that is not in the reply never holds"
    )
    quality: Word | None = Field(default=None, description="The quality given to the channels")
    error: Word | None = Field(
        default=None, description="The kind of error raised instead: nothing of this reply is a reading"
    )
    message: str = Field(default="", description="In words, for people: what it means and what to do")
    channels: tuple[Name, ...] = Field(
        default=(), description="The channels concerned; all readings of the reply when empty"
    )
    value: Literal["drop", "keep"] = Field(default="keep", description="Whether the number may still be stored")

    @model_validator(mode="after")
    def _one_effect(self) -> Rule:
        if (self.quality is None) == (self.error is None):
            raise ValueError("a rule gives either a quality or an error")
        return self


def check_order(type_name: str, order: str | None) -> None:
    """Raise ValueError unless `order` is a permutation of the letters for the bytes of the type."""
    if order is None:
        return
    width = WIDTH.get(type_name)
    if width is None or sorted(order) != [chr(ord("A") + i) for i in range(width)]:
        raise ValueError(f"order {order!r} does not name each byte of {type_name} once")
