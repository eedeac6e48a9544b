"""Noise exposure levels: LEX,8h, LEX,40h, sound exposure and points (ISO 9612, ISO 1999, 2003/10/EC)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.noise.levels import LEVEL_UNITS, energy, level
from exposure.result import Result
from exposure.series import Series

NOMINAL_DAY_H = 8.0
NOMINAL_DAY_S = NOMINAL_DAY_H * 3600.0
NOMINAL_WEEK_DAYS = 5
PA2H_AT_ZERO_DB = 4e-10
"""(20 µPa)², the exposure in Pa²h of one hour at 0 dB."""


LEX_8H = Metric(
    "lex_8h", LEVEL_UNITS, "dB(A)", "ISO 9612:2009, 3.3; ISO 1999:2013, 3.6", energy, level, base_s=NOMINAL_DAY_S
)


def lex_8h(laeq_db: float, duration_h: float) -> float:
    """LEX,8h = LAeq,Te + 10·lg(Te / 8 h), dB (ISO 9612:2009, 3.3). The base stays 8 h, however long the shift."""
    return float(finite(laeq_db, "laeq_db")[0]) + 10.0 * math.log10(positive(duration_h, "duration_h") / NOMINAL_DAY_H)


def lex_8h_tasks(levels: ArrayLike, durations_h: ArrayLike) -> float:
    """LEX,8h of a day of tasks, dB: 10·lg Σ (T/8)·10^(L/10) (ISO 9612:2009, 9.4)."""
    values = energy(levels)
    return level(float(np.dot(values, durations(durations_h, "durations_h", values)) / NOMINAL_DAY_H))


def lex_8h_series(
    series: Series, *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN, assumed: float | None = None
) -> Result:
    """LEX,8h of one shift from levels over time; `expected_s` is the effective day, breaks by its own definition.

    With gaps unknown the value holds only what was measured: a lower bound, and not decidable.
    """
    return evaluate(LEX_8H, series, expected_s=expected_s, gaps=gaps, assumed=assumed)


def lex_40h(daily_levels: ArrayLike) -> float:
    """LEX,40h = 10·lg(1/5 · Σ 10^(LEX,8h/10)), dB (2003/10/EC art. 2). Divided by 5, however many days were worked."""
    days = energy(daily_levels)
    if days.size > 7:
        raise OutOfDomainError(f"a week has at most 7 days, not {days.size}")
    return level(float(days.sum()) / NOMINAL_WEEK_DAYS)


def sound_exposure(laeq_db: float, duration_h: float) -> float:
    """Sound exposure E, Pa²h (IEC 61252): integrals add where levels do not."""
    return PA2H_AT_ZERO_DB * positive(duration_h, "duration_h") * float(energy(laeq_db)[0])


def lex_8h_of_exposure(exposure_pa2h: float) -> float:
    """LEX,8h of a sound exposure in Pa²h, dB (IEC 61252, Annex A)."""
    return level(positive(exposure_pa2h, "exposure_pa2h") / (PA2H_AT_ZERO_DB * NOMINAL_DAY_H))


def points(levels: ArrayLike, durations_h: ArrayLike, upper_action_db: float = 85.0) -> Floats:
    """Exposure points, 100 at the upper action value: 100·(T/8)·10^((L-85)/10) (HSE L108). Points of a day add."""
    values = finite(levels, "levels")
    hours = durations(durations_h, "durations_h", values)
    return 100.0 * hours / NOMINAL_DAY_H * np.power(10.0, (values - upper_action_db) / 10.0)
