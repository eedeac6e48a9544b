"""Illuminance of a task area from a grid of points (QCVN 22:2016/BYT, EN 12464-1). One lux meter is one point, never the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, positive
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.result import Result
from exposure.series import Series, mean

UNIT = "lx"
MOST_GRID_M = 10.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Mean and lowest illuminance, lx, and the number of points they come from."""

    mean_lx: float
    lowest_lx: float
    points: int

    @property
    def uniformity(self) -> float:
        """U0, the lowest over the mean; of darkness there is none."""
        return self.lowest_lx / self.mean_lx if self.mean_lx > 0 else math.nan


def over_grid(illuminance_lx: ArrayLike) -> Grid:
    """Arithmetic mean and minimum over the points of a regular grid."""
    values = _illuminance(illuminance_lx)
    return Grid(float(values.mean()), float(values.min()), int(values.size))


def maintained(initial_lx: float, maintenance_factor: float) -> float:
    """Em, lx: what remains of the mean of a new installation when it is old and dirty; the factor lies above 0 and up to 1."""
    if not 0 < maintenance_factor <= 1:
        raise OutOfDomainError(f"maintenance_factor is {maintenance_factor}: it must lie above 0 and up to 1")
    return float(_illuminance(initial_lx)[0]) * maintenance_factor


def grid_spacing_m(longer_side_m: float) -> float:
    """Greatest distance of grid points, m: 0.2·5^(lg d) for a side of d metres, not above 10 (EN 12464-1:2021, 5.4)."""
    return min(0.2 * math.pow(5.0, math.log10(positive(longer_side_m, "longer_side_m"))), MOST_GRID_M)


def mean_over_time(series: Series, *, expected_s: float | None = None) -> Result:
    """Mean illuminance at one point, lx. A gap is unknown, never darkness."""
    series.need(UNIT)
    coverage = series.coverage(expected_s)
    integral = float(np.dot(_illuminance(series.value), series.duration_s))
    value = mean(integral, coverage, GapPolicy.UNKNOWN)
    return Result(value, UNIT, "QCVN 22:2016/BYT; EN 12464-1", coverage, GapPolicy.UNKNOWN)


def _illuminance(values: ArrayLike) -> Floats:
    array = finite(values, "illuminance_lx")
    if (array < 0).any():
        raise OutOfDomainError("an illuminance cannot be negative")
    return array
