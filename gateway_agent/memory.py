"""What only starting needed is given back: the heap's free pages, and the pages of libraries' code that were touched once.

The kernel keeps every page of a library mapped that was ever run, with its neighbours (64 KiB around each fault), though it lies in
the page cache all the same. Unmapped, what is used again comes back from there without reading the card; the rest was only counted.
Mapped code is never written, so nothing can be lost (madvise(2), MADV_DONTNEED on a private mapping of a file).
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLED_S: Final = 20.0
"""By then instruments are identified and the first connection stands."""
_MADV_DONTNEED: Final = 4
_CODE: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r-xp [0-9a-f]+ [0-9a-f:]+ (?!0 )\d+ +/")
_LIBC: Final = ctypes.CDLL(None)


async def settle() -> None:
    """Wait until starting is over, then give back."""
    await asyncio.sleep(SETTLED_S)
    give_back()


def give_back() -> None:
    """Collect, trim the heap, unmap what code was touched. Costs milliseconds and some soft page faults afterwards."""
    gc.collect()
    gc.freeze()  # what is left lives as long as the process: later collections pass over it
    if hasattr(_LIBC, "malloc_trim"):  # glibc; Raspberry Pi OS has it
        _LIBC.malloc_trim(0)
    for start, end in _code(Path("/proc/self/maps").read_text(encoding="utf-8")):
        _LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def _code(maps: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each private mapping of a file's code."""
    for found in _CODE.finditer(maps):
        yield int(found[1], 16), int(found[2], 16)
