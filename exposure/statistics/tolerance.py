"""One-sided normal tolerance factors, without a statistics library: the noncentral t by integrating over the sample spread."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from exposure.errors import OutOfDomainError, TooFewSamplesError

STEPS = 4001
BISECTIONS = 60


@lru_cache(maxsize=256)
def factor(n: int, proportion: float = 0.95, confidence: float = 0.95) -> float:
    """K with which mean + K·s lies above the share `proportion` of the population with `confidence` (ISO 16269-6).

    Solves P(Z + z·√n ≤ K·√n·S) = confidence, S² being χ²/(n-1): within 1e-6 of the noncentral t quantile.
    """
    if n < 2:
        raise TooFewSamplesError(f"a tolerance factor needs two samples or more, not {n}")
    if not (0.5 <= proportion < 1 and 0 < confidence < 1):
        raise OutOfDomainError(f"proportion {proportion} or confidence {confidence} is out of range")
    root, shift = math.sqrt(n), NormalDist().inv_cdf(proportion) * math.sqrt(n)
    low, high = -100.0, 1000.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _covered(n, middle * root, shift) < confidence else (low, middle)
    return 0.5 * (low + high)


def _covered(n: int, slope: float, shift: float) -> float:
    freedom = n - 1
    spread = np.linspace(0.0, 1.0 + 9.0 / math.sqrt(2.0 * freedom), STEPS)[1:]
    log_density = freedom * np.log(spread) - np.log(spread) - freedom * spread**2 / 2.0
    density = np.exp(log_density - log_density.max())
    inside = np.array([0.5 * math.erfc((shift - slope * s) / math.sqrt(2.0)) for s in spread])
    return float(np.dot(density, inside) / density.sum())
