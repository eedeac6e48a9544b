"""pco columns, held on a short leash: wrapped format 4.1, classic mode, delta none or consecutive, one page, no byte more or less.

Other modes and deltas of the format (look-back windows, dictionaries) are refused by the first byte of the chunk metadata: we do
not write them, and a window size from the wire is memory from the wire. A panic of the Rust library is a fault of the input here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pcodec import ChunkConfig, DeltaSpec, ModeSpec, PagingSpec
from pcodec.wrapped import FileCompressor, FileDecompressor

from telemetry.errors import Undecodable

if TYPE_CHECKING:
    from telemetry.content import Int64s

_HEADER: Final = bytes((4, 1))
"""The file header of format 4.1: not on the wire, the codec number stands for it."""

_TYPES: Final[dict[int, tuple[str, type[np.signedinteger[Any]]]]] = {
    2: ("i16", np.int16),
    4: ("i32", np.int32),
    8: ("i64", np.int64),
}
_LEVEL: Final = 8
_DECOMPRESSOR: Final = FileDecompressor.new(_HEADER)[0]


def pack(values: Int64s) -> tuple[int, bytes]:
    """(width in bytes, octets) of one value or more; the shorter of delta order 0 and 1."""
    low, high = int(values.min()), int(values.max())
    width = 2 if low >= -(2**15) and high < 2**15 else 4 if low >= -(2**31) and high < 2**31 else 8
    narrow = np.ascontiguousarray(values, _TYPES[width][1])
    packed = [_compress(narrow, delta) for delta in (DeltaSpec.try_consecutive(1), DeltaSpec.no_op())]
    return width, min(packed, key=len)


def unpack(width: Any, octets: Any, n: int) -> Int64s:  # noqa: ANN401
    """The n values. Raises Undecodable. Nothing is allocated for what `octets` claims, only for n."""
    if type(width) is not int or width not in _TYPES or not isinstance(octets, bytes) or not octets or n == 0:
        raise Undecodable("pco column: a width of 2, 4 or 8, octets and at least one value are expected")
    if octets[0] & 0x0F != 0 or octets[0] >> 4 > 1:
        raise Undecodable("pco column: only classic mode with no or consecutive delta is allowed")
    name, dtype = _TYPES[width]
    values = np.empty(n, dtype)
    try:
        chunk, meta_bytes = _DECOMPRESSOR.chunk_decompressor(octets, name)
        progress, page_bytes = chunk.read_page_into(octets[meta_bytes:], n, values)
    except RuntimeError as error:
        raise Undecodable(f"pco column: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's, which cannot be imported and is no Exception
            raise
        raise Undecodable("pco column: the decoder gave up") from error
    if not progress.finished or progress.n_processed != n or meta_bytes + page_bytes != len(octets):
        raise Undecodable(f"pco column: not exactly {n} values")
    return values.astype(np.int64, copy=False)


def _compress(values: Any, delta: DeltaSpec) -> bytes:  # noqa: ANN401
    config = ChunkConfig(
        compression_level=_LEVEL,
        mode_spec=ModeSpec.classic(),
        delta_spec=delta,
        paging_spec=PagingSpec.exact_page_sizes([len(values)]),
    )
    chunk = FileCompressor().chunk_compressor(values, config)
    return bytes(chunk.write_meta() + chunk.write_page(0))
