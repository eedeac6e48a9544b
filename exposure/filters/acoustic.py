"""A, C and Z frequency weightings of sound (IEC 61672-1:2013, 5.5 and Annex E) as digital filters."""

from __future__ import annotations

import math

import numpy as np

from exposure.arrays import positive
from exposure.errors import OutOfDomainError
from exposure.filters.analog import high_pass_row, low_pass, matched_rows
from exposure.filters.sections import Sections, cascade
from exposure.noise.weighting import POLES_HZ

LEAST_RATE_HZ = 20_000.0
"""Below it the 8 kHz band, the last in which class 2 still has a lower limit (Table 3), comes too near to half the rate."""
NORMAL_HZ = 1000.0
WEIGHTINGS = ("A", "C", "Z")


def sound_weighting(name: str, rate_hz: float) -> Sections:
    """The filter "A", "C" or "Z" for sound pressure sampled at `rate_hz`, of gain 1 at 1 kHz."""
    if name not in WEIGHTINGS:
        raise OutOfDomainError(f"no frequency weighting of sound is named {name!r}; there are {', '.join(WEIGHTINGS)}")
    if positive(rate_hz, "rate_hz") < LEAST_RATE_HZ:
        raise OutOfDomainError(f"rate_hz is {rate_hz}: sound is sampled at {LEAST_RATE_HZ:.0f} Hz or more")
    if name == "Z":
        return cascade([], rate_hz)
    first, second, third, fourth = POLES_HZ
    rows = [high_pass_row(first, 0.5, rate_hz), *matched_rows(low_pass(fourth, 0.5), rate_hz)]
    if name == "A":
        between = math.sqrt(second * third)
        rows.insert(1, high_pass_row(between, between / (second + third), rate_hz))
    raw = cascade(rows, rate_hz)
    return raw.scaled(1.0 / float(np.abs(raw.response(NORMAL_HZ))[0]))
