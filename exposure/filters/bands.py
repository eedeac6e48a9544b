"""Octave and third-octave filters (IEC 61260-1:2014, base 10): Butterworth band-pass of eighth order, class 1.

Sixth order, which is common, leaves class 1 in the bands next to half the sampling rate, where the bilinear transform widens them.
"""

from __future__ import annotations

import cmath
import math

import numpy as np

from exposure.arrays import Floats, positive
from exposure.errors import OutOfDomainError
from exposure.filters.sections import Row, Sections, cascade

OCTAVE = 10.0**0.3
"""G, the octave frequency ratio (5.2)."""
REFERENCE_HZ = 1000.0
HALF_ORDER = 4
HIGHEST_EDGE = 0.49
"""Part of the sampling rate below which the upper edge of a band must lie."""


def centre_hz(index: int, per_octave: int = 3) -> float:
    """The exact mid-band frequency: band 0 is 1 kHz, band -10 in thirds is 100 Hz (5.3)."""
    return float(REFERENCE_HZ * OCTAVE ** (index / per_octave))


def third_octaves(lowest_hz: float = 25.0, highest_hz: float = 16_000.0) -> list[int]:
    """Indices of the third-octave bands whose centres lie nearest to and between two nominal frequencies."""
    low, high = (round(10.0 * math.log10(positive(hz, "hz") / REFERENCE_HZ)) for hz in (lowest_hz, highest_hz))
    if low > high:
        raise OutOfDomainError(f"lowest_hz {lowest_hz} lies above highest_hz {highest_hz}")
    return list(range(low, high + 1))


def band_filter(index: int, rate_hz: float, per_octave: int = 3) -> Sections:
    """The filter of one band, of gain 1 at its centre; refused if its upper edge comes too near to half the rate."""
    if per_octave not in {1, 3}:
        raise OutOfDomainError(f"per_octave is {per_octave}: octaves (1) and third octaves (3) are defined here")
    centre, half = centre_hz(index, per_octave), OCTAVE ** (0.5 / per_octave)
    if centre * half > HIGHEST_EDGE * positive(rate_hz, "rate_hz"):
        raise OutOfDomainError(
            f"the band at {centre:.5g} Hz needs a sampling rate above {centre * half / HIGHEST_EDGE:.5g} Hz"
        )
    low, high = (math.tan(math.pi * edge / rate_hz) for edge in (centre / half, centre * half))
    raw = cascade(_band_pass(low, high), rate_hz)
    return raw.scaled(1.0 / float(np.abs(raw.response(centre))[0]))


def attenuation_db(sections: Sections, frequency_hz: Floats) -> Floats:
    """Attenuation at each frequency, dB; zero at the centre."""
    return np.asarray(-20.0 * np.log10(np.maximum(np.abs(sections.response(frequency_hz)), 1e-300)))


def _band_pass(low: float, high: float) -> list[Row]:
    """Bilinear image of a fourth-order Butterworth low-pass moved to the band between two warped edges."""
    width, middle = high - low, low * high
    poles = []
    for number in range(HALF_ORDER // 2):
        prototype = cmath.exp(1j * math.pi * (0.5 + (number + 0.5) / HALF_ORDER))
        root = cmath.sqrt((prototype * width) ** 2 - 4.0 * middle)
        poles += [0.5 * (prototype * width + sign * root) for sign in (1.0, -1.0)]
    return [_resonance((1.0 + pole) / (1.0 - pole)) for pole in poles]


def _resonance(pole: complex) -> Row:
    return 1.0, 0.0, -1.0, -2.0 * pole.real, abs(pole) ** 2
