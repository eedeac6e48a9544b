"""Frame of reference: a base and unsigned offsets of equal bit width, least significant bit first, without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.errors import Undecodable

if TYPE_CHECKING:
    from telemetry.content import Int64s

_SLICE: Final = 8192
"""Values unpacked at a time: 512 KiB of bits at the most, whatever n is; a multiple of 8, so that slices begin on a byte."""


def pack(values: Int64s) -> tuple[int, int, bytes]:
    """(base, bits, octets) of one value or more; base is the smallest value."""
    base = int(values.min())
    offsets = values.view(np.uint64) - np.uint64(base % 2**64)
    bits = max(int(offsets.max()).bit_length(), 1)
    if bits % 8 == 0 and bits in _ALIGNED:
        return base, bits, offsets.astype(_ALIGNED[bits]).tobytes()
    parts = (_pack_slice(offsets[at : at + _SLICE], bits) for at in range(0, len(offsets), _SLICE))
    return base, bits, b"".join(parts)


def unpack(base: int, bits: Any, octets: Any, n: int) -> Int64s:  # noqa: ANN401
    """The n values. Raises Undecodable."""
    if type(bits) is not int or not 1 <= bits <= 64 or not isinstance(octets, bytes):
        raise Undecodable("packed column: 1 to 64 bits and octets are expected")
    if len(octets) != (n * bits + 7) // 8:
        raise Undecodable(f"packed column: {len(octets)} octets for {n} values of {bits} bits")
    if bits in _ALIGNED:
        offsets = np.frombuffer(octets, _ALIGNED[bits]).astype(np.uint64)
    else:
        if (spare := -n * bits % 8) and octets[-1] >> (8 - spare):
            raise Undecodable("packed column: bits are set after the last value")
        offsets = np.empty(n, np.uint64)
        for at in range(0, n, _SLICE):
            count = min(_SLICE, n - at)
            part = octets[at * bits // 8 : ((at + count) * bits + 7) // 8]
            offsets[at : at + count] = _unpack_slice(part, bits, count)
    offsets += np.uint64(base % 2**64)
    return offsets.view(np.int64)


_ALIGNED: Final[dict[int, str]] = {8: "<u1", 16: "<u2", 32: "<u4", 64: "<u8"}


def _pack_slice(offsets: np.ndarray[Any, np.dtype[np.uint64]], bits: int) -> bytes:
    loose = np.unpackbits(offsets.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    return np.packbits(loose[:, :bits], bitorder="little").tobytes()


def _unpack_slice(octets: bytes, bits: int, n: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    dense = np.unpackbits(np.frombuffer(octets, np.uint8), count=n * bits, bitorder="little").reshape(n, bits)
    whole = (bits + 7) // 8
    loose = np.zeros((n, 8), np.uint8)
    loose[:, :whole] = np.packbits(dense, axis=1, bitorder="little")
    return loose.view("<u8").reshape(n)
