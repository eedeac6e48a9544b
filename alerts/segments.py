"""Cut the columns of a message into stretches of one boot and one clock, as the engine reads them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alerts.engine import Readings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from telemetry.content import QualityRuns
    from telemetry.link import Link
    from telemetry.opened import Columns, Opened


def segments(
    links: Sequence[Link], columns: Columns, skip: int, rows: Sequence[int]
) -> Iterator[tuple[int, int, Readings]]:
    """(number of the entry, row, readings) for the wanted rows of a block, in seq order.

    A stretch never spans entries, so that a finding names the very entry that proved it. The first `skip` entries are
    left out; a block whose times are withheld gives nothing.
    """
    if columns.times is None or not rows:
        return
    for place, number in enumerate(columns.entries.tolist()):
        start, stop = int(columns.splits[place]), int(columns.splits[place + 1])
        if number < skip or start == stop:
            continue
        link, values = links[number], columns.values[:, start:stop]
        lows, highs = np.min(values, axis=1).tolist(), np.max(values, axis=1).tolist()
        whole = start == 0 and stop == columns.values.shape[1]
        for row in rows:
            runs = columns.quality[row] if whole else cut_runs(columns.quality[row], start, stop)
            yield (
                number,
                row,
                Readings(
                    link.boot,
                    columns.times[start:stop],
                    values[row],
                    runs,
                    link.clock.utc_offset_us,
                    (lows[row], highs[row]),
                ),
            )


def ends_of(opened: Opened, skip: int) -> dict[int, int]:
    """Number of the entry → its last event time, in order, for the entries after the first `skip` that hold readings."""
    ends: dict[int, int] = {}
    for columns in opened.columns:
        if columns.times is None:
            continue
        for place, number in enumerate(columns.entries.tolist()):
            start, stop = int(columns.splits[place]), int(columns.splits[place + 1])
            if number >= skip and stop > start:
                ends[number] = max(ends.get(number, 0), int(columns.times[stop - 1]))
    return dict(sorted(ends.items()))


def cut_runs(runs: QualityRuns, start: int, stop: int) -> QualityRuns:
    """The quality runs of the values `start:stop`."""
    kept, at = [], 0
    for length, code in runs:
        low, high = max(at, start), min(at + length, stop)
        if low < high:
            kept.append((high - low, code))
        at += length
        if at >= stop:
            break
    return tuple(kept)
