"""The highest mean of any sliding window, looked for at every value: windows that end with an interval, or begin with one."""

from __future__ import annotations

import numpy as np

from exposure.arrays import Floats, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.result import Coverage, Result
from exposure.series import Series

LEAST_COVERAGE = 0.75
"""Part of a window that must be measured for it to count: a choice of this house, in no standard."""
ROUNDING = 1e-9


def sliding_means(series: Series, window_s: float) -> tuple[Floats, Floats, Floats]:
    """Ends, means and measured times (s) of the windows, in order of their ends.

    The mean is over the measured part of the window; a window without any is left out. Without gaps the mean changes
    steadily between these windows, so none is higher.
    """
    windows = series.timeline.windows(positive(window_s, "window_s"))
    ends, first = np.unique(windows.end_s, return_index=True)
    measured, summed = windows.measured_s[first], windows.sums(series.value)[first]
    there = measured > 0
    return ends[there], summed[there] / measured[there], measured[there]


def highest_mean(series: Series, window_s: float, *, standard: str, least_coverage: float = LEAST_COVERAGE) -> Result:
    """The highest mean of a window that is measured for `least_coverage` or more of its length; None where there is none.

    The coverage is that of the deciding window, or the best there was.
    """
    check_least_coverage(least_coverage)
    windows = series.timeline.windows(positive(window_s, "window_s"))
    measured = windows.measured_s
    enough = measured >= least_coverage * window_s * (1 - ROUNDING)
    if not enough.any():
        best = Coverage(min(float(measured.max()), window_s), window_s)
        return Result(None, series.unit, standard, best, GapPolicy.UNKNOWN)
    means = np.divide(windows.sums(series.value), measured, out=np.full(measured.size, -np.inf), where=enough)
    index = int(np.argmax(means))
    covered = Coverage(min(float(measured[index]), window_s), window_s)
    return Result(float(means[index]), series.unit, standard, covered, GapPolicy.SAME_AS_MEASURED)


def check_least_coverage(least_coverage: float) -> None:
    """Refuse a part of a window that is none."""
    if not 0 < least_coverage <= 1:
        raise OutOfDomainError(f"least_coverage is {least_coverage}: it must lie above 0 and up to 1")
