"""Whether samples look lognormal: the test of Shapiro and Wilk on their logarithms (Royston 1995, AS R94)."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike

from exposure.arrays import Floats, positives
from exposure.errors import OutOfDomainError, TooFewSamplesError

LEAST, MOST = 3, 5000
LAST = (0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
LAST_BUT_ONE = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
"""Corrections of the outer weights, in powers of 1/√n."""
SMALL_MEAN, SMALL_SPREAD = (0.5440, -0.39978, 0.025054, -6.714e-4), (1.3822, -0.77857, 0.062767, -0.0020322)
LARGE_MEAN, LARGE_SPREAD = (-1.5861, -0.31082, -0.083751, 0.0038915), (-0.4803, -0.082676, 0.0030302)


def lognormality(samples: ArrayLike) -> tuple[float, float]:
    """W and p of the logarithms; a small p (below 0.05) speaks against a lognormal group, a large one is no proof of it."""
    values = positives(samples, "samples")
    if not LEAST <= values.size <= MOST:
        raise TooFewSamplesError(f"the test of Shapiro and Wilk takes {LEAST} to {MOST} samples, not {values.size}")
    logs = np.sort(np.log(values))
    centred = logs - logs.mean()
    total = float((centred**2).sum())
    if total <= 1e-20 * values.size:
        raise OutOfDomainError("samples are all equal: there is no spread to test")
    w = min(1.0, float((_weights(logs.size) * centred).sum()) ** 2 / total)
    return w, _probability(w, logs.size)


def _weights(n: int) -> Floats:
    normal = NormalDist()
    scores = np.array([normal.inv_cdf((rank - 0.375) / (n + 0.25)) for rank in range(1, n + 1)])
    if n == LEAST:
        return np.array([-math.sqrt(0.5), 0.0, math.sqrt(0.5)])
    squares, unit = float((scores**2).sum()), 1.0 / math.sqrt(n)
    outer = [scores[-1] / math.sqrt(squares) + float(polyval(unit, LAST))]
    if n > 5:
        outer.append(scores[-2] / math.sqrt(squares) + float(polyval(unit, LAST_BUT_ONE)))
    taken = sum(float(score) ** 2 for score in scores[: -len(outer) - 1 : -1])
    scale = math.sqrt((squares - 2.0 * taken) / (1.0 - 2.0 * sum(weight**2 for weight in outer)))
    weights = scores / scale
    for place, weight in enumerate(outer):
        weights[place], weights[-place - 1] = -weight, weight
    return np.asarray(weights)


def _probability(w: float, n: int) -> float:
    if n == LEAST:
        return min(1.0, max(0.0, 6.0 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75)))))
    if w >= 1.0:
        return 1.0
    if n <= 11:
        limit = -2.273 + 0.459 * n - math.log(1.0 - w)
        if limit <= 0.0:
            return 0.0
        score, mean, spread = -math.log(limit), float(polyval(n, SMALL_MEAN)), math.exp(float(polyval(n, SMALL_SPREAD)))
    else:
        x = math.log(n)
        score, mean, spread = (
            math.log(1.0 - w),
            float(polyval(x, LARGE_MEAN)),
            math.exp(float(polyval(x, LARGE_SPREAD))),
        )
    return 0.5 * math.erfc((score - mean) / spread / math.sqrt(2.0))
