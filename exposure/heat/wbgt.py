"""WBGT (ISO 7243:2017, clause 5): natural wet bulb, 150 mm black globe, and air temperature in the sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, same_length
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series, on, together
from exposure.sliding import LEAST_COVERAGE, highest_mean

HOUR_S = 3600.0
MEAN_WBGT = Metric("mean_wbgt", ("Cel",), "Cel", "ISO 7243:2017, 6.3", np.asarray, zero_is_none=False)


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


def of_series(natural_wet_bulb: Series, globe: Series, air: Series | None = None) -> Series:
    """WBGT over time, °C, from the readings of one instrument: with air temperature that in the sun, without it that without.

    Where one of them was not measured there is no WBGT.
    """
    named = {"natural_wet_bulb": natural_wet_bulb, "globe": globe} | ({} if air is None else {"air": air})
    for series in named.values():
        series.need("Cel")
    timeline, (wet, black, *dry) = together(list(named.values()))
    return on(timeline, outdoor(wet, black, dry[0]) if dry else indoor(wet, black), "Cel")


def time_weighted(values: ArrayLike, minutes: ArrayLike) -> float:
    """Mean of WBGT, or of metabolic rate, over the tasks of the worst hour (6.3). The base is the time given."""
    array = finite(values, "values")
    weights = durations(minutes, "minutes", array)
    return float(np.dot(array, weights) / weights.sum())


def mean_wbgt(series: Series, *, expected_s: float | None = None, gaps: GapPolicy = GapPolicy.UNKNOWN) -> Result:
    """Mean WBGT of a series, °C. A gap is never zero degrees."""
    return evaluate(MEAN_WBGT, series, expected_s=expected_s, gaps=gaps)


def worst_hour(series: Series, *, window_s: float = HOUR_S, least_coverage: float = LEAST_COVERAGE) -> Result:
    """The highest mean WBGT of a sliding hour, °C (6.3: the worst hour decides); None where no hour is covered enough."""
    series.need("Cel")
    return highest_mean(series, window_s, standard="ISO 7243:2017, 6.3, sliding", least_coverage=least_coverage)


def effective(wbgt: ArrayLike, clothing_adjustment: float) -> Floats:
    """WBGT with the clothing adjustment value of Annex F added, °C."""
    return np.asarray(finite(wbgt, "wbgt") + float(finite(clothing_adjustment, "clothing_adjustment")[0]))
