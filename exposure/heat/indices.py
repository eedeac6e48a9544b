"""Simple indices of weather: heat index, humidex, wind chill. For screening only: none has legal standing in Vietnam or the EU."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, broadcast
from exposure.errors import OutOfDomainError
from exposure.heat.humid_air import KELVIN, check_humidity

HEAT_INDEX_LEAST_F = 80.0
WIND_CHILL_MOST_C = 10.0
WIND_CHILL_LEAST_KM_H = 4.8


def heat_index_f(air_f: ArrayLike, humidity_percent: ArrayLike, *, nws_adjustments: bool = False) -> Floats:
    """Heat index, °F, by the regression of Rothfusz (NWS SR 90-23, 1990) for shade and light wind; NaN below 80 °F.

    The chart of the National Weather Service is the bare regression; its equation page adds two terms, for dry and for very humid air.
    """
    air, humidity = broadcast(air_f=air_f, humidity_percent=humidity_percent)
    check_humidity(humidity)
    found = -42.379 + 2.04901523 * air + 10.14333127 * humidity - 0.22475541 * air * humidity
    found += -6.83783e-3 * air**2 - 5.481717e-2 * humidity**2
    found += 1.22874e-3 * air**2 * humidity + 8.5282e-4 * air * humidity**2 - 1.99e-6 * air**2 * humidity**2
    if nws_adjustments:
        found = found + _adjustment(air, humidity)
    return np.where(air >= HEAT_INDEX_LEAST_F, found, np.nan)


def heat_index(air_c: ArrayLike, humidity_percent: ArrayLike, *, nws_adjustments: bool = False) -> Floats:
    """Heat index, °C; NaN below 80 °F (26.7 °C)."""
    (air,) = broadcast(air_c=air_c)
    found = heat_index_f(air * 1.8 + 32.0, humidity_percent, nws_adjustments=nws_adjustments)
    return np.asarray((found - 32.0) / 1.8)


def humidex(air_c: ArrayLike, humidity_percent: ArrayLike) -> Floats:
    """Humidex, °C: t + 5/9·(e - 10) with e = 6.112·10^(7.5·t/(237.7 + t))·RH, hPa (Masterton and Richardson 1979, e after Rana 2013)."""
    air, humidity = broadcast(air_c=air_c, humidity_percent=humidity_percent)
    check_humidity(humidity)
    vapour_hpa = 6.112 * np.power(10.0, 7.5 * air / (237.7 + air)) * humidity / 100.0
    return np.asarray(air + 5.0 / 9.0 * (vapour_hpa - 10.0))


def humidex_of_dew_point(air_c: ArrayLike, dew_point_c: ArrayLike) -> Floats:
    """Humidex, °C, with e = 6.11·exp(5417.753·(1/273.15 - 1/Td)), hPa, as Environment Canada has it."""
    air, dew = broadcast(air_c=air_c, dew_point_c=dew_point_c)
    if (dew > air).any():
        raise OutOfDomainError("dew_point_c lies above air_c: air cannot be moister than saturated")
    vapour_hpa = 6.11 * np.exp(5417.753 * (1.0 / KELVIN - 1.0 / (dew + KELVIN)))
    return np.asarray(air + 5.0 / 9.0 * (vapour_hpa - 10.0))


def wind_chill(air_c: ArrayLike, wind_10m_km_h: ArrayLike) -> Floats:
    """Wind chill temperature, °C (Environment Canada and NWS, 2001): wind at 10 m in km/h; NaN above 10 °C or below 4.8 km/h."""
    air, wind = broadcast(air_c=air_c, wind_10m_km_h=wind_10m_km_h)
    if (wind < 0).any():
        raise OutOfDomainError("wind_10m_km_h has a negative value")
    power = wind**0.16
    found = 13.12 + 0.6215 * air - 11.37 * power + 0.3965 * air * power
    return np.where((air <= WIND_CHILL_MOST_C) & (wind >= WIND_CHILL_LEAST_KM_H), found, np.nan)


def _adjustment(air_f: Floats, humidity: Floats) -> Floats:
    dry = (humidity < 13.0) & (air_f >= 80.0) & (air_f <= 112.0)
    less = (13.0 - humidity) / 4.0 * np.sqrt(np.maximum(17.0 - np.abs(air_f - 95.0), 0.0) / 17.0)
    humid = (humidity > 85.0) & (air_f >= 80.0) & (air_f <= 87.0)
    more = (humidity - 85.0) / 10.0 * (87.0 - air_f) / 5.0
    return np.asarray(np.where(humid, more, 0.0) - np.where(dry, less, 0.0))
