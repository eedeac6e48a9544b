"""Equivalent levels: the energy average, and sums and differences of levels (ISO 1996-1, IEC 61672-1)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series
from exposure.sliding import LEAST_COVERAGE, highest_mean

REFERENCE_PA = 20e-6
"""Reference sound pressure in air, Pa (ISO 80000-8)."""
NEPERS = math.log(10.0) / 10.0
"""10^(L/10) = exp(NEPERS·L); numpy's exponential is four times as fast as its power."""
ROUNDING = 1e-10
BINS = 4096
LEVEL_UNITS = ("dB", "dB[SPL]", "dB(A)", "dB(C)")


def energy(levels: ArrayLike) -> Floats:
    """Squared pressure over its reference, 10^(L/10), of levels in dB."""
    return np.asarray(np.exp(finite(levels, "levels") * NEPERS))


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


LAEQ = Metric("laeq", LEVEL_UNITS, None, "IEC 61672-1:2013, 3.9", energy, level)


def laeq(
    series: Series,
    *,
    expected_s: float | None = None,
    gaps: GapPolicy = GapPolicy.UNKNOWN,
    assumed: float | None = None,
) -> Result:
    """LAeq,T of a series of levels (IEC 61672-1, 3.9), with its coverage."""
    return evaluate(LAEQ, series, expected_s=expected_s, gaps=gaps, assumed=assumed)


def highest_laeq(series: Series, window_s: float, *, least_coverage: float = LEAST_COVERAGE) -> Result:
    """The highest LAeq of any sliding window of a length, dB; None where no window is covered enough."""
    series.need(*LEVEL_UNITS)
    standard = f"IEC 61672-1:2013, 3.9, sliding window of {window_s:g} s"
    powers = series.with_values(energy(series.value), series.unit)
    found = highest_mean(powers, window_s, standard=standard, least_coverage=least_coverage)
    return found if found.value is None else replace(found, value=level(found.value))


def laeq_of_windows(series: Series, window_s: float) -> tuple[Floats, Floats, Floats]:
    """Begins (s), LAeq (dB) and measured times (s) of the windows that follow one another from the first value on; empty ones left out."""
    series.need(*LEVEL_UNITS)
    begin = float(series.start_s[0])
    count = math.ceil((series.end_s - begin) / positive(window_s, "window_s"))
    edges = np.asarray(begin + np.arange(count + 1) * window_s, dtype=np.float64)
    timeline = series.timeline
    measured = np.diff(timeline.until(edges, np.ones_like(series.value)))
    summed = np.diff(timeline.until(edges, energy(series.value)))
    there = measured > 0
    return edges[:-1][there], 10.0 * np.log10(summed[there] / measured[there]), measured[there]


def maximum(series: Series, *, expected_s: float | None = None) -> Result:
    """The highest level of the series (LAFmax, LASmax, LCpeak, by what was measured); a gap may hide a higher one."""
    series.need(*LEVEL_UNITS)
    highest = float(series.value.max())
    return Result(highest, series.unit, "IEC 61672-1:2013, 3.10", series.coverage(expected_s), GapPolicy.UNKNOWN)


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
    return float(exceeded_levels(series, [percent])[0])


def exceeded_levels(series: Series, percents: ArrayLike) -> Floats:
    """`exceeded_level` for several percentages at once, dB."""
    series.need(*LEVEL_UNITS)
    shares = finite(percents, "percents") / 100.0
    if ((shares <= 0) | (shares >= 1)).any():
        raise OutOfDomainError(
            f"percent is {100 * shares[(shares <= 0) | (shares >= 1)][0]:g}: it must lie between 0 and 100"
        )
    bins, reached = _histogram(series)
    return np.array([_exceeded(series, share, bins, reached) for share in shares.tolist()])


def _histogram(series: Series) -> tuple[NDArray[np.int64], Floats]:
    """The bin of each value, higher bins for lower values, and the time measured up to the end of each bin: no sorting of a shift."""
    highest, lowest = float(series.value.max()), float(series.value.min())
    scale = (BINS - 1) / (highest - lowest) if highest > lowest else 0.0
    bins = ((highest - series.value) * scale).astype(np.int64)
    return bins, np.cumsum(np.bincount(bins, weights=series.duration_s))


def _exceeded(series: Series, share: float, bins: NDArray[np.int64], reached: Floats) -> float:
    wanted = float(reached[-1]) * share * (1 - ROUNDING)
    chosen = min(int(np.searchsorted(reached, wanted)), reached.size - 1)
    inside = np.flatnonzero(bins == chosen)
    before = float(reached[chosen - 1]) if chosen else 0.0
    order = inside[np.argsort(-series.value[inside])]
    index = int(np.searchsorted(before + np.cumsum(series.duration_s[order]), wanted))
    return float(series.value[order[min(index, order.size - 1)]])


def burst_maximum(duration_s: ArrayLike, time_constant_s: float) -> Floats:
    """Highest F- or S-weighted level of a steady tone burst below its steady level, dB (IEC 61672-1, 5.9, Table 4)."""
    held = durations(duration_s, "duration_s")
    return 10.0 * np.log10(1.0 - np.exp(-held / positive(time_constant_s, "time_constant_s")))
