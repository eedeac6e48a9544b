"""Tests of a profile, asked of the raw values of one reply."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema.values import Test


def hold(tests: Sequence[Test], raw: Mapping[str, Raw]) -> bool:
    """Whether all tests hold. A field that is not in the reply makes its test fail."""
    return all(name in raw and _passes(test, raw[name]) for test in tests for name in test.names)


def _passes(test: Test, value: Raw) -> bool:
    if test.equals is not None:
        return value == test.equals
    if test.one_of or test.not_one_of:
        return value in test.one_of if test.one_of else value not in test.not_one_of
    if test.any_bit_of is not None:
        return isinstance(value, int) and bool(value & test.any_bit_of)
    if isinstance(value, str):
        return False
    number = Decimal(value)
    return (test.at_least is None or number >= test.at_least) and (test.at_most is None or number <= test.at_most)
