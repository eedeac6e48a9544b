"""WBGT (ISO 7243:2017, clause 5): natural wet bulb, 150 mm black globe, and air temperature in the sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, same_length
from exposure.gaps import GapPolicy
from exposure.result import Result
from exposure.series import Series, mean


def indoor(natural_wet_bulb: ArrayLike, globe: ArrayLike) -> Floats:
    """0.7·tnw + 0.3·tg, °C: inside, or outside without sun."""
    wet, black = finite(natural_wet_bulb, "natural_wet_bulb"), finite(globe, "globe")
    same_length(black, wet, "globe")
    return np.asarray(0.7 * wet + 0.3 * black)


def outdoor(natural_wet_bulb: ArrayLike, globe: ArrayLike, air: ArrayLike) -> Floats:
    """0.7·tnw + 0.2·tg + 0.1·ta, °C: in the sun."""
    wet, black, dry = (
        finite(values, name)
        for values, name in ((natural_wet_bulb, "natural_wet_bulb"), (globe, "globe"), (air, "air"))
    )
    same_length(black, wet, "globe")
    same_length(dry, wet, "air")
    return np.asarray(0.7 * wet + 0.2 * black + 0.1 * dry)


def time_weighted(values: ArrayLike, minutes: ArrayLike) -> float:
    """Mean of WBGT, or of metabolic rate, over the tasks of the worst hour (6.3). The base is the time given."""
    array = finite(values, "values")
    weights = durations(minutes, "minutes", array)
    return float(np.dot(array, weights) / weights.sum())


def mean_wbgt(series: Series, *, expected_s: float | None = None) -> Result:
    """Mean WBGT of a series, °C. A gap is never zero degrees: it is unknown."""
    series.need("Cel")
    coverage = series.coverage(expected_s)
    integral = float(np.dot(series.value, series.duration_s))
    value = mean(integral, coverage, GapPolicy.UNKNOWN)
    return Result(value, "Cel", "ISO 7243:2017, 6.3", coverage, GapPolicy.UNKNOWN)


def effective(wbgt: ArrayLike, clothing_adjustment: float) -> Floats:
    """WBGT with the clothing adjustment value of Annex F added, °C."""
    return np.asarray(finite(wbgt, "wbgt") + float(finite(clothing_adjustment, "clothing_adjustment")[0]))
