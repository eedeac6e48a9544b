"""Positions and receive times of the entries of a run at rest, in a few bytes: both grow slowly, so differences compress well.

Layout: u8 version 1, u32 LE count, then the zlib stream of two little-endian int64 columns (position, receive time in UTC µs),
each as first value and differences.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from store.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD = struct.Struct("<BI")
MAX_ENTRIES = 1 << 20
"""More than any run holds; bounds what is inflated."""


def pack(positions: NDArray[np.int64], received_us: NDArray[np.int64]) -> bytes:
    """The receipts of entries in order."""
    columns = np.stack([_differences(positions), _differences(received_us)]).astype("<i8")
    planes = columns.view(np.uint8).reshape(2, -1, 8).transpose(0, 2, 1)  # bytes of one weight beside each other
    return _HEAD.pack(1, len(positions)) + zlib.compress(planes.tobytes(), 6)


def unpack(packed: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions and receive times (UTC µs). Raises StoreError for bytes that are no receipts."""
    try:
        version, count = _HEAD.unpack_from(packed)
        if version != 1 or count > MAX_ENTRIES:
            raise StoreError(f"receipts of version {version} with {count} entries are not ours")
        inflater = zlib.decompressobj()
        data = inflater.decompress(packed[_HEAD.size :], count * 16 + 1)
    except (struct.error, zlib.error) as error:
        raise StoreError(f"receipts cannot be read: {error}") from error
    if len(data) != count * 16:
        raise StoreError("receipts are longer or shorter than they say")
    planes = np.frombuffer(data, np.uint8).reshape(2, 8, count).transpose(0, 2, 1)
    columns = np.ascontiguousarray(planes).view("<i8").reshape(2, count).astype(np.int64)
    return np.cumsum(columns[0]), np.cumsum(columns[1])


def _differences(column: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.diff(column, prepend=np.int64(0))
