"""Checks of decoded CBOR fields, one per shape, so that every message names the field that is wrong."""

from __future__ import annotations

from typing import Any

from telemetry.errors import Malformed


def array(value: Any, length: int | None, name: str) -> list[Any]:  # noqa: ANN401
    """An array, of `length` items if given."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Malformed(f"{name}: an array{f' of {length}' if length is not None else ''} is expected")
    return value


def uint(value: Any, maximum: int, name: str) -> int:  # noqa: ANN401
    """An unsigned integer up to `maximum`."""
    if type(value) is not int or not 0 <= value <= maximum:
        raise Malformed(f"{name}: an integer from 0 to {maximum} is expected")
    return value


def int64(value: Any, name: str) -> int:  # noqa: ANN401
    """A signed 64-bit integer."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Malformed(f"{name}: a signed 64-bit integer is expected")
    return value


def int64_or_null(value: Any, name: str) -> int | None:  # noqa: ANN401
    """A signed 64-bit integer or null."""
    return None if value is None else int64(value, name)


def octets(value: Any, length: int | None, name: str) -> bytes:  # noqa: ANN401
    """A byte string, of `length` bytes if given."""
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise Malformed(f"{name}: a byte string{f' of {length}' if length is not None else ''} is expected")
    return value


def text(value: Any, max_length: int, name: str) -> str:  # noqa: ANN401
    """A text string of bounded length."""
    if not isinstance(value, str) or len(value) > max_length:
        raise Malformed(f"{name}: a text of at most {max_length} characters is expected")
    return value
