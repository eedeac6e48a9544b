"""Numbers in bytes, any byte and word order: letters name the bytes, A the most significant, in the order of the wire."""

from __future__ import annotations

import struct
from functools import cache

from firmware_profiles.schema.values import WIDTH

_FLOATS = {"float32": ">f", "float64": ">d"}


def read_number(data: bytes, type_name: str, order: str | None) -> int | float:
    """The number in `data`, which has exactly the width of the type. Without an order: most significant byte first."""
    natural = _natural(data, order)
    if type_name in _FLOATS:
        number: float = struct.unpack(_FLOATS[type_name], natural)[0]
        return number
    return int.from_bytes(natural, "big", signed=not type_name.startswith("u"))


def write_number(value: float, type_name: str, order: str | None) -> bytes:
    """The inverse of `read_number`. Raises OverflowError when the value does not fit the type."""
    if type_name in _FLOATS:
        natural = struct.pack(_FLOATS[type_name], value)
    else:
        natural = int(value).to_bytes(WIDTH[type_name], "big", signed=not type_name.startswith("u"))
    return natural if order is None else bytes(natural[i] for i in _places(order))


def take_bits(value: int, first: int, count: int) -> int:
    """`count` bits of a value from bit `first` up."""
    return (value >> first) & ((1 << count) - 1)


def _natural(data: bytes, order: str | None) -> bytes:
    if order is None:
        return data
    natural = bytearray(len(data))
    for place, byte in zip(_places(order), data, strict=True):
        natural[place] = byte
    return bytes(natural)


@cache
def _places(order: str) -> tuple[int, ...]:
    return tuple(ord(letter) - ord("A") for letter in order)
