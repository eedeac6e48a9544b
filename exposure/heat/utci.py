"""Universal Thermal Climate Index, °C: the air temperature of a reference climate that strains the body as much."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, broadcast
from exposure.heat.humid_air import check_humidity, saturation_kpa
from exposure.heat.utci_polynomial import COEFFICIENTS, DEGREE

AIR_C = (-50.0, 50.0)
RADIANT_EXCESS_K = (-30.0, 70.0)
WIND_M_S = (0.5, 17.0)
VAPOUR_MOST_KPA = 5.0
"""Where the polynomial was fitted (Bröde 2012, 2.4). Outside there is no value: nothing is extrapolated."""


def utci(air_c: ArrayLike, radiant_c: ArrayLike, humidity_percent: ArrayLike, wind_10m_m_s: ArrayLike) -> Floats:
    """UTCI from air and mean radiant temperature, relative humidity and the wind at 10 m; NaN outside the range of the fit."""
    air, radiant, humidity, wind = broadcast(
        air_c=air_c, radiant_c=radiant_c, humidity_percent=humidity_percent, wind_10m_m_s=wind_10m_m_s
    )
    check_humidity(humidity)
    vapour = saturation_kpa(air) * humidity / 100.0
    excess = radiant - air
    inside = vapour <= VAPOUR_MOST_KPA
    for values, (low, high) in ((air, AIR_C), (excess, RADIANT_EXCESS_K), (wind, WIND_M_S)):
        inside &= (values >= low) & (values <= high)
    return np.where(inside, air + _polynomial(air, wind, excess, vapour), np.nan)


def _polynomial(air: Floats, wind: Floats, excess: Floats, vapour: Floats) -> Floats:
    values = iter(COEFFICIENTS)

    def horner(variables: tuple[Floats, ...], degree: int) -> Floats:
        terms = [horner(variables[1:], degree - power) for power in range(degree + 1)] if variables else [next(values)]
        result = terms[-1]
        for term in terms[-2::-1]:
            result = result * variables[0] + term
        return np.asarray(result)

    return horner((vapour, excess, wind, air), DEGREE)
