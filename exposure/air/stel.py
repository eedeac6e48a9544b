"""Short-term exposure: the highest mean of any sliding window, not of clock quarters, which can miss it."""

from __future__ import annotations

from exposure.air.twa import UNITS
from exposure.result import Result
from exposure.series import Series
from exposure.sliding import LEAST_COVERAGE, highest_mean, sliding_means

WINDOW_S = 15 * 60.0
__all__ = ["LEAST_COVERAGE", "WINDOW_S", "sliding_means", "stel"]


def stel(series: Series, *, window_s: float = WINDOW_S, least_coverage: float = LEAST_COVERAGE) -> Result:
    """The highest 15-minute mean (QCVN 03:2019/BYT, 29 CFR 1910.1000 Z tables); None where no window is covered enough.

    The coverage is that of the deciding window, or the best there was.
    """
    series.need(*UNITS)
    source = f"15-minute sliding mean, windows measured for {least_coverage:.0%} or more"
    return highest_mean(series, window_s, standard=source, least_coverage=least_coverage)
