"""Equivalent levels: the energy average, and sums and differences of levels (ISO 1996-1, IEC 61672-1)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.result import Result
from exposure.series import Series, mean

REFERENCE_PA = 20e-6
"""Reference sound pressure in air, Pa (ISO 80000-8)."""
LEVEL_UNITS = ("dB", "dB[SPL]", "dB(A)", "dB(C)")


def energy(levels: ArrayLike) -> Floats:
    """Squared pressure over its reference, 10^(L/10), of levels in dB."""
    return np.power(10.0, finite(levels, "levels") / 10.0)


def level(ratio: float) -> float:
    """The level in dB of a squared-pressure ratio; of no sound at all it is minus infinity."""
    if ratio < 0:
        raise OutOfDomainError(f"an energy of {ratio} has no level")
    return 10.0 * math.log10(ratio) if ratio > 0 else -math.inf


def energy_average(levels: ArrayLike, durations_h: ArrayLike | None = None) -> float:
    """Leq of intervals, dB: 10·lg(Σ T·10^(L/10) / Σ T) (ISO 1996-1, 3.6.4); equal intervals without durations."""
    values = energy(levels)
    if durations_h is None:
        return level(float(values.mean()))
    weights = durations(durations_h, "durations_h", values)
    return level(float(np.dot(values, weights) / weights.sum()))


def energy_sum(levels: ArrayLike) -> float:
    """The level of sources that sound together, dB."""
    return level(float(energy(levels).sum()))


def energy_difference(total: float, background: float) -> float:
    """The level of a source whose sum with `background` is `total`, dB; refused unless the total is the higher."""
    both = energy([total, background])
    if both[0] <= both[1]:
        raise OutOfDomainError(f"the total of {total} dB is not above the background of {background} dB")
    return level(float(both[0] - both[1]))


def laeq(series: Series, *, expected_s: float | None = None, gaps: GapPolicy = GapPolicy.UNKNOWN) -> Result:
    """LAeq,T of a series of levels (IEC 61672-1, 3.9), with its coverage."""
    series.need(*LEVEL_UNITS)
    coverage = series.coverage(expected_s)
    integral = float(np.dot(energy(series.value), series.duration_s))
    return Result(level(mean(integral, coverage, gaps)), series.unit, "IEC 61672-1:2013, 3.9", coverage, gaps)


def sound_exposure_level(laeq_db: float, duration_s: float) -> float:
    """LAE = LAeq + 10·lg(T / 1 s), dB (IEC 61672-1, 3.12)."""
    return float(finite(laeq_db, "laeq_db")[0]) + 10.0 * math.log10(positive(duration_s, "duration_s"))


def peak_level(pressure_pa: ArrayLike) -> Floats:
    """LCpeak of C-weighted peak pressures in Pa, dB: 20·lg(p / 20 µPa) (IEC 61672-1, 3.7; Directive 2003/10/EC art. 3).

    A peak cannot be rebuilt from levels: where the instrument sends none, the metric is not available.
    """
    pressure = np.abs(finite(pressure_pa, "pressure_pa"))
    if (pressure == 0).any():
        raise OutOfDomainError("a peak pressure of zero has no level")
    return 20.0 * np.log10(pressure / REFERENCE_PA)


def exceeded_level(series: Series, percent: float) -> float:
    """LN, the level exceeded for N % of the measured time, dB (ISO 1996-1, 3.2.4).

    The greatest level that is reached or passed during at least N % of the time; intervals weigh by their duration.
    """
    series.need(*LEVEL_UNITS)
    if not 0 < percent < 100:
        raise OutOfDomainError(f"percent is {percent}: it must lie between 0 and 100")
    order = np.argsort(series.value)[::-1]
    reached = np.cumsum(series.duration_s[order])
    index = int(np.searchsorted(reached, reached[-1] * percent / 100.0 * (1 - 1e-12)))
    return float(series.value[order][min(index, order.size - 1)])


def burst_maximum(duration_s: ArrayLike, time_constant_s: float) -> Floats:
    """Highest F- or S-weighted level of a steady tone burst below its steady level, dB (IEC 61672-1, 5.9, Table 4)."""
    held = durations(duration_s, "duration_s")
    return 10.0 * np.log10(1.0 - np.exp(-held / positive(time_constant_s, "time_constant_s")))
