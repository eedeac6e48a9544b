"""What a sound level meter and a human vibration meter make of a waveform, block by block (IEC 61672-1, IEC 61260-1, ISO 8041-1).

A block is what one reading stands for, commonly a second. The filters run on through the blocks; after a gap call `reset`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite
from exposure.errors import WrongStateError
from exposure.filters.acoustic import sound_weighting
from exposure.filters.bands import band_filter
from exposure.filters.peak import PeakHold
from exposure.filters.stream import Filter
from exposure.filters.time_weighting import FAST_S, SLOW_S, exponential_mean
from exposure.filters.vibration import vibration_weighting
from exposure.noise.levels import REFERENCE_PA

SETTLING_S = 1.0
"""After `reset` the slow weighting and the lowest bands still rise for about this long."""


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """Levels of one block in dB; minus infinity where there was no sound at all. `bands` are unweighted band levels."""

    laeq: float
    lceq: float
    lzeq: float
    laf_max: float
    las_max: float
    las_min: float
    lc_peak: float
    bands: tuple[float, ...] = ()


class SoundMeter:
    """Levels from sound pressure in Pa sampled at `rate_hz`; `band_indices` (0 is 1 kHz) choose third octaves."""

    def __init__(self, rate_hz: float, band_indices: Sequence[int] = ()) -> None:
        self._a, self._c = Filter(sound_weighting("A", rate_hz)), Filter(sound_weighting("C", rate_hz))
        self._fast, self._slow = (Filter(exponential_mean(constant, rate_hz)) for constant in (FAST_S, SLOW_S))
        self._bands = [Filter(band_filter(index, rate_hz)) for index in band_indices]
        self._peak = PeakHold()

    def process(self, pressure_pa: ArrayLike) -> SoundLevels:
        """The levels of one block; one that is refused (empty, not finite) changes nothing."""
        pressure = finite(pressure_pa, "pressure_pa")
        a_squared, c_weighted = self._a.process(pressure) ** 2, self._c.process(pressure)
        slow = self._slow.process(a_squared)
        return SoundLevels(
            laeq=_level(a_squared.mean()),
            lceq=_level((c_weighted**2).mean()),
            lzeq=_level((pressure**2).mean()),
            laf_max=_level(self._fast.process(a_squared).max()),
            las_max=_level(slow.max()),
            las_min=_level(slow.min()),
            lc_peak=_level(self._peak.process(c_weighted) ** 2),
            bands=tuple(_level((band.process(pressure) ** 2).mean()) for band in self._bands),
        )

    def reset(self) -> None:
        """Begin anew after a gap."""
        for part in self._filters():
            part.reset()
        self._peak = PeakHold()

    def state(self) -> dict[str, object]:
        """What to save to go on from here after a restart without a gap."""
        return {
            "version": 1,
            "filters": [part.state() for part in self._filters()],
            "tail": self._peak.tail.tolist(),
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state of a meter of the same rate and bands."""
        filters = self._filters()
        match state:
            case {"version": 1, "filters": list(saved), "tail": list(tail)} if len(saved) == len(filters):
                for part, own in zip(filters, saved, strict=True):
                    part.restore(own)
                self._peak.tail = np.array(tail, dtype=np.float64)
            case _:
                raise WrongStateError(f"this is no state of version 1 of this sound meter: {sorted(state)}")

    def _filters(self) -> list[Filter]:
        return [self._a, self._c, self._fast, self._slow, *self._bands]


@dataclass(frozen=True, slots=True)
class AxisVibration:
    """One axis over one block: weighted r.m.s. (m/s²), ∫a⁴dt (m⁴/s⁷, adds over blocks), peak and running r.m.s. maximum (MTVV), m/s²."""

    rms: float
    fourth_power: float
    peak: float
    mtvv: float

    duration_s: float

    @property
    def rmq(self) -> float:
        """Root-mean-quad, (1/T·∫a⁴dt)^(1/4), m/s²: what a channel carries so that VDV can be added up."""
        return math.pow(self.fourth_power / self.duration_s, 0.25)

    @property
    def crest_factor(self) -> float:
        """Peak over r.m.s. of the block; ISO 2631-1 takes that of the whole measurement."""
        return self.peak / self.rms if self.rms > 0 else math.nan


class VibrationMeter:
    """Weighted acceleration of one axis from m/s² sampled at `rate_hz`; `weighting` as in `filters.vibration.WEIGHTINGS`."""

    def __init__(self, weighting: str, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._weighted = Filter(vibration_weighting(weighting, rate_hz))
        self._running = Filter(exponential_mean(SLOW_S, rate_hz))

    def process(self, acceleration_m_s2: ArrayLike) -> AxisVibration:
        """The values of one block."""
        squared: Floats = self._weighted.process(acceleration_m_s2) ** 2
        return AxisVibration(
            rms=math.sqrt(float(squared.mean())),
            fourth_power=float((squared**2).sum() / self._rate_hz),
            peak=math.sqrt(float(squared.max())),
            mtvv=math.sqrt(max(0.0, float(self._running.process(squared).max()))),
            duration_s=squared.size / self._rate_hz,
        )

    def reset(self) -> None:
        """Begin anew after a gap."""
        self._weighted.reset()
        self._running.reset()

    def state(self) -> dict[str, object]:
        """What to save to go on from here after a restart without a gap."""
        return {"version": 1, "weighted": self._weighted.state(), "running": self._running.state()}

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state of a meter of the same weighting and rate."""
        match state:
            case {"version": 1, "weighted": dict(weighted), "running": dict(running)}:
                self._weighted.restore(weighted)
                self._running.restore(running)
            case _:
                raise WrongStateError(f"this is no state of version 1 of a vibration meter: {sorted(state)}")


def _level(squared_pa2: float) -> float:
    return 10.0 * math.log10(squared_pa2 / REFERENCE_PA**2) if squared_pa2 > 0 else -math.inf
