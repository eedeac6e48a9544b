"""Illuminance of a task area from a grid of points (QCVN 22:2016/BYT, EN 12464-1). One lux meter is one point, never the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from exposure.arrays import Floats, non_negative, positive
from exposure.errors import OutOfDomainError
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series

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
    return evaluate(MEAN_ILLUMINANCE, series, expected_s=expected_s)


def _illuminance(values: ArrayLike) -> Floats:
    return non_negative(values, "illuminance_lx")


MEAN_ILLUMINANCE = Metric(
    "mean_illuminance", (UNIT,), UNIT, "QCVN 22:2016/BYT; EN 12464-1", _illuminance, zero_is_none=False
)
