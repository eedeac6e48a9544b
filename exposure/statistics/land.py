"""Confidence limits of the arithmetic mean of a lognormal exposure, exactly (Land 1971). For cumulative dose; compliance is judged on P95.

With m = ln of the mean, Σ(ln x - m)² is sufficient for the spread, and given it the distribution of the mean of ln x is known: the limit
is the m at which what was found has the probability asked for. The tables of C or H in the literature are this, tabulated.
"""

from __future__ import annotations

import math

import numpy as np

from exposure.arrays import Floats
from exposure.errors import OutOfDomainError
from exposure.statistics.lognormal import Lognormal

NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)
BISECTIONS = 80
WIDEST = 700.0


def mean_limit(fitted: Lognormal, confidence: float = 0.95) -> float:
    """The limit below which the arithmetic mean lies with `confidence`, in the unit of the samples; 0.05 gives the lower limit of 90 %."""
    if not 0.0 < confidence < 1.0:
        raise OutOfDomainError(f"confidence is {confidence}: it must lie between 0 and 1")
    centre, spread = math.log(fitted.gm), math.log(fitted.gsd)
    low, high = centre - 10.0 * spread, centre + 0.5 * spread**2 + spread
    while probability_below(centre, spread, fitted.n, high) > 1.0 - confidence:
        high += high - centre
        if high - centre > WIDEST:
            raise OutOfDomainError(
                "the mean has no finite limit that a number can hold: too few samples for their spread"
            )
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        above = probability_below(centre, spread, fitted.n, middle) > 1.0 - confidence
        low, high = (middle, high) if above else (low, middle)
    return math.exp(0.5 * (low + high))


def probability_below(centre: float, spread: float, n: int, log_mean: float) -> float:
    """P(mean of ln x ≤ what was found) if the ln of the arithmetic mean is `log_mean`, given Σ(ln x - log_mean)²."""
    found = centre - log_mean
    edge = math.sqrt((n - 1) * spread**2 / n + found**2)
    angle = math.asin(max(-1.0, min(1.0, found / edge)))
    below, above = (_integrand(begin, end, edge, n) for begin, end in ((-0.5 * math.pi, angle), (angle, 0.5 * math.pi)))
    top = max(float(below[0].max()), float(above[0].max()))
    parts = [float((weights * np.exp(logs - top)).sum()) for logs, weights in (below, above)]
    return parts[0] / sum(parts)


def _integrand(begin: float, end: float, edge: float, n: int) -> tuple[Floats, Floats]:
    """Ln of exp(-n·u/2)·(edge² - u²)^((n-3)/2) du with u = edge·sin φ, and the weights of the nodes between two angles."""
    half = 0.5 * (end - begin)
    angles = 0.5 * (begin + end) + half * NODES
    return np.asarray(-0.5 * n * edge * np.sin(angles) + (n - 2) * np.log(np.cos(angles))), np.asarray(half * WEIGHTS)
