"""The last seconds of a waveform, and what of them is to be sealed around alarms. Pure.

An alarm asks for some seconds before and after it; alarms that follow one another ask for one longer piece, none of it twice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


SPARE = 12
"""Seconds that may come in before a busy kit takes them, and the one that an alarm falls into."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples of all axes and when each was taken (µs since boot)."""

    times_us: NDArray[np.int64]
    axes: dict[str, NDArray[np.float32]]


class WaveformRing:
    """Holds `before_s` seconds and gives out what alarms ask for, each sample once."""

    def __init__(self, rate_hz: int, before_s: int, after_s: int) -> None:
        self._rate_hz = rate_hz
        self._before_us, self._after_us = before_s * 1_000_000, after_s * 1_000_000
        self._pieces: deque[Piece] = deque(maxlen=before_s + SPARE)
        self._until_us = 0
        self._from_us = 0

    def add(self, axes: dict[str, NDArray[np.float32]], end_us: int) -> None:
        """A block whose last sample was taken at `end_us`."""
        size = next(iter(axes.values())).size
        back = np.arange(size - 1, -1, -1, dtype=np.int64) * 1_000_000 // self._rate_hz
        self._pieces.append(Piece(end_us - back, axes))

    def alarm(self, t_us: int) -> None:
        """Something changed at `t_us`: keep what was before it and what comes after."""
        if t_us - self._before_us > self._until_us:
            self._from_us = t_us - self._before_us
        self._until_us = max(self._until_us, t_us + self._after_us)

    def take(self) -> Iterator[Piece]:
        """What is asked for and was not given out yet, in order of time."""
        for piece in self._pieces:
            wanted = (piece.times_us >= self._from_us) & (piece.times_us <= self._until_us)
            if wanted.any():
                times_us = piece.times_us[wanted]
                self._from_us = int(times_us[-1]) + 1
                yield Piece(times_us, {axis: samples[wanted] for axis, samples in piece.axes.items()})
