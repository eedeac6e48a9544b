"""WBGT estimated from weather data (Liljegren et al. 2008, doi:10.1080/15459620802310770). An estimate: never a measured WBGT.

The globe (2 inches) and the natural wet bulb are each solved from their heat balance. The iteration, its start and its stop (a step below
0.02 K) are those of the authors' program, so that values agree with it and with the weather services that run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, broadcast
from exposure.errors import OutOfDomainError
from exposure.heat import moist_flow as flow
from exposure.heat.humid_air import KELVIN, check_humidity

STEFAN_BOLTZMANN = 5.6696e-8
EMISSIVITY, EMISSIVITY_GROUND = 0.95, 0.999
ALBEDO_WICK, ALBEDO_GLOBE, ALBEDO_GROUND = 0.4, 0.05, 0.45
GLOBE_M, WICK_M, WICK_LENGTH_M = 0.0508, 0.007, 0.0254
HORIZON_COSINE = 0.00873
"""Cosine of a zenith angle of 89.5°: below it the sun is down."""
MOST_DIRECT = 0.9
LEAST_WIND_M_S = 0.62
"""At 10 m; a calmer report is raised to it, as the Dutch weather service does."""
LEAST_SPEED_M_S = 0.13
SETTLED_K, MOST_STEPS, MIXED = 0.02, 500, 0.1
DAY_WIND_M_S, NIGHT_WIND_M_S = (2.0, 3.0, 5.0, 6.0), (2.0, 2.5)
SUN_W_M2 = (175.0, 675.0, 925.0)
DAY_EXPONENT = np.array(
    [[0.25, 0.15, 0.15, 0.15], [0.25, 0.20, 0.15, 0.15], [0.25, 0.20, 0.15, 0.15], [0.25, 0.25, 0.20, 0.20], [0.25, 0.25, 0.25, 0.20]]
)  # fmt: skip
NIGHT_EXPONENT = np.array([0.30, 0.30, 0.25])


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedWbgt:
    """Estimated globe, natural wet bulb and WBGT in the sun, °C; NaN where the balance does not settle."""

    globe: Floats
    natural_wet_bulb: Floats
    wbgt: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Air:
    kelvin: Floats
    humidity: Floats
    pressure_hpa: Floats
    speed: Floats
    sun: Floats
    direct: Floats
    cosine: Floats

    @property
    def longwave(self) -> Floats:
        """Half the sky's and half the ground's radiation, over the Stefan-Boltzmann constant, K⁴."""
        vapour_hpa = self.humidity * flow.saturation_hpa(self.kelvin)
        sky = 0.575 * vapour_hpa**0.143
        return np.asarray(0.5 * (sky + EMISSIVITY_GROUND) * self.kelvin**4)


def estimate_wbgt(
    *,
    air_c: ArrayLike,
    humidity_percent: ArrayLike,
    pressure_hpa: ArrayLike,
    wind_10m_m_s: ArrayLike,
    sun_w_m2: ArrayLike,
    direct_fraction: ArrayLike,
    zenith_cosine: ArrayLike,
) -> EstimatedWbgt:
    """WBGT = 0.7·tnw + 0.2·tg + 0.1·ta from air, wind at 10 m, global radiation, the direct part of it and the sun's zenith angle."""
    air, humidity, pressure, wind, sun, direct, cosine = broadcast(
        air_c=air_c,
        humidity_percent=humidity_percent,
        pressure_hpa=pressure_hpa,
        wind_10m_m_s=wind_10m_m_s,
        sun_w_m2=sun_w_m2,
        direct_fraction=direct_fraction,
        zenith_cosine=zenith_cosine,
    )
    _check(humidity, pressure, wind, sun, cosine)
    up = cosine >= HORIZON_COSINE
    beam = np.where(up, np.clip(direct, 0.0, MOST_DIRECT), 0.0)
    speed = wind_at_2m(np.maximum(wind, LEAST_WIND_M_S), sun, cosine)
    there = _Air(air + KELVIN, humidity / 100.0, pressure, speed, sun, beam, np.where(up, cosine, 1.0))
    globe, wet = _globe(there) - KELVIN, _wet_bulb(there) - KELVIN
    return EstimatedWbgt(globe, wet, np.asarray(0.7 * wet + 0.2 * globe + 0.1 * air))


