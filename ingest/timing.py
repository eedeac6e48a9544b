"""Event time in UTC from time since boot; sums that would leave the calendar stay at its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from store.copying import TIME_MAX_US, TIME_MIN_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from telemetry.opened import Opened

_SAFE: Final = 1 << 61
"""Below it two summands cannot wrap."""


def utc_us(times: NDArray[np.int64], offset_us: int) -> NDArray[np.int64]:
    """UTC µs of times since boot, kept within the years 1900 to 9999."""
    lowest, highest = TIME_MIN_US - offset_us, TIME_MAX_US - offset_us
    if abs(offset_us) > _SAFE:  # a hostile clock: exact numbers, one by one
        return np.array([min(max(int(t), lowest), highest) + offset_us for t in times], np.int64)
    return np.clip(times, lowest, highest) + offset_us


def utc_us_by_entry(
    times: NDArray[np.int64], splits: NDArray[np.int64], offsets_us: Sequence[int | None]
) -> NDArray[np.int64]:
    """UTC µs where each entry (cut by `splits`) has an offset of its own; 0 where it has none."""
    if len(offsets_us) == 1:
        return utc_us(times, offsets_us[0]) if offsets_us[0] is not None else np.zeros(len(times), np.int64)
    if any(offset is not None and abs(offset) > _SAFE for offset in offsets_us):
        parts = [
            utc_us(times[start:end], offset) if offset is not None else np.zeros(end - start, np.int64)
            for start, end, offset in zip(splits[:-1], splits[1:], offsets_us, strict=True)
        ]
        return np.concatenate(parts)
    known = np.array([offset if offset is not None else 0 for offset in offsets_us], np.int64)
    lengths = np.diff(splits)
    each = np.repeat(known, lengths)
    placed = np.clip(times, TIME_MIN_US - each, TIME_MAX_US - each) + each
    if any(offset is None for offset in offsets_us):
        placed[np.repeat(np.array([offset is None for offset in offsets_us]), lengths)] = 0
    return placed


def event_span(opened: Opened, skip: int) -> tuple[int | None, int | None]:
    """First and last event time (UTC µs) of the readings after the skipped entries; None when an entry's clock is unknown."""
    offsets = opened.utc_offsets_us()
    if len(offsets) == 1:
        return _span_of_one(opened, offsets[0], skip)
    first: int | None = None
    last: int | None = None
    for block in opened.columns:
        if block.times is None:
            continue
        for number, start, end in zip(
            block.entries.tolist(), block.splits[:-1].tolist(), block.splits[1:].tolist(), strict=True
        ):
            offset = offsets[number]
            if number < skip or start == end:
                continue
            if offset is None:
                return None, None
            part = block.times[start:end]
            low, high = int(part.min()) + offset, int(part.max()) + offset
            first = low if first is None else min(first, low)
            last = high if last is None else max(last, high)
    return first, last


def _span_of_one(opened: Opened, offset_us: int | None, skip: int) -> tuple[int | None, int | None]:
    """The span of a message of one entry."""
    times = [block.times for block in opened.columns if block.times is not None and len(block.times)]
    if offset_us is None or skip or not times:
        return None, None
    return (
        min(int(one.min()) for one in times) + offset_us,
        max(int(one.max()) for one in times) + offset_us,
    )
