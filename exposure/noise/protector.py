"""Levels behind a hearing protector (ISO 4869-2). Only the EU limit value is compared behind one; action values are not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, non_negative, same_length
from exposure.errors import OutOfDomainError
from exposure.noise.levels import energy_sum
from exposure.noise.weighting import a_weighting, exact_centre

ALPHA = {0.75: 0.67, 0.80: 0.84, 0.84: 1.00, 0.90: 1.28, 0.95: 1.64, 0.98: 2.00}


def assumed_protection(mean_db: ArrayLike, deviation_db: ArrayLike, share: float = 0.84) -> Floats:
    """APV of each octave, dB: mean less α standard deviations, so that `share` of the wearers have it (clause 5, formula 1).

    α is that of Table 1 (0.67, 0.84, 1.00, 1.28, 1.64, 2.00 for 75, 80, 84, 90, 95, 98 %).
    """
    if share not in ALPHA:
        raise OutOfDomainError(f"share is {share}: the standard states {', '.join(map(str, ALPHA))}")
    mean, deviation = finite(mean_db, "mean_db"), non_negative(deviation_db, "deviation_db")
    same_length(deviation, mean, "deviation_db")
    return np.asarray(mean - ALPHA[share] * deviation)


def octave_band_level(levels_db: ArrayLike, nominal_hz: ArrayLike, protection_db: ArrayLike) -> float:
    """L'A behind a protector, dB(A), from unweighted octave levels and the assumed protection: 10·lg Σ 10^((L + A - APV)/10) (clause 6)."""
    levels, weights = finite(levels_db, "levels_db"), a_weighting(exact_centre(nominal_hz))
    same_length(levels, weights, "levels_db")
    return octave_band_method(levels + weights, protection_db)


def octave_band_method(a_weighted_levels: ArrayLike, attenuation: ArrayLike) -> float:
    """L'A of A-weighted octave levels less the assumed protection APV (mean - 1 SD for 84 %), dB(A) (clause 6)."""
    levels, protection = finite(a_weighted_levels, "a_weighted_levels"), finite(attenuation, "attenuation")
    same_length(protection, levels, "attenuation")
    return energy_sum(levels - protection)


def snr_method(c_level_db: float, snr_db: float) -> float:
    """L'A = LC - SNR, dB(A) (clause 8)."""
    level, reduction = finite([c_level_db, snr_db], "levels")
    return float(level - reduction)


def hml_method(a_level_db: float, c_level_db: float, h: float, m: float, low: float) -> float:
    """L'A by the high, medium and low ratings, dB(A) (clause 7)."""
    if not h >= m >= low:
        raise OutOfDomainError(f"ratings must fall from high to low, not H={h}, M={m}, L={low}")
    spread = float(finite(c_level_db - a_level_db, "level")[0])
    slope = (h - m) / 4.0 if spread <= 2 else (m - low) / 8.0
    return a_level_db - (m - slope * (spread - 2.0))
