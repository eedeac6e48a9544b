"""What a gap means. Time that was expected and not measured is a fact of the result; which number it stands for is said."""

from __future__ import annotations

from enum import Enum


class GapPolicy(Enum):
    """What unmeasured time counts as. Every metric names the policy that it was computed with."""

    UNKNOWN = "unknown"
    """Nothing is assumed: a mean is that of the measured time, a normalised sum holds only what was measured (a lower bound);
    with any gap the result is not decidable."""
    SAME_AS_MEASURED = "same_as_measured"
    """The gap is taken to be like the mean of what was measured: sums are scaled up by expected over measured time."""
    ZERO = "zero"
    """There was no exposure in the gap. Only for a person known to have been away from the source."""
    ASSUMED = "assumed"
    """The gap was at a stated value, commonly the limit itself: the careful side for what is compared with it."""
