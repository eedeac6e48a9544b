"""Lognormal fit with results below a limit of detection: they are neither zero nor half of it (maximum likelihood)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, positives
from exposure.errors import MismatchedError, OutOfDomainError, TooFewSamplesError
from exposure.statistics.lognormal import Lognormal

LEAST_DETECTED = 3
MOST_SHARE = 0.8
"""Share of results below detection up to which a fit says anything; a choice of this house."""
SETTLED = 1e-12
MOST_STEPS = 20_000


def fit_censored(results: ArrayLike, detected: ArrayLike) -> Lognormal:
    """GM and GSD by maximum likelihood; where `detected` is false the result is the limit of detection, below which it lies.

    The spread is scaled to N - 1 so that without such results the fit is that of `lognormal.fit`.
    """
    values, seen = positives(results, "results"), np.atleast_1d(np.asarray(detected, dtype=bool))
    if seen.shape != values.shape:
        raise MismatchedError(f"detected has {seen.size} values where {values.size} are expected")
    if int(seen.sum()) < LEAST_DETECTED or (~seen).mean() > MOST_SHARE:
        raise TooFewSamplesError(
            f"{int(seen.sum())} of {seen.size} results were detected: a fit needs {LEAST_DETECTED} and a fifth of all"
        )
    logs = np.log(values)
    if float(np.ptp(logs[seen])) == 0.0:
        raise OutOfDomainError("the detected results are all equal: there is no spread to fit")
    mean, spread = _most_likely(logs, seen)
    return Lognormal(math.exp(mean), math.exp(spread * math.sqrt(logs.size / (logs.size - 1))), int(logs.size))


def _most_likely(logs: Floats, seen: NDArray[np.bool_]) -> tuple[float, float]:
    """Expectation and maximisation in turn: what lies below a limit counts with its mean and spread there."""
    mean, spread = float(logs[seen].mean()), float(logs.std()) or float(logs[seen].std())
    limits = logs[~seen]
    for _ in range(MOST_STEPS):
        first, second = logs.copy(), logs**2
        places = (limits - mean) / spread
        ratios = np.array([_below(place) for place in places.tolist()])
        first[~seen] = mean - spread * ratios
        second[~seen] = mean**2 + spread**2 - spread * ratios * (limits + mean)
        new_mean = float(first.mean())
        new_spread = math.sqrt(max(float(second.mean()) - new_mean**2, 1e-300))
        moved = abs(new_mean - mean) + abs(new_spread - spread)
        mean, spread = new_mean, new_spread
        if moved < SETTLED:
            break
    return mean, spread


def _below(place: float) -> float:
    """Density over probability of the standard normal below a place."""
    probability = 0.5 * math.erfc(-place / math.sqrt(2.0))
    if probability < 1e-290:
        return -place
    return math.exp(-0.5 * place**2) / math.sqrt(2.0 * math.pi) / probability
