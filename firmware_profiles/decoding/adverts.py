"""Bluetooth advertisements → the raw values in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.decoding.frames import take_fields
from firmware_profiles.decoding.numbers import read_number
from firmware_profiles.decoding.results import DecodeError, Raw
from firmware_profiles.schema.values import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firmware_profiles.schema.adverts import AdvertisementInterface, BleLink, Layout, Objects
    from firmware_profiles.schema.values import FieldBase

_MANUFACTURER, _SERVICE_16 = 0xFF, 0x16
"""Types of advertising data (Bluetooth assigned numbers)."""


def take_advertisement(
    interface: AdvertisementInterface, captured: bytes
) -> tuple[Mapping[str, FieldBase], dict[str, Raw]]:
    """The fields that apply and their raw values. The payload may be given alone, or with what stands before it in the air.

    Raises DecodeError: truncated, or what the profile says (unsupported_version …).
    """
    first_error: DecodeError | None = None
    for payload in _payloads(interface.links, captured):
        try:
            return _take(interface, payload)
        except DecodeError as error:
            first_error = first_error or error
    raise first_error or DecodeError("truncated", "no advertisement arrived")


def _take(interface: AdvertisementInterface, data: bytes) -> tuple[Mapping[str, FieldBase], dict[str, Raw]]:
    for demand in interface.demands:
        if demand.at >= len(data):
            raise DecodeError("truncated", f"{len(data)} bytes are no advertisement of this instrument")
        if data[demand.at] & demand.mask != demand.equals:
            raise DecodeError(demand.error, demand.message or f"byte {demand.at} is {data[demand.at]:02X}")
    if interface.objects is not None:
        return interface.objects.fields, _listed(interface.objects, data)
    for layout in interface.layouts.values():
        if _has_form(layout, data):
            if len(data) < layout.bytes:
                raise DecodeError("truncated", f"{len(data)} of {layout.bytes} bytes arrived")
            return layout.fields, take_fields(data, layout.fields)
    raise DecodeError(interface.unknown_form, f"{data[:4].hex(' ').upper()} … begins no form of this instrument")


def _has_form(layout: Layout, data: bytes) -> bool:
    return all(data[c.at : c.at + len(c.hex)] == c.hex[: max(0, len(data) - c.at)] for c in layout.constants)


def _listed(objects: Objects, data: bytes) -> dict[str, Raw]:
    """The values of a list of objects, up to the first number that is not known."""
    raw: dict[str, Raw] = {}
    seen: dict[int, int] = {}
    place = objects.at
    while place < len(data):
        number = data[place]
        known = [(name, field) for name, field in objects.fields.items() if field.id == number]
        width = WIDTH[known[0][1].type] if known else objects.others.get(number)
        if width is None:
            break
        piece = data[place + 1 : place + 1 + width]
        if len(piece) < width:
            raise DecodeError("truncated", f"object {number:#04x} has {len(piece)} of {width} bytes")
        seen[number] = seen.get(number, 0) + 1
        for name, field in known:
            if field.nth == seen[number]:
                raw[name] = read_number(piece, field.type, field.wire_order)
        place += 1 + width
    if not raw:
        raise DecodeError("unsupported", "no object of the profile is in it")
    return raw


def _payloads(links: tuple[BleLink, ...], captured: bytes) -> Iterator[bytes]:
    """What may be the payload: the bytes as they are, behind the company or service, and inside the whole advertisement."""
    yield captured
    for kind, data in _structures(captured):
        for link in links:
            if _marker(link)[0] == kind and data.startswith(_marker(link)[1]):
                yield data[2:]
    for link in links:
        if captured.startswith(_marker(link)[1]):
            yield captured[2:]


def _structures(captured: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of advertising data: length, type, data (Core Specification Supplement, part A)."""
    place = 0
    while place + 1 < len(captured) and captured[place] and place + 1 + captured[place] <= len(captured):
        yield captured[place + 1], captured[place + 2 : place + 1 + captured[place]]
        place += 1 + captured[place]


def _marker(link: BleLink) -> tuple[int, bytes]:
    if link.company_id is not None:
        return _MANUFACTURER, link.company_id.to_bytes(2, "little")
    return _SERVICE_16, int(link.service_uuid or "0", 16).to_bytes(2, "little")
