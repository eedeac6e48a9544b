"""Aggregates of blocks, cut at entries and minutes. Pure.

A segment is what one entry holds of one minute of one channel. It is the same whether the entry comes alone or in a run, so sums of
floats that are added segment by segment, in time order, are the same whenever they are computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from store.rollups import MINUTE_US, Minute
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ingest.projections.place import Block
    from store.channels import Channel

MEASURED: Final = (
    Quality.OK, Quality.OUT_OF_RANGE, Quality.SATURATED, Quality.IN_TRANSIT, Quality.UNCALIBRATED, Quality.CLOCK_UNSURE,
)  # fmt: skip
"""What counts: a measured value stands there, though perhaps a bound of it (an overload must show in a chart's maximum), of an
uncertain time, or one that no verdict may rest on. Warming up, stuck, faults, checks and inhibited outputs do not count."""

_COUNTS: Final = np.isin(np.arange(256), [int(quality) for quality in MEASURED])
_LARGEST, _SMALLEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
_TABLE: Final = range(-3000, 30_000)


@dataclass(frozen=True, slots=True)
class Segment:
    """What one entry holds of one minute of one channel. Times in UTC µs."""

    channel: int
    bucket_us: int
    first_us: int
    last_us: int
    entry: int
    count: int
    sum: int
    min: int | None
    max: int | None
    energy: float | None
    ok_us: int
    doubtful_us: dict[int, int] | None


def segments(block: Block) -> list[Segment]:
    """The segments of a block without doubtful columns."""
    if not len(block.time_us):
        return []
    minute = block.time_us // MINUTE_US
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(minute) != 0) | (np.diff(block.entry) != 0)]))
    lengths = np.diff(starts, append=len(minute))
    values = np.ascontiguousarray(block.values)
    if block.codes is None:
        counts = np.broadcast_to(lengths, (len(values), len(starts)))
        low, high = np.minimum.reduceat(values, starts, axis=1), np.maximum.reduceat(values, starts, axis=1)
        summed, measured = values, None
    else:
        measured = _COUNTS[block.codes]
        counts = np.add.reduceat(measured, starts, axis=1, dtype=np.int64)
        low = np.minimum.reduceat(np.where(measured, values, _LARGEST), starts, axis=1)
        high = np.maximum.reduceat(np.where(measured, values, _SMALLEST), starts, axis=1)
        summed = np.where(measured, values, 0)
    sums = np.add.reduceat(summed, starts, axis=1)
    first, last = np.minimum.reduceat(block.time_us, starts), np.maximum.reduceat(block.time_us, starts)
    ok_us, doubtful_us = _times(block, starts, lengths)
    energies = _energies(block, values, measured, starts)
    rows, cuts = values.shape[0], len(starts)
    shared = (minute[starts] * MINUTE_US, first, last, block.entry[starts])
    columns = zip(
        np.repeat(block.channel_ids, cuts).tolist(),
        *((column.tolist() * rows) for column in shared),
        *(column.ravel().tolist() for column in (counts, sums, low, high)),
        energies,
        ok_us,
        doubtful_us,
        strict=True,
    )
    if measured is None:
        return [Segment(*row) for row in columns]
    return [_without_bounds(Segment(*row)) for row in columns]


def _without_bounds(segment: Segment) -> Segment:
    """Where nothing counts there is neither minimum nor maximum."""
    return segment if segment.count else replace(segment, min=None, max=None)


def fold(minute: Minute | None, parts: Iterable[Segment]) -> Minute:
    """Add segments, in time order and all later than what is there, to a minute (or begin it). Returns a new one."""
    made: Minute | None = None
    if minute is not None:
        made = Minute(
            minute.channel, minute.bucket_us, minute.count, minute.sum, minute.min, minute.max, minute.energy,
            minute.last_us, minute.ok_us, None if minute.doubtful_us is None else dict(minute.doubtful_us),
        )  # fmt: skip
    for part in parts:
        if made is None:
            made = Minute(part.channel, part.bucket_us)
        _add(made, part)
    if made is None:
        raise ValueError("nothing to fold")
    return made


def in_time_order(parts: Iterable[Segment]) -> list[Segment]:
    """Segments as they are folded: by channel and minute, then by time; equal times by entry, then by content."""
    return sorted(
        parts,
        key=lambda part: (part.channel, part.bucket_us, part.first_us, part.entry, part.sum, part.count, part.ok_us),
    )


def _add(made: Minute, part: Segment) -> None:
    made.count += part.count
    made.sum = _wrapped(made.sum + part.sum)
    if part.min is not None:
        made.min = part.min if made.min is None else min(made.min, part.min)
    if part.max is not None:
        made.max = part.max if made.max is None else max(made.max, part.max)
    if part.energy is not None:
        made.energy = part.energy if made.energy is None else made.energy + part.energy
    made.last_us = max(made.last_us, part.last_us - made.bucket_us)
    made.ok_us += part.ok_us
    for code, us in (part.doubtful_us or {}).items():
        made.doubtful_us = made.doubtful_us or {}
        made.doubtful_us[code] = made.doubtful_us.get(code, 0) + us


def _wrapped(total: int) -> int:
    return (total + (1 << 63)) % (1 << 64) - (1 << 63)


def _spacing(block: Block, starts: NDArray[np.int64]) -> list[int]:
    """Per segment the mean time between readings of its entry: what a reading stands for where no period is described."""
    if all(channel.interval_us is not None for channel in block.channels):
        return [0] * len(starts)
    cuts = np.flatnonzero(np.concatenate([[True], np.diff(block.entry) != 0]))
    lengths = np.diff(cuts, append=len(block.entry))
    spread = block.time_us[cuts + lengths - 1] - block.time_us[cuts]
    each = np.where(lengths > 1, np.abs(spread) // np.maximum(lengths - 1, 1), 0)
    return [int(us) for us in each[np.searchsorted(cuts, starts, side="right") - 1]]


def _times(
    block: Block, starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[list[int], list[dict[int, int] | None]]:
    """Per channel and segment: time of quality ok, and time by code of the others."""
    periods = np.array([channel.interval_us if channel.interval_us is not None else -1 for channel in block.channels])
    each = np.repeat(periods[:, None], len(starts), axis=1)
    if (periods < 0).any():
        each = np.where(each < 0, np.array(_spacing(block, starts), np.int64)[None, :], each)
    if block.codes is None:
        return (each * lengths).ravel().tolist(), [None] * each.size
    ok = np.add.reduceat(block.codes == Quality.OK, starts, axis=1, dtype=np.int64)
    doubtful: list[dict[int, int] | None] = [None] * each.size
    for row, cut in np.argwhere(ok < lengths).tolist():
        codes = block.codes[row, starts[cut] : starts[cut] + lengths[cut]]
        kinds, counts = np.unique(codes[codes != Quality.OK], return_counts=True)
        us = int(each[row, cut])
        doubtful[row * len(starts) + cut] = {int(k): int(n) * us for k, n in zip(kinds, counts, strict=True)}
    return (each * ok).ravel().tolist(), doubtful


def is_decibel(channel: Channel) -> bool:
    """Whether values are levels, of which energies can be added."""
    return channel.unit.startswith("dB")


def _energies(
    block: Block,
    values: NDArray[np.int64],
    measured: NDArray[np.bool_] | None,
    starts: NDArray[np.int64],
) -> list[float | None]:
    """Per channel and segment the sum of energies; None for what is no level."""
    found: list[float | None] = []
    for same, group in groupby(range(len(values)), key=lambda row: _scale(block.channels[row])):
        rows = list(group)
        if same is None:
            found += [None] * (len(rows) * len(starts))
            continue
        part = slice(rows[0], rows[-1] + 1)
        powers = energy_of(values[part], same)
        if measured is not None:
            powers = np.where(measured[part], powers, 0.0)
        found += np.add.reduceat(powers, starts, axis=1).ravel().tolist()
    return found


def _scale(channel: Channel) -> int | None:
    return channel.exponent if is_decibel(channel) else None


def energy_of(values: NDArray[np.int64], exponent: int) -> NDArray[np.float64]:
    """10^(value × 10^exponent / 10), by the C library's pow for each distinct value: the same wherever it stands."""
    if values.min() >= _TABLE.start and values.max() < _TABLE.stop:
        return _powers(exponent)[values - _TABLE.start]
    return np.array([_power(int(value), exponent) for value in values.ravel()]).reshape(values.shape)


def _power(value: int, exponent: int) -> float:
    try:
        return math.pow(10.0, value * 10.0**exponent / 10.0)
    except OverflowError:
        return math.inf


@cache
def _powers(exponent: int) -> NDArray[np.float64]:
    return np.array([_power(value, exponent) for value in _TABLE])
