"""Limits for shifts longer than 8 h. Which rule applies, if any, is said by the limit, not chosen here."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations
from exposure.errors import OutOfDomainError


def brief_scala_daily(shift_h: ArrayLike) -> Floats:
    """Reduction factor (8/h)·((24 - h)/16) of Brief and Scala (1975), never above 1; not for irritants or ceilings."""
    hours = _hours(shift_h, 24.0)
    return np.asarray(np.minimum(1.0, 8.0 / hours * (24.0 - hours) / 16.0))


def brief_scala_weekly(week_h: ArrayLike) -> Floats:
    """Reduction factor (40/h)·((168 - h)/128) for a working week, never above 1 (formula recalled, not seen in print)."""
    hours = _hours(week_h, 168.0)
    return np.asarray(np.minimum(1.0, 40.0 / hours * (168.0 - hours) / 128.0))


def osha_lead(shift_h: ArrayLike) -> Floats:
    """Lead PEL of a long shift, µg/m³: 400 / h above 8 h, else 50 (29 CFR 1910.1025(c)(2))."""
    return np.asarray(400.0 / np.maximum(_hours(shift_h, 24.0), 8.0))


def _hours(values: ArrayLike, most: float) -> Floats:
    hours = durations(values, "hours")
    if (hours <= 0).any() or (hours > most).any():
        raise OutOfDomainError(f"hours must lie above 0 and up to {most}")
    return hours
