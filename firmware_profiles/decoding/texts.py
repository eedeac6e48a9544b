"""Numbers written as text. Only plain decimal notation counts; what `float` also takes (nan, 1_000, infinity) does not."""

from __future__ import annotations

from decimal import Decimal

from firmware_profiles.decoding.results import DecodeError

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
