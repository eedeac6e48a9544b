"""Registers of a Modbus reply → the raw values of the fields that lie in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.decoding.numbers import read_number, take_bits
from firmware_profiles.schema.values import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema.modbus import RegisterField


def take_registers(
    fields: Mapping[str, RegisterField], function: int, address: int, data: bytes, count: int
) -> dict[str, Raw]:
    """The raw values of the fields that lie wholly in `count` registers (or coils) read from `address`."""
    raw: dict[str, Raw] = {}
    for name, field in fields.items():
        place = field.address - address
        if field.function == function and place >= 0 and place + field.count <= count:
            raw[name] = _coil(data, place) if function in (1, 2) else _value(data, place * 2, field)
    return raw


def _coil(data: bytes, place: int) -> int:
    return data[place // 8] >> (place % 8) & 1


def _value(data: bytes, start: int, field: RegisterField) -> Raw:
    piece = data[start : start + field.count * 2]
    if field.type == "text":
        return piece.decode("latin-1").split("\0")[0].strip()
    width = WIDTH[field.type]
    number = read_number(piece[len(piece) - width :] if width == 1 else piece[:width], field.type, field.order)
    if field.bits is not None and isinstance(number, int):
        return take_bits(number, field.bits.first, field.bits.count)
    return number