def wind_at_2m(wind_10m_m_s: Floats, sun_w_m2: Floats, zenith_cosine: Floats) -> Floats:
    """Wind at 2 m by a power law over built-up ground, its exponent by the stability of the air; not below 0.13 m/s."""
    day = DAY_EXPONENT[np.digitize(wind_10m_m_s, DAY_WIND_M_S), np.digitize(sun_w_m2, SUN_W_M2)]
    night = NIGHT_EXPONENT[np.digitize(wind_10m_m_s, NIGHT_WIND_M_S)]
    exponent = np.where(zenith_cosine > 0.0, day, night)
    return np.asarray(np.maximum(wind_10m_m_s * 0.2**exponent, LEAST_SPEED_M_S))


def _check(humidity: Floats, pressure: Floats, wind: Floats, sun: Floats, cosine: Floats) -> None:
    check_humidity(humidity)
    if (humidity <= 0).any():
        raise OutOfDomainError("humidity_percent is zero: air without any vapour has no dew point")
    if ((pressure < 300.0) | (pressure > 1100.0)).any():
        raise OutOfDomainError("pressure_hpa must lie between 300 and 1100: it is in hectopascal")
    if (wind < 0).any() or (sun < 0).any():
        raise OutOfDomainError("wind_10m_m_s and sun_w_m2 cannot be negative")
    if (np.abs(cosine) > 1).any():
        raise OutOfDomainError("zenith_cosine must lie between -1 and 1")


def _globe(there: _Air) -> Floats:
    shape = np.where(there.direct > 0, there.direct * (0.5 / there.cosine - 1.0), 0.0) + 1.0 + ALBEDO_GROUND
    gained = there.longwave + there.sun * (1.0 - ALBEDO_GLOBE) * shape / (2.0 * STEFAN_BOLTZMANN * EMISSIVITY)

    def step(kelvin: Floats) -> Floats:
        film = 0.5 * (kelvin + there.kelvin)
        transfer = flow.sphere_transfer(film, there.pressure_hpa, there.speed, GLOBE_M)
        lost = transfer / (STEFAN_BOLTZMANN * EMISSIVITY) * (kelvin - there.kelvin)
        return np.asarray((gained - lost) ** 0.25)

    return _settle(step, there.kelvin)


def _wet_bulb(there: _Air) -> Floats:
    vapour = there.humidity * flow.saturation_hpa(there.kelvin)
    end = 0.25 * WICK_M / WICK_LENGTH_M
    beam = np.tan(np.arccos(np.clip(there.cosine, -1.0, 1.0))) / np.pi + end
    lit = (1.0 - there.direct) * (1.0 + end) + there.direct * beam + ALBEDO_GROUND
    sunlight = (1.0 - ALBEDO_WICK) * there.sun * lit

    def step(kelvin: Floats) -> Floats:
        film = 0.5 * (kelvin + there.kelvin)
        radiation = STEFAN_BOLTZMANN * EMISSIVITY * (there.longwave - kelvin**4) + sunlight
        wick = flow.saturation_hpa(kelvin)
        wetting = (wick - vapour) / (there.pressure_hpa - wick) * flow.evaporation_k(film, there.pressure_hpa)
        return np.asarray(
            there.kelvin - wetting + radiation / flow.cylinder_transfer(film, there.pressure_hpa, there.speed, WICK_M)
        )

    return _settle(step, flow.dew_point_k(vapour))


def _settle(step: Callable[[Floats], Floats], start: Floats) -> Floats:
    kelvin, found = np.array(start), np.full(start.size, np.nan)
    open_still = np.ones(start.size, dtype=bool)
    for _ in range(MOST_STEPS):
        reached = step(kelvin)
        settled = open_still & (np.abs(reached - kelvin) < SETTLED_K)
        found[settled] = reached[settled]
        open_still &= ~settled
        if not open_still.any():
            break
        kelvin = np.where(open_still, (1.0 - MIXED) * kelvin + MIXED * reached, kelvin)
    return found
