"""The inverse of the profile's decoding: physical values → raw values → registers or frames. Pure.

What decoding makes of the result is the value given, to the resolution of wire and channel (a Hypothesis test holds it).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from firmware_profiles.decoding.conditions import hold
from firmware_profiles.decoding.frames import checksum_bytes, checksum_place, stuffed
from firmware_profiles.decoding.numbers import write_number
from firmware_profiles.schema.frames import CountedLength, DelimitedLength, FixedLength
from firmware_profiles.schema.values import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import ByteField, Exchange, FieldBase, ModbusInterface, Profile, RegisterField, Test

Values = dict[str, Decimal | None]
"""Physical value by channel; None: the instrument has no value and sends its invalid code."""


class CannotEncodeError(ValueError):
    """This value has no form on this wire (too large for its type, or no code for 'no value')."""


def to_raw(
    profile: Profile, fields: Mapping[str, FieldBase], values: Values, stated: Mapping[str, Raw]
) -> dict[str, Raw]:
    """The raw value of every field: channels from `values`, the rest as `stated`, else as in normal operation."""
    raw: dict[str, Raw] = {
        name: field.normal if field.normal is not None else _nothing(field)
        for name, field in fields.items()
        if (field.channel or name) not in values
    }
    raw |= {name: value for name, value in stated.items() if name in fields}
    for name, field in fields.items():
        channel = field.channel or name
        if name not in stated and channel in values and hold(field.when, raw):
            _choose_decimals(field, -profile.channels[channel].exponent, raw, fields)
            raw[name] = _encoded(field, values[channel], raw)
    return raw


def registers(interface: ModbusInterface, raw: Mapping[str, Raw], function: int, address: int, count: int) -> bytes:
    """The data bytes of a reply to a read of `count` registers (or coils) from `address`; what no field fills is zero."""
    if function in (1, 2):
        return _coils(interface, raw, function, address, count)
    image = bytearray(count * 2)
    for name, field in interface.fields.items():
        place = (field.address - address) * 2
        if field.function == function and name in raw and place >= 0 and place + field.count * 2 <= len(image):
            piece = image[place : place + field.count * 2]
            image[place : place + len(piece)] = _register_bytes(field, raw[name], bytes(piece))
    return bytes(image)


def frames(profile: Profile, exchange: Exchange, values: Values, stated: Mapping[str, Raw]) -> list[bytes]:
    """The frames that bring all values: one, or one for each line of a display that is sent line by line."""
    made: dict[bytes, None] = {}
    for chosen in _selections(exchange):
        raw = to_raw(profile, exchange.fields, values, {**chosen, **stated})
        _agree_with_rules(profile, raw)
        made[_frame(exchange, raw)] = None
    return list(made)


def _selections(exchange: Exchange) -> list[dict[str, Raw]]:
    """Each different way to fulfil the `when` of a field, as the instrument normally sends it.

    Other forms of the same value (`channel` of a field that is there under its own name) are not sent.
    """
    ways: list[dict[str, Raw]] = []
    for field in exchange.fields.values():
        way = _fulfilled(field.when)
        other_form = field.channel is not None and field.channel in exchange.fields
        unusual = any(exchange.fields[name].normal not in (None, value) for name, value in way.items())
        if way and way not in ways and not other_form and not unusual:
            ways.append(way)
    return ways or [{}]


def _fulfilled(tests: tuple[Test, ...]) -> dict[str, Raw]:
    way: dict[str, Raw] = {}
    for test in tests:
        choice = test.equals if test.equals is not None else next(iter(test.one_of), None)
        if choice is not None:
            way |= dict.fromkeys(test.names, choice)
    return way


def _agree_with_rules(profile: Profile, raw: dict[str, Raw]) -> None:
    """Set what a rule demands of an auxiliary field (a unit code that must fit the line), so that nothing is an error."""
    for rule in profile.rules:
        if rule.error is not None and hold(rule.when, raw):
            for test in rule.when:
                raw |= dict.fromkeys(test.names, next(iter(test.not_one_of))) if test.not_one_of else {}


def _choose_decimals(field: FieldBase, wanted: int, raw: dict[str, Raw], fields: Mapping[str, FieldBase]) -> None:
    if field.decimals is not None and fields[field.decimals].normal is None:
        raw[field.decimals] = max(0, wanted)


def _encoded(field: FieldBase, value: Decimal | None, raw: dict[str, Raw]) -> Raw:
    if value is None:
        return _no_value(field)
    if field.negative:
        if value - field.offset < 0:
            raw |= _fulfilled(field.negative)
        value = field.offset + abs(value - field.offset)
    number = value - field.offset
    if field.divide_by is not None:
        number *= Decimal(raw[field.divide_by])
    if field.decimals is not None:
        number = number.scaleb(int(raw[field.decimals]))
    if field.scale_field is not None and field.scale_from is not None:
        number /= field.scale_from[str(raw[field.scale_field])]
    number = _shared_out(field, number, raw) / field.scale
    kind = getattr(field, "type", "")
    if kind.startswith("float") or kind == "decimal":
        return float(number) if kind != "decimal" else number
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _shared_out(field: FieldBase, number: Decimal, raw: dict[str, Raw]) -> Decimal:
    """Give the fields that count too their part; the field itself keeps a whole multiple of its scale."""
    for name, factor in field.also.items():
        whole = number // field.scale * field.scale
        raw[name] = int(((number - whole) / factor).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        number = whole
    return number


def _no_value(field: FieldBase) -> Raw:
    for invalid in field.invalid:
        if invalid.raw is not None:
            return invalid.raw
        if invalid.nan:
            return math.nan
        if invalid.at_least is not None:
            return int(invalid.at_least)
    raise CannotEncodeError("the profile knows no code for 'no value'")


def _nothing(field: FieldBase) -> Raw:
    return "" if getattr(field, "type", "") in ("text", "hex", "decimal") else 0


def _coils(interface: ModbusInterface, raw: Mapping[str, Raw], function: int, address: int, count: int) -> bytes:
    image = bytearray((count + 7) // 8)
    for name, field in interface.fields.items():
        place = field.address - address
        if field.function == function and 0 <= place < count and raw.get(name):
            image[place // 8] |= 1 << (place % 8)
    return bytes(image)


def _register_bytes(field: RegisterField, value: Raw, under: bytes) -> bytes:
    if field.type == "text":
        return str(value).encode("latin-1")[: field.count * 2].ljust(field.count * 2, b"\0")
    return _number(field, value, under).rjust(len(under), b"\0")


def _number(field: RegisterField | ByteField, value: Raw, under: bytes) -> bytes:
    """The bytes of a number; bits are put into those that are already there."""
    number: float = float(value) if field.type.startswith("float") else int(value)
    if field.bits is not None:
        mask = ((1 << field.bits.count) - 1) << field.bits.first
        number = (int.from_bytes(under, "big") & ~mask) | (int(number) << field.bits.first & mask)
    try:
        return write_number(number, field.type, field.order)
    except (OverflowError, ValueError) as error:
        raise CannotEncodeError(f"{value} does not fit {field.type}") from error


def _frame(exchange: Exchange, raw: Mapping[str, Raw]) -> bytes:
    spec = exchange.frame
    body = bytearray(_size(exchange))
    body[: len(spec.sync)] = spec.sync
    for constant in spec.constants:
        start = constant.at if constant.at >= 0 else len(body) + constant.at
        body[start : start + len(constant.hex)] = constant.hex
    if isinstance(spec.length, CountedLength):
        count = write_number(len(body) - spec.length.add, spec.length.type, spec.length.order)
        body[spec.length.at : spec.length.at + len(count)] = count
    if isinstance(spec.length, DelimitedLength):
        body[len(body) - len(spec.length.end) :] = spec.length.end
    put_fields(exchange.fields, raw, body)
    if spec.checksum is not None:
        body[checksum_place(bytes(body), spec.checksum)] = checksum_bytes(bytes(body), spec.checksum)
    if isinstance(spec.length, DelimitedLength) and spec.length.escapes:
        return stuffed(bytes(body), spec.length, spec.sync)
    return bytes(body)


def put_fields(fields: Mapping[str, ByteField], raw: Mapping[str, Raw], body: bytearray) -> None:
    """Write the fields that are there into the bytes of a reply. Raises CannotEncodeError."""
    for name, field in fields.items():
        if name in raw and hold(field.when, raw):
            place = field.place(len(body))
            piece = _field_bytes(field, raw[name], place.stop - place.start, bytes(body[place]))
            body[place.start : place.start + len(piece)] = piece


def _field_bytes(field: ByteField, value: Raw, width: int, under: bytes) -> bytes:
    if field.type in WIDTH:
        return _number(field, value, under)
    if field.type == "hex":
        return bytes.fromhex(str(value)).ljust(width, b"\0")[:width]
    if field.type == "digits":
        text = f"{int(value):0{width}d}"
    elif field.type == "decimal" and isinstance(value, Decimal | int | float):
        text = f"{Decimal(value):0{width}f}"[:width]
    else:
        text = str(value).ljust(width)
    if len(text) != width:
        raise CannotEncodeError(f"{value} does not fit {width} characters")
    return text.encode("latin-1")


def _size(exchange: Exchange) -> int:
    length = exchange.frame.length
    if isinstance(length, FixedLength):
        return length.bytes
    if isinstance(length, CountedLength):
        return length.usual
    last: int = max(f.place(f.at).stop for f in exchange.fields.values() if f.at >= 0 and f.until is None)
    checksum = exchange.frame.checksum
    tail = -checksum.at if checksum is not None and checksum.at < 0 else len(length.end)
    return last + tail
