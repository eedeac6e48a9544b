"""Hand-arm vibration (ISO 5349-1:2001, 2002/44/EC). Each hand by itself; the higher one decides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import OutOfDomainError

DAY_H = 8.0
ACTION_M_S2 = 2.5
LIMIT_M_S2 = 5.0


def total_value(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Floats:
    """a_hv, the root-sum-of-squares of three Wh-weighted axes, m/s² (4.5)."""
    return np.asarray(np.sqrt(finite(x, "x") ** 2 + finite(y, "y") ** 2 + finite(z, "z") ** 2))


def partial_a8(acceleration: ArrayLike, durations_h: ArrayLike) -> Floats:
    """A_i(8) = a·√(T/8) of each operation, m/s² (ISO 5349-2, 8.3)."""
    values = magnitudes(acceleration)
    return np.asarray(values * np.sqrt(durations(durations_h, "durations_h", values) / DAY_H))


def a8(acceleration: ArrayLike, durations_h: ArrayLike) -> float:
    """A(8) = √(1/8 · Σ a²T), m/s² (ISO 5349-1, 5.2)."""
    return float(np.sqrt((partial_a8(acceleration, durations_h) ** 2).sum()))


def points(acceleration: ArrayLike, durations_h: ArrayLike) -> Floats:
    """Exposure points 2·a²·T: 100 at the action value, 400 at the limit (HSE L140). Points of a day add."""
    return np.asarray(100.0 * (partial_a8(acceleration, durations_h) / ACTION_M_S2) ** 2)


def time_to_reach_h(acceleration: ArrayLike, a8_m_s2: float) -> Floats:
    """Hours at a steady acceleration until A(8) is reached; infinite when a day of 24 h is not enough."""
    values = magnitudes(acceleration)
    with np.errstate(divide="ignore"):
        hours = DAY_H * (positive(a8_m_s2, "a8_m_s2") / values) ** 2
    return np.asarray(np.where(hours > 24.0, math.inf, hours))


def years_to_finger_blanching(a8_m_s2: ArrayLike) -> Floats:
    """Years until 10 % of a group show vascular signs: 31.8·A(8)^-1.06 (ISO 5349-1, C.1). Of a population, never of a person."""
    values = finite(a8_m_s2, "a8_m_s2")
    if (values <= 0).any():
        raise OutOfDomainError("A(8) must be above zero")
    return np.asarray(31.8 * values**-1.06)


def magnitudes(acceleration: ArrayLike) -> Floats:
    """Frequency-weighted r.m.s. accelerations: finite and none negative."""
    values = finite(acceleration, "acceleration")
    if (values < 0).any():
        raise OutOfDomainError("an r.m.s. acceleration cannot be negative")
    return values
