"""I2C transactions: a command, a pause, a reply in words that may each carry a CRC (Sensirion and others)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firmware_profiles.schema.channel import Name, Word
from firmware_profiles.schema.frames import CrcSpec, HexBytes
from firmware_profiles.schema.values import ByteField, Test
from telemetry.strict import StrictModel


class I2cLink(StrictModel):
    """The two wires."""

    kind: Literal["i2c"]
    address: int = Field(ge=0x08, le=0x77, description="Address of the chip, 7 bits")
    most_khz: int = Field(default=100, ge=10, le=1000, description="Fastest clock; 50 where it stretches the clock")


class Transaction(StrictModel):
    """A command and what is read after it."""

    request: HexBytes = Field(description="Command bytes, as hex")
    wait_ms: int = Field(default=0, ge=0, le=10_000, description="Pause between the command and reading")
    reply_bytes: int = Field(ge=1, le=256, description="Bytes to read, CRCs included")
    fields: dict[Name, ByteField] = Field(min_length=1, description="What is in it; offsets count without the CRCs")
    poll: bool = Field(default=True, description="False for what is asked only at opening")
    ready: tuple[Test, ...] = Field(default=(), description="What must hold before the other transactions are asked")


class WordsInterface(StrictModel):
    """An instrument on I2C."""

    protocol: Literal["words"]
    links: tuple[I2cLink, ...] = Field(min_length=1, description="Where it is; the first is the usual address")
    crc: CrcSpec | None = Field(default=None, description="CRC behind every word; none where the chip has none")
    crc_error: Word = Field(default="checksum_mismatch", description="The kind of error when it does not agree")
    word_bytes: Literal[1, 2, 4] = Field(default=2, description="Bytes of a word, without its CRC")
    start: tuple[HexBytes, ...] = Field(default=(), description="Commands sent once after opening")
    exchanges: dict[Name, Transaction] = Field(min_length=1, description="What is asked")
