"""The peak of a sampled waveform, also where it lies between two samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite

REACH = 16
"""Samples to each side that the interpolation uses: 0.3 ms at 48 kHz."""
CANDIDATES = 64
"""Highest samples whose neighbourhoods are looked at; the peak of a band-limited signal lies beside one of them."""
OFFSETS = np.linspace(-0.5, 0.5, 17)
_TAPS = np.arange(-REACH, REACH + 1)
_KERNEL = np.sinc(OFFSETS[:, None] - _TAPS) * np.i0(6.0 * np.sqrt(1.0 - (_TAPS / (REACH + 1)) ** 2)) / np.i0(6.0)


class PeakHold:
    """The highest |value| of each block; that of its last `REACH` samples is told with the block that follows."""

    def __init__(self) -> None:
        self.tail: Floats = np.zeros(2 * REACH)

    def process(self, samples: ArrayLike) -> float:
        """The peak since the block before."""
        signal = np.concatenate([self.tail, finite(samples, "samples")])
        self.tail = signal[-2 * REACH :].copy()
        return interpolated_peak(signal)


def interpolated_peak(signal: Floats) -> float:
    """Highest |value| by windowed-sinc interpolation, leaving out `REACH` samples at both ends."""
    inner = np.abs(signal[REACH : signal.size - REACH])
    if inner.size == 0:
        return 0.0
    count = min(CANDIDATES, inner.size)
    highest = np.argpartition(inner, inner.size - count)[inner.size - count :]
    around = signal[highest[:, None] + np.arange(2 * REACH + 1)]
    return float(np.abs(around @ _KERNEL.T).max())
