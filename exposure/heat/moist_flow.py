"""Properties of moist air and its heat transfer to a globe and a wick, as Liljegren's model of WBGT takes them."""

from __future__ import annotations

import numpy as np

from exposure.arrays import Floats

HEAT_CAPACITY = 1003.5
AIR_KG_KMOL, WATER_KG_KMOL = 28.97, 18.015
GAS_CONSTANT = 8314.34 / AIR_KG_KMOL
PRANDTL = HEAT_CAPACITY / (HEAT_CAPACITY + 1.25 * GAS_CONSTANT)
CRITICAL_AIR, CRITICAL_WATER = (132.0, 36.4), (647.3, 218.0)
"""Critical temperature (K) and pressure (atm)."""


def saturation_hpa(kelvin: Floats) -> Floats:
    """Saturation vapour pressure over water in moist air, hPa (Buck 1981)."""
    return np.asarray(1.004 * 6.1121 * np.exp(17.502 * (kelvin - 273.15) / (kelvin - 32.18)))


def dew_point_k(vapour_hpa: Floats) -> Floats:
    """The temperature at which `saturation_hpa` is the vapour pressure, K."""
    ratio = np.log(vapour_hpa / (1.004 * 6.1121))
    return np.asarray(273.15 + 240.97 * ratio / (17.502 - ratio))


def sphere_transfer(film_k: Floats, pressure_hpa: Floats, speed: Floats, diameter_m: float) -> Floats:
    """Convective coefficient of a sphere, W/(m²·K): Nu = 2 + 0.6·√Re·Pr^(1/3)."""
    nusselt = 2.0 + 0.6 * np.sqrt(_reynolds(film_k, pressure_hpa, speed, diameter_m)) * PRANDTL**0.3333
    return np.asarray(nusselt * _conductivity(film_k) / diameter_m)


def cylinder_transfer(film_k: Floats, pressure_hpa: Floats, speed: Floats, diameter_m: float) -> Floats:
    """Convective coefficient of a long cylinder, W/(m²·K): Nu = 0.281·Re^0.6·Pr^0.44."""
    nusselt = 0.281 * _reynolds(film_k, pressure_hpa, speed, diameter_m) ** 0.6 * PRANDTL**0.44
    return np.asarray(nusselt * _conductivity(film_k) / diameter_m)


def evaporation_k(film_k: Floats, pressure_hpa: Floats) -> Floats:
    """Cooling of a wick per ratio of vapour deficit to pressure, K: latent heat over heat capacity, with (Pr/Sc)^0.56."""
    latent = 2.4073e6 - 71_100.0 * (313.15 - film_k) / 30.0
    schmidt = _viscosity(film_k) / (_density(film_k, pressure_hpa) * _diffusivity(film_k, pressure_hpa))
    return np.asarray(latent / (HEAT_CAPACITY * AIR_KG_KMOL / WATER_KG_KMOL) * (PRANDTL / schmidt) ** 0.56)


def _reynolds(film_k: Floats, pressure_hpa: Floats, speed: Floats, diameter_m: float) -> Floats:
    return np.asarray(speed * _density(film_k, pressure_hpa) * diameter_m / _viscosity(film_k))


def _density(film_k: Floats, pressure_hpa: Floats) -> Floats:
    return np.asarray(100.0 * pressure_hpa / (GAS_CONSTANT * film_k))


def _viscosity(film_k: Floats) -> Floats:
    collision = (film_k / 97.0 - 2.9) / 0.4 * -0.034 + 1.048
    return np.asarray(2.6693e-6 * np.sqrt(AIR_KG_KMOL * film_k) / (3.617**2 * collision))


def _conductivity(film_k: Floats) -> Floats:
    return np.asarray((HEAT_CAPACITY + 1.25 * GAS_CONSTANT) * _viscosity(film_k))


def _diffusivity(film_k: Floats, pressure_hpa: Floats) -> Floats:
    """Of water vapour in air, m²/s (Bird, Stewart and Lightfoot)."""
    (air_k, air_atm), (water_k, water_atm) = CRITICAL_AIR, CRITICAL_WATER
    scale = (air_atm * water_atm) ** (1.0 / 3.0) * (air_k * water_k) ** (5.0 / 12.0)
    scale *= np.sqrt(1.0 / AIR_KG_KMOL + 1.0 / WATER_KG_KMOL)
    return np.asarray(3.640e-8 * (film_k / np.sqrt(air_k * water_k)) ** 2.334 * scale / (pressure_hpa / 1013.25))
