"""Whether workers of one exposure group are alike: spread between and within workers by a random-effects analysis of the logarithms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import positives
from exposure.errors import TooFewSamplesError
from exposure.statistics.lognormal import Lognormal

MIDDLE_95 = 2.0 * NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of ln x between and within workers, and what follows from them."""

    between: float
    within: float

    @property
    def gsd_between(self) -> float:
        """Geometric standard deviation of the workers' own means."""
        return math.exp(math.sqrt(self.between))

    @property
    def gsd_within(self) -> float:
        """Geometric standard deviation of one worker's days."""
        return math.exp(math.sqrt(self.within))

    @property
    def ratio_95(self) -> float:
        """bR.95: how many times the mean of the highest exposed lies above that of the lowest, of 95 % of workers; 2 or less is alike."""
        return math.exp(MIDDLE_95 * math.sqrt(self.between))


def spread(samples_by_worker: Mapping[str, ArrayLike]) -> Spread:
    """Variance components; of two workers or more, one with two samples or more. A negative estimate between workers is zero."""
    logs = [np.log(positives(values, f"samples of {worker!r}")) for worker, values in samples_by_worker.items()]
    total = sum(array.size for array in logs)
    if len(logs) < 2 or total <= len(logs):
        raise TooFewSamplesError("a group needs two workers or more, and one of them two samples or more")
    grand = float(np.concatenate(logs).mean())
    within = sum(float(((array - array.mean()) ** 2).sum()) for array in logs) / (total - len(logs))
    among = sum(array.size * (float(array.mean()) - grand) ** 2 for array in logs) / (len(logs) - 1)
    effective = (total - sum(array.size**2 for array in logs) / total) / (len(logs) - 1)
    return Spread(max(0.0, (among - within) / effective), within)


def of_group(samples_by_worker: Mapping[str, ArrayLike]) -> Lognormal:
    """GM and GSD of a group's days, each worker by his own number of samples."""
    found = spread(samples_by_worker)
    logs = np.concatenate([np.log(positives(values, worker)) for worker, values in samples_by_worker.items()])
    return Lognormal(math.exp(float(logs.mean())), math.exp(math.sqrt(found.between + found.within)), int(logs.size))
