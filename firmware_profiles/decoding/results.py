"""What decoding gives: readings by channel, or an error with a kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telemetry.quality import Quality

Raw = int | float | Decimal | str
"""A value as it stood on the wire, before scaling."""


class DecodeError(Exception):
    """Bytes that are not a reading. `kind` is the short word of the facts (`checksum_mismatch`, `truncated` …)."""

    def __init__(self, kind: str, message: str, quality: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.quality = quality


@dataclass(frozen=True, slots=True)
class Reading:
    """One channel's part of a reply.

    `scaled` is the integer for the record (physical × 10^-exponent), None where no number may be stored. `stated` is what a
    person reads: the physical value, a flag or a word. `word` is the profile's word for the quality.
    """

    scaled: int | None
    stated: Decimal | bool | int | str | None
    quality: Quality
    word: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The readings of one reply, by channel, and the raw values they came from."""

    readings: Mapping[str, Reading]
    raw: Mapping[str, Raw]
