"""Time weightings F and S: exponential means of the squared signal (IEC 61672-1:2013, 5.8)."""

from __future__ import annotations

import math

from exposure.arrays import positive
from exposure.filters.sections import Sections, cascade

FAST_S = 0.125
SLOW_S = 1.0


def exponential_mean(time_constant_s: float, rate_hz: float) -> Sections:
    """The filter that turns a squared signal into its exponential mean; FAST_S and SLOW_S are the standard's constants."""
    kept = math.exp(-1.0 / (positive(time_constant_s, "time_constant_s") * positive(rate_hz, "rate_hz")))
    return cascade([(1.0 - kept, 0.0, 0.0, -kept, 0.0)], rate_hz)
