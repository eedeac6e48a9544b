"""Levels behind a hearing protector (ISO 4869-2). Only the EU limit value is compared behind one; action values are not."""

from __future__ import annotations

from numpy.typing import ArrayLike

from exposure.arrays import finite, same_length
from exposure.errors import OutOfDomainError
from exposure.noise.levels import energy_sum


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
