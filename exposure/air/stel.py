"""Short-term exposure: the highest mean of any sliding window, not of clock quarters, which can miss it."""

from __future__ import annotations

import numpy as np

from exposure.air.twa import UNITS
from exposure.arrays import Floats, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.result import Coverage, Result
from exposure.series import Series

WINDOW_S = 15 * 60.0
LEAST_COVERAGE = 0.75
"""Part of a window that must be measured for it to count: a choice of this house, in no standard."""
ROUNDING = 1e-9


def sliding_means(
    series: Series, window_s: float = WINDOW_S, after_s: float = -np.inf
) -> tuple[Floats, Floats, Floats]:
    """Ends, means and measured times (s) of the windows that can hold the maximum.

    The mean changes linearly in between, so these are the windows that end with an interval or begin with one.
    The mean is over the measured part of the window; a window without any is left out, as are those that end by `after_s`.
    """
    window = positive(window_s, "window_s")
    ends = np.concatenate([series.start_s + series.duration_s, series.start_s + window])
    ends = np.unique(ends[(ends <= series.end_s) & (ends > after_s)])
    knots = np.column_stack([series.start_s, series.start_s + series.duration_s]).ravel()
    knots = np.maximum.accumulate(knots)
    measured = _within(knots, series.duration_s, ends, window)
    summed = _within(knots, series.duration_s * series.value, ends, window)
    there = measured > 0
    return ends[there], summed[there] / measured[there], measured[there]


def stel(
    series: Series, *, window_s: float = WINDOW_S, least_coverage: float = LEAST_COVERAGE, after_s: float = -np.inf
) -> Result:
    """The highest 15-minute mean (QCVN 03:2019/BYT, 29 CFR 1910.1000 Z tables); None where no window is covered enough.

    The coverage is that of the deciding window, or the best there was. Windows that end by `after_s` are left out.
    """
    series.need(*UNITS)
    if not 0 < least_coverage <= 1:
        raise OutOfDomainError(f"least_coverage is {least_coverage}: it must lie above 0 and up to 1")
    _, means, measured = sliding_means(series, window_s, after_s)
    enough = measured >= least_coverage * window_s * (1 - ROUNDING)
    source = f"15-minute sliding mean, windows measured for {least_coverage:.0%} or more"
    if not enough.any():
        best = Coverage(min(float(measured.max(initial=0.0)), window_s), window_s)
        return Result(None, series.unit, source, best, GapPolicy.UNKNOWN)
    index = int(np.argmax(np.where(enough, means, -np.inf)))
    covered = Coverage(min(float(measured[index]), window_s), window_s)
    return Result(float(means[index]), series.unit, source, covered, GapPolicy.SAME_AS_MEASURED)


def _within(knots: Floats, steps: Floats, ends: Floats, window_s: float) -> Floats:
    after = np.cumsum(steps)
    sums = np.column_stack([after - steps, after]).ravel()
    inside: Floats = np.interp(ends, knots, sums) - np.interp(ends - window_s, knots, sums)
    return inside
