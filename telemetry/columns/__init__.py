"""Columns of int64 outside the signature: a small array whose first item names the codec. The count n is never in it: it is signed.

| column | values |
|---|---|
| `[0, v]` | n times v |
| `[1, start, step]` | start + i·step |
| `[2, base, bits, octets]` | base + the i-th unsigned integer of `bits` bits, least significant bit first |
| `[3, width, octets]` | pco (format 4.1, wrapped: chunk metadata and one page) of n integers of `width` bytes |
| `[4, start, step, column]` | start + i·step + the i-th value of the column (jittered times) |

Sums are modulo 2^64 in two's complement. A reader takes any codec; a writer may choose any, ours the smallest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cbor2
import numpy as np

from telemetry.columns import packed, pco
from telemetry.errors import Undecodable

if TYPE_CHECKING:
    from telemetry.content import Int64s

CONSTANT: Final = 0
AFFINE: Final = 1
PACKED: Final = 2
PCO: Final = 3
RESIDUAL: Final = 4

_PCO_FROM: Final = 24
"""Below this many octets packed, pco's own header eats what it saves (measured on 1-second sound levels)."""

Column = list[Any]


def encode(values: Int64s) -> Column:
    """The smallest column we know for these values."""
    n = len(values)
    if n == 0:
        return [CONSTANT, 0]
    start = int(values[0])
    if n == 1 or not np.any(values != start):
        return [CONSTANT, start]
    steps = np.diff(values)
    step = int(steps[0])
    if not np.any(steps != step):
        return [AFFINE, start, step]
    return _smallest(values)


def encode_times(times: Int64s) -> Column:
    """Like `encode`, and tries a steady step with residuals: times of a schedule jitter by little."""
    plain = encode(times)
    if plain[0] in (CONSTANT, AFFINE) or len(times) < 3:
        return plain
    start = int(times[0])
    step = int(np.median(np.diff(times)))
    residuals = _wrapped_series(times, start, step)
    jittered = [RESIDUAL, start, step, encode(residuals)]
    return jittered if size(jittered) < size(plain) else plain


def decode(column: Any, n: int) -> Int64s:  # noqa: ANN401
    """The n values of a column. Raises Undecodable; allocates 8·n bytes and no more than a constant beside it."""
    if type(column) is not list or not column:
        raise Undecodable("column: an array that begins with its codec is expected")
    codec = column[0]
    if codec == PCO and len(column) == 3:
        return pco.unpack(column[1], column[2], n)
    if codec == PACKED and len(column) == 4:
        return packed.unpack(_int64(column[1]), column[2], column[3], n)
    if codec == CONSTANT and len(column) == 2:
        return np.full(n, _int64(column[1]), np.int64)
    if codec == AFFINE and len(column) == 3:
        return _series(_int64(column[1]), _int64(column[2]), n)
    if codec == RESIDUAL and len(column) == 4 and type(column[3]) is list and column[3][:1] != [RESIDUAL]:
        return decode(column[3], n) + _series(_int64(column[1]), _int64(column[2]), n)
    raise Undecodable(f"column: no such codec or shape: {str(codec)[:20]}")


def size(column: Column) -> int:
    """How many bytes a column takes on the wire."""
    return len(cbor2.dumps(column))


def _smallest(values: Int64s) -> Column:
    base, bits, octets = packed.pack(values)
    best: Column = [PACKED, base, bits, octets]
    if len(octets) > _PCO_FROM:
        width, compressed = pco.pack(values)
        if len(compressed) < len(octets):
            best = [PCO, width, compressed]
    return best


def _int64(value: Any) -> int:  # noqa: ANN401
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Undecodable("column: a signed 64-bit integer is expected")
    return value


def _series(start: int, step: int, n: int) -> Int64s:
    """Start + i·step, modulo 2^64 (numpy's int64 arithmetic on arrays wraps)."""
    series = np.arange(n, dtype=np.int64)
    series *= step
    series += start
    return series


def _wrapped_series(values: Int64s, start: int, step: int) -> Int64s:
    return values - _series(start, step, len(values))
