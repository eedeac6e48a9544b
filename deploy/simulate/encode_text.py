"""Physical values → lines of text: a captured answer with its values exchanged and its checksum made anew.

A pattern says what an answer may look like, a capture says how this instrument writes it: how many digits, which sign. So a
line is played from the cases of its profile. Pure, but for reading these once.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from deploy.simulate.encode import CannotEncodeError, Values, to_raw
from firmware_profiles.cases import Case, case_files
from firmware_profiles.decoding.frames import checksum_bytes, checksum_place
from telemetry.strict import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import LineExchange, Profile, TextField


def answer(folder: Path, profile: Profile, exchange: LineExchange, values: Values, stated: Mapping[str, Raw]) -> bytes:
    """The whole answer. Raises CannotEncodeError: nobody captured such an answer, or a value does not fit in it."""
    text = _capture(folder, exchange.pattern)
    if text is None:
        raise CannotEncodeError(f"{folder.name} has no case of such an answer: {exchange.pattern[:60]}")
    if exchange.asked is not None:
        text = _one_item_each(exchange, text)
    raw = {n: v for n, v in to_raw(profile, exchange.fields, values, stated).items() if v != "" or n in stated}
    for (start, end), name in sorted(_places(exchange, text), reverse=True):
        if name in raw:
            text = text[:start] + _written(raw[name], text[start:end]) + text[end:]
    line = text.encode("latin-1")
    if exchange.checksum is not None:
        place = checksum_place(line, exchange.checksum)
        line = line[: place.start] + checksum_bytes(line, exchange.checksum) + line[place.stop :]
    if re.fullmatch(exchange.pattern, line.decode("latin-1")) is None:
        raise CannotEncodeError(f"{line!r} is no answer that this instrument would give")
    return line


@lru_cache(maxsize=64)
def _capture(folder: Path, pattern: str) -> str | None:
    """Of the profile's cases, the answer of this form that has most values."""
    found = {text: values for text, values in captures(folder).items() if re.fullmatch(pattern, text)}
    return max(found, key=lambda text: found[text], default=None)


@lru_cache(maxsize=64)
def captures(folder: Path) -> dict[str, int]:
    """Every captured answer of a profile, with how many values it has. Slow the first time: YAML is."""
    cases = [parse_yaml(path.read_text("utf-8"), Case, str(path)) for path in case_files(folder)]
    return {case.answered.decode("latin-1"): sum(v.value is not None for v in case.values.values()) for case in cases}


def _one_item_each(exchange: LineExchange, text: str) -> str:
    """As many items as are asked for, all like the first of the capture."""
    found = list(re.finditer(exchange.items or "", text))
    asked = len(re.findall(exchange.asked or "", exchange.request_text))
    return text[: found[0].start()] + found[0].group() * asked + text[found[-1].end() :]


def _places(exchange: LineExchange, text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where in the text the value of each field stands."""
    whole = re.fullmatch(exchange.pattern, text)
    keyed = _keyed(exchange, text)
    for name, field in exchange.fields.items():
        span = keyed.get(field.key) if field.key is not None else _span(whole, field, name)
        if span is not None:
            yield span, name


def _span(whole: re.Match[str] | None, field: TextField, name: str) -> tuple[int, int] | None:
    group = field.group or name
    if whole is None or group not in whole.re.groupindex or whole[group] is None:
        return None
    return whole.span(group)


def _keyed(exchange: LineExchange, text: str) -> dict[str, tuple[int, int]]:
    if exchange.items is None:
        return {}
    found = list(re.finditer(exchange.items, text))
    keys = re.findall(exchange.asked, exchange.request_text) if exchange.asked is not None else [_key(m) for m in found]
    return {key: item.span("value") for key, item in zip(keys, found, strict=True)}


def _key(item: re.Match[str]) -> str:
    said = item.groupdict()
    return ",".join(part for name in ("key", "key2") if (part := said.get(name)) is not None)


def _written(value: Raw, like: str) -> str:
    """A value as the instrument writes it: decimals, sign and leading zeros like those of the capture."""
    if isinstance(value, str):
        return value
    step = Decimal(1).scaleb(-len(like.partition(".")[2]))
    number = Decimal(value).quantize(step, rounding=ROUND_HALF_EVEN)
    sign = "-" if number < 0 else "+" if like.startswith("+") else ""
    digits = f"{abs(number):f}"
    leading_zeros = re.match(r"[+-]?0\d", like) is not None
    return sign + (digits.zfill(len(like.lstrip("+-"))) if leading_zeros else digits)
