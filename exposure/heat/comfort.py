"""PMV and PPD (ISO 7730:2005, formulas 1 to 5 and the program of Annex D). The edition is pinned: that of 2025 differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, broadcast
from exposure.errors import OutOfDomainError
from exposure.heat.humid_air import check_humidity

EDITION = "ISO 7730:2005"
MET_W_M2 = 58.15
CLO_M2K_W = 0.155
SETTLED_K = 0.015
"""The program's stop, 0.00015 of a hundred kelvin."""
MOST_STEPS = 150
AIR_C, RADIANT_C, SPEED_M_S = (10.0, 30.0), (10.0, 40.0), (0.0, 1.0)
VAPOUR_PA, METABOLIC_MET, CLOTHING_CLO = (0.0, 2700.0), (0.8, 4.0), (0.0, 2.0)
"""Where PMV may be used (4.1)."""
PMV_RANGE = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Comfort:
    """PMV on the seven-point scale and PPD in percent; NaN where an input or the PMV lies outside the range of 4.1."""

    pmv: Floats
    ppd: Floats


def pmv_ppd(
    *,
    air_c: ArrayLike,
    radiant_c: ArrayLike,
    relative_speed_m_s: ArrayLike,
    humidity_percent: ArrayLike,
    metabolic_met: ArrayLike,
    clothing_clo: ArrayLike,
    external_work_met: ArrayLike = 0.0,
) -> Comfort:
    """PMV and PPD. The air speed is relative to the body: above 1 met that of the body is to be added before (`relative_speed`)."""
    air, radiant, speed, humidity, metabolic, clothing, work = broadcast(
        air_c=air_c,
        radiant_c=radiant_c,
        relative_speed_m_s=relative_speed_m_s,
        humidity_percent=humidity_percent,
        metabolic_met=metabolic_met,
        clothing_clo=clothing_clo,
        external_work_met=external_work_met,
    )
    check_humidity(humidity)
    for name, values in (("relative_speed_m_s", speed), ("metabolic_met", metabolic), ("clothing_clo", clothing)):
        if (values < 0).any():
            raise OutOfDomainError(f"{name} has a negative value")
    vapour_pa = 10.0 * humidity * np.exp(16.6536 - 4030.183 / (air + 235.0))
    inside = np.ones(air.size, dtype=bool)
    ranges = (AIR_C, RADIANT_C, SPEED_M_S, VAPOUR_PA, METABOLIC_MET, CLOTHING_CLO)
    for values, (low, high) in zip((air, radiant, speed, vapour_pa, metabolic, clothing), ranges, strict=True):
        inside &= (values >= low) & (values <= high)
    found = np.full(air.size, np.nan)
    if inside.any():
        everything = (air, radiant, speed, vapour_pa, metabolic, metabolic - work, clothing)
        found[inside] = _pmv(_Room(*(values[inside] for values in everything)))
    found[np.abs(found) > PMV_RANGE] = np.nan
    return Comfort(found, ppd(found))


def ppd(pmv: Floats) -> Floats:
    """PPD = 100 - 95·exp(-0.03353·PMV⁴ - 0.2179·PMV²), percent (formula 5)."""
    return np.asarray(100.0 - 95.0 * np.exp(-0.03353 * pmv**4 - 0.2179 * pmv**2))


def relative_speed(air_speed_m_s: ArrayLike, metabolic_met: ArrayLike) -> Floats:
    """Air speed relative to a moving body, m/s: 0.3·(M - 1) is added above 1 met (ISO 7730:2005, C.2)."""
    speed, metabolic = broadcast(air_speed_m_s=air_speed_m_s, metabolic_met=metabolic_met)
    return np.asarray(speed + 0.3 * np.maximum(metabolic - 1.0, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    air: Floats
    radiant: Floats
    speed: Floats
    vapour_pa: Floats
    metabolic: Floats
    inner: Floats
    clothing: Floats

    @property
    def insulation(self) -> Floats:
        """Of the clothing, m²K/W."""
        return np.asarray(self.clothing * CLO_M2K_W)

    @property
    def area(self) -> Floats:
        """Clothed over nude surface (formula 4)."""
        thin, thick = 1.0 + 1.29 * self.insulation, 1.05 + 0.645 * self.insulation
        return np.where(self.insulation <= 0.078, thin, thick)


def _pmv(room: _Room) -> Floats:
    heat, inner = room.metabolic * MET_W_M2, room.inner * MET_W_M2
    surface, transfer = _clothing_surface(room, inner)
    losses = 3.05e-3 * (5733.0 - 6.99 * inner - room.vapour_pa)
    losses += 0.42 * np.maximum(inner - MET_W_M2, 0.0)
    losses += 1.7e-5 * heat * (5867.0 - room.vapour_pa) + 1.4e-3 * heat * (34.0 - room.air)
    losses += 3.96e-8 * room.area * ((surface + 273.0) ** 4 - (room.radiant + 273.0) ** 4)
    losses += room.area * transfer * (surface - room.air)
    return np.asarray((0.303 * np.exp(-0.036 * heat) + 0.028) * (inner - losses))


def _clothing_surface(room: _Room, inner: Floats) -> tuple[Floats, Floats]:
    """Surface temperature of the clothing, °C, and the convective coefficient, W/(m²·K) (formulas 2 and 3), by the steps of Annex D."""
    forced, air_k = 12.1 * np.sqrt(room.speed), room.air + 273.0
    weight = room.insulation * room.area
    guess = air_k + (35.5 - room.air) / (3.5 * (6.45 * room.insulation + 0.1))
    middle = guess * 2.0
    steady = 308.7 - 0.028 * inner + 3.96e-8 * weight * (room.radiant + 273.0) ** 4
    for _ in range(MOST_STEPS):
        moving = np.abs(guess - middle) > SETTLED_K
        if not moving.any():
            return guess - 273.0, np.maximum(2.38 * np.abs(middle - air_k) ** 0.25, forced)
        middle = np.where(moving, 0.5 * (middle + guess), middle)
        transfer = np.maximum(2.38 * np.abs(middle - air_k) ** 0.25, forced)
        found = (steady + weight * transfer * air_k - 3.96e-8 * weight * middle**4) / (1.0 + weight * transfer)
        guess = np.where(moving, found, guess)
    raise OutOfDomainError("the surface temperature of the clothing does not settle for these inputs")
