"""Lines of text → the raw values of the fields in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firmware_profiles.decoding.frames import checksum_bytes, checksum_place
from firmware_profiles.decoding.results import DecodeError, Raw
from firmware_profiles.decoding.texts import to_decimal

if TYPE_CHECKING:
    from firmware_profiles.schema.lines import LineExchange, TextField

MOST = 4096
"""Characters of an answer; a longer one is not looked at."""


def take_line(exchange: LineExchange, response: bytes, request: bytes = b"") -> dict[str, Raw]:
    """The raw values in a whole answer. Raises DecodeError: truncated, malformed, checksum_mismatch (or as stated)."""
    if not response:
        raise DecodeError("truncated", "no answer arrived")
    text = response.decode("latin-1")
    found = re.fullmatch(exchange.pattern, text) if len(text) <= MOST else None
    if found is None:
        whole = text.endswith(("\n", ";"))
        raise DecodeError("malformed" if whole else "truncated", f"{text[:80]!r} is not such an answer")
    _prove(exchange, response)
    groups = found.groupdict()
    keyed = _items(exchange, text, request.decode("latin-1"))
    raw: dict[str, Raw] = {}
    for name, field in exchange.fields.items():
        piece = keyed.get(field.key) if field.key is not None else groups.get(field.group or name)
        if piece is not None:
            raw[name] = _value(piece, field, name)
    return raw


def _prove(exchange: LineExchange, response: bytes) -> None:
    spec = exchange.checksum
    if spec is None:
        return
    found, expected = response[checksum_place(response, spec)].upper(), checksum_bytes(response, spec)
    if found != expected:
        raise DecodeError(spec.error, f"checksum {found!r}, computed {expected!r}")


def _items(exchange: LineExchange, text: str, request: str) -> dict[str, str]:
    if exchange.items is None:
        return {}
    found = list(re.finditer(exchange.items, text))
    if exchange.asked is None:
        return {item["key"]: item["value"] for item in found}
    keys = re.findall(exchange.asked, request)
    if len(keys) != len(found):
        raise DecodeError("malformed", f"{len(found)} values came, {len(keys)} were asked for")
    return {key: item["value"] for key, item in zip(keys, found, strict=True)}


def _value(piece: str, field: TextField, name: str) -> Raw:
    if field.type == "text" or any(piece == invalid.raw for invalid in field.invalid):
        return piece
    return to_decimal(piece, name) if field.type == "decimal" else int(to_decimal(piece, name))
