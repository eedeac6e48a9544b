"""Deterministic CBOR (RFC 8949 §4.2.1) of integers, byte and text strings, arrays, maps, booleans and null. Nothing else.

No floats, tags, undefined, big integers or indefinite lengths; map keys are integers or text in bytewise order of their
encoding. What is decoded re-encodes to the same bytes, so a signature over it means one thing only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import cbor2

from telemetry import limits
from telemetry.errors import Malformed, TooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain: TypeAlias = "int | bytes | str | bool | list[Plain] | dict[int | str, Plain] | None"
"""What CBOR of ours may hold."""

_INT_MIN: Final = -(2**64)
_INT_MAX: Final = 2**64 - 1


def encode(value: Any) -> bytes:  # noqa: ANN401  (checked below; a recursive alias would burden every caller)
    """Encode plain values (tuples as arrays). Raises ValueError for anything that deterministic CBOR of ours does not hold."""
    return cbor2.dumps(_ordered(value, limits.CBOR_DEPTH))


def encode_arrays(value: list[Any]) -> bytes:
    """Encode what is known to hold no maps but empty ones and nothing that is not allowed: links and messages of ours."""
    return cbor2.dumps(value)


def decode(data: bytes, max_bytes: int = limits.BODY_BYTES) -> Any:  # noqa: ANN401  (the caller checks the shape)
    """Decode exactly one item that is encoded deterministically. Raises TooLarge, Malformed."""
    if len(data) > max_bytes:
        raise TooLarge(f"{len(data)} bytes of CBOR where {max_bytes} are allowed")
    value = decode_arrays(data)
    try:
        again = encode(value)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"CBOR holds what is not allowed: {error}") from error
    if again != data:
        raise Malformed("map keys are not in deterministic order")
    return value


def decode_arrays(data: bytes) -> Any:  # noqa: ANN401
    """Decode one item whose bounds and types the caller checks; key order and floats are then the caller's too.

    Fast path for messages that hold no maps. Raises Malformed: not CBOR, too deep, tagged, indefinite, doubled keys, trailing
    bytes, or not in shortest form.
    """
    try:
        value = cbor2.loads(
            data,
            allow_duplicate_keys=False,
            allow_indefinite=False,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
            max_depth=limits.CBOR_DEPTH,
        )
        again = cbor2.dumps(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Malformed(f"not CBOR of ours: {error}") from error
    if again != data:
        raise Malformed("CBOR is not in shortest form, or bytes follow it")
    return value


def head(major: int, argument: int) -> bytes:
    """The head of an item (RFC 8949 §3): major type 0 to 7 with its argument in the shortest form."""
    top = major << 5
    if argument < 24:
        return bytes((top | argument,))
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return bytes((top | code,)) + argument.to_bytes(width, "big")
    raise ValueError(f"{argument} does not fit a CBOR head")


def integer(value: int) -> bytes:
    """An integer in the shortest form."""
    return head(0, value) if value >= 0 else head(1, -1 - value)


def _ordered(value: Any, depth: int) -> Any:  # noqa: ANN401
    """The same value with maps in deterministic order. Raises ValueError for what is not allowed."""
    if depth < 0:
        raise ValueError("nested too deeply")
    if isinstance(value, bool) or value is None or isinstance(value, (bytes, str)):
        return value
    if isinstance(value, int):
        if not _INT_MIN <= value <= _INT_MAX:
            raise ValueError(f"integer {value} is wider than 64 bits")
        return int(value)
    if isinstance(value, (list, tuple)):
        return [_ordered(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return _ordered_map(value, depth)
    raise ValueError(f"{type(value).__name__} is not allowed")


def _ordered_map(value: Mapping[Any, Any], depth: int) -> dict[Any, Any]:
    for key in value:
        if isinstance(key, bool) or not isinstance(key, (int, str)):
            raise ValueError(f"map key {key!r} is neither integer nor text")  # noqa: TRY004  (as below)
    return {key: _ordered(value[key], depth - 1) for key in sorted(value, key=cbor2.dumps)}


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tags are not allowed")


class _NoTags(dict[int, Any]):
    """A table in which every tag has the same decoder: refusal. Keeps cbor2 from building dates, big numbers, sets, patterns."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: int) -> Any:  # noqa: ANN401
        return _refuse_tag

    def get(self, key: int, default: Any = None) -> Any:  # noqa: ANN401, ARG002
        return _refuse_tag


_NO_TAGS: Final = _NoTags()
