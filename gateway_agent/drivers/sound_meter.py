"""Samples of a microphone → sound levels, second by second (IEC 61672-1, IEC 61260-1). No sample is kept.

Third octaves up to 2 kHz are computed at an eighth of the sampling rate, those up to 160 Hz at a sixty-fourth: the same
filters at a fraction of the cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.filters.bands import band_filter, centre_hz
from exposure.filters.meter import SETTLING_S, SoundLevels, SoundMeter
from exposure.filters.stream import Filter
from exposure.noise.levels import REFERENCE_PA
from firmware_profiles.decoding.sound import full_scale, samples_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exposure.arrays import Floats
    from firmware_profiles.schema.sound import SoundInterface

STEP = 8
"""Two octave decades or so lie between the rates of two tiers."""
TAPS = 225
STOP_DB = 90.0
"""What the decimation filter takes from a tone that would fold into a band."""
HIGHEST_OF_TIER = 0.4
"""Centre of a tier's highest band over its sampling rate. 2 kHz at 6 kHz, 200 Hz at 750 Hz: below the fold by half."""


OFFSET_PACE = 0.05
"""Part of the way that the offset is followed with each block."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one block of samples says. `loudest` is a share of full scale; `still`: every sample is the same."""

    levels: SoundLevels
    bands: dict[int, float]
    loudest: float
    still: bool
    settled: bool
    first: int


class Decimator:
    """Every eighth sample behind a low-pass filter of linear phase (Kaiser window), block by block."""

    def __init__(self) -> None:
        self._taps = _low_pass(TAPS, 0.5 / STEP)
        self._tail = np.zeros(TAPS - 1)
        self._skip = 0

    def process(self, samples: Floats) -> Floats:
        """The samples at the lower rate."""
        signal = np.concatenate([self._tail, samples])
        self._tail = signal[signal.size - (TAPS - 1) :]
        windows = np.lib.stride_tricks.sliding_window_view(signal, TAPS)[self._skip :: STEP]
        self._skip = (self._skip - samples.size) % STEP
        return np.asarray(windows @ self._taps)


class ThirdOctaves:
    """Band levels by IEC index (0 is 1 kHz) at three rates."""

    def __init__(self, rate_hz: float, indices: Sequence[int]) -> None:
        self._rate_hz = rate_hz
        self._indices = indices
        self.reset()

    def reset(self) -> None:
        """Begin anew after a gap."""
        self._down = [Decimator(), Decimator()]
        self._bands = {index: self._tier(index) for index in self._indices}

    def process(self, pressure_pa: Floats) -> dict[int, float]:
        """Energy mean of each band over the block, dB."""
        tiers = [pressure_pa]
        for down in self._down:
            tiers.append(down.process(tiers[-1]))
        return {
            index: _level(float((band.process(tiers[tier]) ** 2).mean())) if tiers[tier].size else -math.inf
            for index, (tier, band) in self._bands.items()
        }

    def _tier(self, index: int) -> tuple[int, Filter]:
        tier = next(t for t in (2, 1, 0) if t == 0 or centre_hz(index) <= HIGHEST_OF_TIER * self._rate_hz / STEP**t)
        return tier, Filter(band_filter(index, self._rate_hz / STEP**tier))


class MicrophoneMeter:
    """See listening.Worker."""

    def __init__(self, interface: SoundInterface, sensitivity_dbfs: float, bands: Sequence[int]) -> None:
        self._interface = interface
        self._rate_hz = interface.links[0].rate_hz
        gain_db = float(interface.reference_db) - sensitivity_dbfs + 10 * math.log10(2)
        self._pa_at_full_scale = REFERENCE_PA * 10 ** (gain_db / 20)
        self._meter = SoundMeter(self._rate_hz)
        self._thirds = ThirdOctaves(self._rate_hz, bands)
        self._settling_s = SETTLING_S
        self._offset: float | None = None

    def process(self, block: bytes) -> Block:
        """See Worker."""
        counts = samples_in(self._interface, block)
        shares = counts / full_scale(self._interface)
        pressure = (shares - self._offset_of(shares)) * self._pa_at_full_scale
        settled = self._settling_s <= 0
        self._settling_s -= counts.size / self._rate_hz
        return Block(
            levels=self._meter.process(pressure),
            bands=self._thirds.process(pressure),
            loudest=float(np.abs(shares).max()),
            still=bool((counts == counts[0]).all()),
            settled=settled,
            first=int(counts[0]),
        )

    def reset(self) -> None:
        """See Worker."""
        self._meter.reset()
        self._thirds.reset()
        self._settling_s = SETTLING_S

    def _offset_of(self, shares: Floats) -> float:
        """What a microphone chip adds to every sample; followed slowly, since a step would sound in the lowest bands."""
        mean = float(shares.mean())
        self._offset = mean if self._offset is None else self._offset + OFFSET_PACE * (mean - self._offset)
        return self._offset


def _low_pass(taps: int, cut: float) -> Floats:
    """Windowed sinc with its middle of the slope at `cut` (a share of the sampling rate)."""
    beta = 0.1102 * (STOP_DB - 8.7)  # Kaiser's formula
    at = np.arange(taps) - (taps - 1) / 2
    shape = 2 * cut * np.sinc(2 * cut * at) * np.kaiser(taps, beta)
    return np.asarray(shape / shape.sum())


def _level(squared_pa2: float) -> float:
    return 10.0 * math.log10(squared_pa2 / REFERENCE_PA**2) if squared_pa2 > 0 else -math.inf
