"""Lines of text → the raw values of the fields in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firmware_profiles.decoding.frames import checksum_bytes, checksum_place
from firmware_profiles.decoding.results import DecodeError, Raw
from firmware_profiles.decoding.texts import to_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_profiles.schema.lines import LineExchange, TextField

MOST = 4096
"""Characters of an answer; a longer one is not looked at."""


def take_line(exchange: LineExchange, response: bytes, request: bytes = b"") -> dict[str, Raw]:
    """The raw values in a whole answer; a word beside an item is `<field>.state`.

    What stands before an answer is passed over where the profile has a mark for its beginning, or at the end of a line.
    Raises DecodeError: truncated, malformed, checksum_mismatch (or as stated).
    """
    if not response:
        raise DecodeError("truncated", "no answer arrived")
    error: DecodeError | None = None
    for piece in _beginnings(exchange, response[:MOST]):
        try:
            return _taken(exchange, piece, request)
        except DecodeError as failed:
            error = failed if error is None or failed.kind not in ("truncated", "malformed") else error
    raise error or DecodeError("malformed", f"{response[:80]!r} is not such an answer")


def _beginnings(exchange: LineExchange, response: bytes) -> Iterator[bytes]:
    """Where an answer may begin: at the first byte, at each mark of the profile's, behind each end of a line."""
    yield response
    mark = exchange.start_mark.encode("latin-1") or b"\n"
    place = response.find(mark)
    while place >= 0:
        start = place if exchange.start_mark else place + 1
        if 0 < start < len(response):
            yield response[start:]
        place = response.find(mark, place + 1)


def _taken(exchange: LineExchange, response: bytes, request: bytes) -> dict[str, Raw]:
    text = response.decode("latin-1")
    found = re.fullmatch(exchange.pattern, text) or (
        re.match(exchange.pattern, text) if exchange.start_mark or _streams(exchange) else None
    )
    if found is None:
        whole = text.endswith(("\n", ";") if "\\n" in exchange.pattern else ("\r", "\n", ";"))
        raise DecodeError("malformed" if whole else "truncated", f"{text[:80]!r} is not such an answer")
    answer = found.group()
    _prove(exchange, answer.encode("latin-1"))
    groups = found.groupdict()
    keyed = _items(exchange, answer, request.decode("latin-1"))
    raw: dict[str, Raw] = {}
    for name, field in exchange.fields.items():
        item = groups if field.key is None else keyed.get(field.key, {})
        piece = item.get(field.group or name) if field.key is None else item.get("value")
        if piece is not None:
            raw[name] = _value(piece, field, name)
        if field.key is not None and (state := item.get("state")) is not None:
            raw[f"{name}.state"] = state
    return raw


def _streams(exchange: LineExchange) -> bool:
    """Whether the instrument sends by itself, so that one line follows another."""
    return exchange.poll and not exchange.request_text


def _prove(exchange: LineExchange, response: bytes) -> None:
    spec = exchange.checksum
    if spec is None:
        return
    found, expected = response[checksum_place(response, spec)].upper(), checksum_bytes(response, spec)
    if found != expected:
        raise DecodeError(spec.error, f"checksum {found!r}, computed {expected!r}")


def _items(exchange: LineExchange, text: str, request: str) -> dict[str, dict[str, str | None]]:
    if exchange.items is None:
        return {}
    found = [item.groupdict() for item in re.finditer(exchange.items, text)]
    if exchange.asked is None:
        return {",".join(part for k in ("key", "key2") if (part := item.get(k)) is not None): item for item in found}
    keys = re.findall(exchange.asked, request or exchange.request_text)
    if len(keys) != len(found):
        raise DecodeError("malformed", f"{len(found)} values came, {len(keys)} were asked for")
    return dict(zip(keys, found, strict=True))


def _value(piece: str, field: TextField, name: str) -> Raw:
    if field.type == "text":
        return piece
    value = to_value(piece, name, field.invalid)
    return int(value) if field.type == "integer" and not isinstance(value, str) else value
