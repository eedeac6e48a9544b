"""A and C frequency weightings, and levels from bands (IEC 61672-1, Annex E)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, same_length
from exposure.errors import OutOfDomainError
from exposure.noise.levels import energy_sum

POLES_HZ = (20.598997, 107.65265, 737.86223, 12194.217)
"""f1 to f4 of IEC 61672-1, E.4.2."""


def exact_centre(nominal_hz: ArrayLike) -> Floats:
    """The exact base-10 third-octave centre 1000·10^(k/10) nearest to each nominal one, Hz (IEC 61260-1, 5.2).

    The tables belong to exact centres: at nominal ones the formulas are up to 0.28 dB off.
    """
    return 1000.0 * np.power(10.0, np.round(10.0 * np.log10(_frequency(nominal_hz) / 1000.0)) / 10.0)


def a_weighting(frequency_hz: ArrayLike) -> Floats:
    """A-weighting in dB, zero at 1 kHz (E.4.2)."""
    return _a_raw(_frequency(frequency_hz)) - _a_raw(np.array([1000.0]))


def c_weighting(frequency_hz: ArrayLike) -> Floats:
    """C-weighting in dB, zero at 1 kHz (E.4.2)."""
    return _c_raw(_frequency(frequency_hz)) - _c_raw(np.array([1000.0]))


def a_level(band_levels: ArrayLike, nominal_hz: ArrayLike) -> float:
    """LA from unweighted octave or third-octave levels, dB(A)."""
    levels, weights = finite(band_levels, "band_levels"), a_weighting(exact_centre(nominal_hz))
    same_length(levels, weights, "band_levels")
    return energy_sum(levels + weights)


def c_level(band_levels: ArrayLike, nominal_hz: ArrayLike) -> float:
    """LC from unweighted octave or third-octave levels, dB(C)."""
    levels, weights = finite(band_levels, "band_levels"), c_weighting(exact_centre(nominal_hz))
    same_length(levels, weights, "band_levels")
    return energy_sum(levels + weights)


def _frequency(values: ArrayLike) -> Floats:
    array = finite(values, "frequency_hz")
    if (array <= 0).any():
        raise OutOfDomainError("a frequency must be above zero")
    return array


def _c_raw(f: Floats) -> Floats:
    low, _, _, high = POLES_HZ
    response: Floats = 20.0 * np.log10(high**2 * f**2 / ((f**2 + low**2) * (f**2 + high**2)))
    return response


def _a_raw(f: Floats) -> Floats:
    _, second, third, _ = POLES_HZ
    return _c_raw(f) + 20.0 * np.log10(f**2 / np.sqrt((f**2 + second**2) * (f**2 + third**2)))
