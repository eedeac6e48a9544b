"""Readings between two seals: columns that grow, then the contents of one entry. Pure.

Channels that were measured at the same moments share one time column, whatever instrument they belong to.
"""

from __future__ import annotations

from array import array
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from telemetry.content import Times, Values
from telemetry.limits import LEAVES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.content import Content, QualityRuns

FULL_VALUES = 2048
"""Cut here, whatever the interval: the worst reading takes 19 bytes (value, time of its own, quality of its own), and an entry
must fit one MQTT message of 64 KiB together with one more sample of every channel."""

MAX_CHANNELS = LEAVES // 2
"""Each channel may need a time column of its own."""


class Reading(NamedTuple):
    """One reading as it is sealed: `value` is 0 where the quality says that there is none."""

    channel: int
    t_us: int
    value: int
    quality: int


class _Column:
    """What one channel measured since the last seal."""

    __slots__ = ("quality", "times", "values")

    def __init__(self) -> None:
        self.times = array("q")
        self.values = array("q")
        self.quality = bytearray()


class Batch:
    """The readings of one entry to be."""

    def __init__(self) -> None:
        self._columns: dict[int, _Column] = {}
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether it must be cut now, whatever the interval."""
        return self.count >= FULL_VALUES

    def add(self, readings: Iterable[Reading]) -> None:
        """Take readings, in the order of measurement per channel."""
        for channel, t_us, value, quality in readings:
            column = self._columns.get(channel)
            if column is None:
                column = self._columns[channel] = _Column()
            column.times.append(t_us)
            column.values.append(value)
            column.quality.append(quality)
            self.count += 1

    def contents(self) -> list[Content]:
        """Time columns and value columns; empty for an empty batch."""
        shared: dict[bytes, int] = {}
        values: list[Content] = []
        for channel in sorted(self._columns):
            column = self._columns[channel]
            index = shared.setdefault(column.times.tobytes(), len(shared))
            values.append(Values(channel, index, _int64(column.values.tobytes()), _runs(column.quality)))
        times: list[Content] = [Times(index, _int64(raw)) for raw, index in shared.items()]
        return times + values


def _int64(raw: bytes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.frombuffer(raw, dtype="=i8").astype("<i8", copy=False)


def _runs(codes: bytearray) -> QualityRuns:
    """Maximal runs of (length, code)."""
    if not codes.strip(codes[:1]):  # the usual case: one code throughout
        return ((len(codes), codes[0]),) if codes else ()
    return tuple((sum(1 for _ in same), code) for code, same in groupby(codes))
