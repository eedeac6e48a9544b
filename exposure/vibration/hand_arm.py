"""Hand-arm vibration (ISO 5349-1:2001, 2002/44/EC). Each hand by itself; the higher one decides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, non_negative, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series, on, together

DAY_H = 8.0
ACTION_M_S2 = 2.5
LIMIT_M_S2 = 5.0


def total_value(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Floats:
    """a_hv, the root-sum-of-squares of three Wh-weighted axes, m/s² (4.5)."""
    return np.asarray(np.sqrt(finite(x, "x") ** 2 + finite(y, "y") ** 2 + finite(z, "z") ** 2))


def total_series(x: Series, y: Series, z: Series) -> Series:
    """a_hv over time, m/s², from the three axes of one instrument; where one axis was not measured there is no total."""
    for series in (x, y, z):
        series.need("m/s2")
    timeline, values = together([x, y, z])
    return on(timeline, total_value(*values), "m/s2")


def partial_a8(acceleration: ArrayLike, durations_h: ArrayLike) -> Floats:
    """A_i(8) = a·√(T/8) of each operation, m/s² (ISO 5349-2, 8.3)."""
    values = magnitudes(acceleration)
    return np.asarray(values * np.sqrt(durations(durations_h, "durations_h", values) / DAY_H))


def a8(acceleration: ArrayLike, durations_h: ArrayLike) -> float:
    """A(8) = √(1/8 · Σ a²T), m/s² (ISO 5349-1, 5.2)."""
    return float(np.sqrt((partial_a8(acceleration, durations_h) ** 2).sum()))


def a8_metric(factor: float = 1.0) -> Metric:
    """A(8) of weighted r.m.s. accelerations over time as a metric, for a whole shift or a value at a time.

    `factor` is 1 for the total value of a hand, and k of the axis for the whole body (ISO 2631-1, 7.2.3).
    """
    scale = positive(factor, "factor")

    def count(values: Floats) -> Floats:
        return np.asarray((scale * magnitudes(values)) ** 2)

    standard = "ISO 5349-1:2001, 5.2; 2002/44/EC"
    return Metric(f"a8 of {scale:g}", ("m/s2",), "m/s2", standard, count, math.sqrt, base_s=DAY_H * 3600.0)


def a8_series(series: Series, *, expected_s: float, factor: float = 1.0, gaps: GapPolicy = GapPolicy.UNKNOWN) -> Result:
    """A(8) of a shift, m/s²; with gaps unknown a lower bound. See `a8_metric`."""
    return evaluate(a8_metric(factor), series, expected_s=expected_s, gaps=gaps)


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
    return non_negative(acceleration, "acceleration")
