"""Samples of an accelerometer → weighted vibration values, second by second (ISO 2631-1, ISO 5349-1, ISO 8041-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.filters.meter import AxisVibration, VibrationMeter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gateway_agent.transports.iio_buffer import Layout

SETTLING_S = 3
"""The band limit at 0.4 Hz of the whole-body weightings takes so long to forget that it was switched on."""


@dataclass(frozen=True, slots=True)
class Second:
    """What one block says. `waveform`: m/s² by axis; `loudest`: share of full scale by axis."""

    values: dict[tuple[str, str], AxisVibration]
    waveform: dict[str, NDArray[np.float32]]
    loudest: dict[str, float]
    still: bool
    settled: bool


class Accelerations:
    """See listening.Worker."""

    def __init__(self, layout: Layout, rate_hz: int, wanted: Sequence[tuple[str, str]]) -> None:
        self._layout = layout
        self._meters = {key: VibrationMeter(key[1], rate_hz) for key in wanted}
        self._seconds = 0

    def process(self, block: bytes) -> Second:
        """See Worker. Gravity and offset are the weighting's affair: every one of them begins with a high-pass filter."""
        frames = np.frombuffer(block, dtype=self._layout.frame)
        waveform, loudest, still = {}, {}, True
        for axis, form, scale in zip(self._layout.axes, self._layout.forms, self._layout.scales, strict=True):
            counts = form.counts(frames[axis])
            still = still and bool((counts == counts[0]).all())
            loudest[axis] = float(np.abs(counts).max()) / (1 << (form.bits - 1))
            waveform[axis] = (counts * scale).astype(np.float32)
        values = {key: meter.process(waveform[key[0]].astype(np.float64)) for key, meter in self._meters.items()}
        self._seconds += 1
        return Second(values, waveform, loudest, still, self._seconds > SETTLING_S)

    def reset(self) -> None:
        """See Worker."""
        self._seconds = 0
        for meter in self._meters.values():
            meter.reset()
