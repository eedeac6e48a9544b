"""Lognormal exposure of a group: GM, GSD, percentiles, upper tolerance limit, exceedance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import finite, positive
from exposure.errors import OutOfDomainError, TooFewSamplesError
from exposure.statistics.tolerance import factor


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A fit: geometric mean (in the unit of the samples), geometric standard deviation (N - 1), number of samples."""

    gm: float
    gsd: float
    n: int

    def percentile(self, proportion: float = 0.95) -> float:
        """GM·GSD^z, the point estimate."""
        return self.gm * math.pow(self.gsd, NormalDist().inv_cdf(proportion))

    def upper_tolerance_limit(self, proportion: float = 0.95, confidence: float = 0.95) -> float:
        """UTL: not below the percentile with the confidence given; 95/95 by default, EN 689 uses 95/70."""
        return self.gm * math.pow(self.gsd, factor(self.n, proportion, confidence))

    def percentile_limits(self, proportion: float = 0.95, confidence: float = 0.90) -> tuple[float, float]:
        """The two-sided confidence limits of a percentile; 90 % has the upper one in common with UTL95,95."""
        tail = 0.5 * (1.0 - confidence)
        lower, upper = (factor(self.n, proportion, share) for share in (tail, 1.0 - tail))
        return self.gm * math.pow(self.gsd, lower), self.gm * math.pow(self.gsd, upper)

    @property
    def arithmetic_mean(self) -> float:
        """The mean that the fit gives, GM·exp(½·ln² GSD): for cumulative dose, not for compliance."""
        return self.gm * math.exp(0.5 * math.log(self.gsd) ** 2)

    def exceedance(self, limit: float) -> float:
        """Share of exposures above `limit`, 0 to 1."""
        z = math.log(positive(limit, "limit") / self.gm) / math.log(self.gsd)
        return 0.5 * math.erfc(z / math.sqrt(2.0))


def fit(samples: ArrayLike) -> Lognormal:
    """Fit by the moments of the logarithms; refused with fewer than two samples, values not above zero, or no spread."""
    values = finite(samples, "samples")
    if values.size < 2:
        raise TooFewSamplesError("a lognormal fit needs two samples or more")
    if (values <= 0).any():
        raise OutOfDomainError("samples must be above zero: a result below the detection limit is not a zero")
    logs = np.log(values)
    if float(np.ptp(logs)) == 0:
        raise OutOfDomainError("samples are all equal: there is no spread to fit")
    return Lognormal(math.exp(float(logs.mean())), math.exp(float(logs.std(ddof=1))), int(values.size))
