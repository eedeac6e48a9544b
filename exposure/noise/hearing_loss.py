"""Hearing loss of a population exposed to noise (ISO 1999:2013). Never a prediction for one person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, broadcast, finite
from exposure.errors import OutOfDomainError

FREQUENCIES_HZ = (500, 1000, 2000, 3000, 4000, 6000)
U = np.array([-0.033, -0.020, -0.045, 0.012, 0.025, 0.019])
V = np.array([0.110, 0.070, 0.066, 0.037, 0.025, 0.024])
THRESHOLD_DB = np.array([93.0, 89.0, 80.0, 77.0, 75.0, 77.0])
"""Table 1."""
WORSE_X, WORSE_Y = (
    np.array([0.044, 0.022, 0.031, 0.007, 0.005, 0.013]),
    np.array([0.016, 0.016, -0.002, 0.016, 0.009, 0.008]),
)
BETTER_X, BETTER_Y = (
    np.array([0.033, 0.020, 0.016, 0.029, 0.016, 0.028]),
    np.array([0.002, 0.0, 0.0, -0.010, -0.002, -0.007]),
)
"""Table 3."""
LEVELS_DB, MOST_YEARS = (75.0, 100.0), 40.0
SHARES = (0.05, 0.95)
COMPRESSION_DB = 120.0
COMPRESSED_ABOVE_DB = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """Permanent threshold shift at `FREQUENCIES_HZ`, dB: of the median, and reached or passed by `share_worse` of the population."""

    median: Floats
    value: Floats
    share_worse: float


def threshold_shift(lex_8h_db: float, years: float, share_worse: float = 0.5) -> Shift:
    """NIPTS by 6.3: median (formulas 2 and 3) and the value that the share of the population with worse hearing exceeds (4 to 7).

    Levels up to 75 dB give none; above 100 dB, beyond 40 years and outside shares of 5 to 95 % the standard does not hold.
    """
    level, time = float(finite(lex_8h_db, "lex_8h_db")[0]), float(finite(years, "years")[0])
    if level > LEVELS_DB[1]:
        raise OutOfDomainError(f"lex_8h_db is {level}: ISO 1999 holds up to {LEVELS_DB[1]:.0f} dB")
    if not 0 < time <= MOST_YEARS:
        raise OutOfDomainError(f"years is {time}: it must lie above 0 and up to {MOST_YEARS:.0f}")
    if not SHARES[0] <= share_worse <= SHARES[1]:
        raise OutOfDomainError(f"share_worse is {share_worse}: it must lie from {SHARES[0]} to {SHARES[1]}")
    above = np.maximum(level - THRESHOLD_DB, 0.0) ** 2
    median = np.maximum((U + V * math.log10(max(time, 10.0))) * above, 0.0)
    if time < 10.0:
        median = median * math.log10(time + 1.0) / math.log10(11.0)
    distance = NormalDist().inv_cdf(1.0 - share_worse)
    x, y = (WORSE_X, WORSE_Y) if distance >= 0 else (BETTER_X, BETTER_Y)
    spread = np.maximum(x + y * math.log10(time), 0.0) * above
    return Shift(median, np.maximum(median + distance * spread, 0.0), share_worse)


def with_age(age_threshold_db: ArrayLike, shift_db: ArrayLike) -> Floats:
    """Threshold from age and noise, dB: H' = H + N - H·N/120 (formula 1), both of the same share of the population."""
    age, shift = broadcast(age_threshold_db=age_threshold_db, shift_db=shift_db)
    return np.asarray(age + shift - age * shift / COMPRESSION_DB)


def compressed_shift(age_threshold_db: ArrayLike, shift_db: ArrayLike) -> Floats:
    """The shift that remains beside age, N - H·N/120; taken as N itself where H + N is below 40 dB, as Annex C does."""
    age, shift = broadcast(age_threshold_db=age_threshold_db, shift_db=shift_db)
    return np.where(age + shift < COMPRESSED_ABOVE_DB, shift, with_age(age, shift) - age)
