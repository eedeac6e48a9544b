"""Numbers written as text. Only plain decimal notation counts; what `float` also takes (nan, 1_000, infinity) does not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from firmware_profiles.decoding.results import DecodeError, Raw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firmware_profiles.schema.values import Invalid

_MOST = 24  # characters of any instrument's number


def to_decimal(text: str, name: str, *, digits_only: bool = False) -> Decimal:
    """The number in a text. Raises DecodeError `malformed` when it is not one."""
    plain = text.lstrip("+-") if not digits_only else text
    whole, _, fraction = plain.partition(".")
    digits = whole + fraction
    signed_once = len(text) - len(plain) <= 1
    if not (digits.isascii() and digits.isdigit() and len(text) <= _MOST and signed_once) or (
        digits_only and "." in text
    ):
        raise DecodeError("malformed", f"{name}: {text!r} is not a number")
    return Decimal(text)


def to_value(text: str, name: str, invalid: Iterable[Invalid], *, digits_only: bool = False) -> Raw:
    """The number in a text, or the text itself where it is a code for 'no value'. Raises DecodeError `malformed`."""
    if any(text == code.raw for code in invalid):
        return text
    try:
        return to_decimal(text, name, digits_only=digits_only)
    except DecodeError:
        if any(code.not_a_number for code in invalid):
            return text
        raise
