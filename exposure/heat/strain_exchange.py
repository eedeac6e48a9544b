"""Heat exchange of a clothed person with the surroundings (ISO 7933, clauses 5 and 6, Annexes B to E)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from exposure.errors import OutOfDomainError
from exposure.heat.strain_person import Edition, Person

STEFAN_BOLTZMANN = 5.67e-8
INITIAL_SKIN_C = 34.1
RADIATING_SHARE = {"standing": 0.77, "sitting": 0.70, "crouching": 0.67}
STATIC_AIR_LAYER = 0.111
"""Insulation of the still air around the body, m²K/W."""
CLO_M2K_W = 0.155
EMISSIVITY = 0.97
REFLECTIVE_EMISSIVITY = {Edition.ISO_2004: 0.97, Edition.ISO_2023: 0.58}
"""Of the reflective part of the clothing where nothing else is known: none in 2004, cotton with a reflective paint in 2023."""
MOST_PERMEABLE = 0.9
SETTLED_K = 0.001
MOST_STEPS = 1000
RANGES: dict[str, tuple[float, float]] = {
    "air_c": (15.0, 50.0),
    "radiant excess over air_c": (0.0, 60.0),
    "air_speed_m_s": (0.0, 3.0),
    "clothing_clo": (0.1, 1.0),
}
VAPOUR_KPA = {Edition.ISO_2004: (0.0, 4.5), Edition.ISO_2023: (0.5, 4.5)}
METABOLIC_W_M2 = {Edition.ISO_2004: (100.0, 450.0), Edition.ISO_2023: (56.0, 250.0)}
"""Table A.1 of each edition."""


@dataclass(frozen=True, slots=True)
class Climate:
    """What surrounds a person, and the work: temperatures in °C, vapour pressure in kPa, metabolic rate in W/m².

    `walking` is the speed (m/s) and the angle to the wind (°, None for any direction) where they are known; else the standard
    derives the speed of the body from the work.
    """

    air_c: float
    radiant_c: float
    vapour_kpa: float
    air_speed_m_s: float
    metabolic_w_m2: float
    clothing_clo: float
    posture: str = "standing"
    external_work_w_m2: float = 0.0
    walking: tuple[float, float | None] | None = None
    permeability: float = 0.38
    reflective_share: float = 0.54
    reflective_emissivity: float | None = None

    def check(self, edition: Edition) -> None:
        """Refuse what lies outside Table A.1, by name."""
        if self.posture not in RADIATING_SHARE:
            raise OutOfDomainError(f"posture is {self.posture!r}: it must be one of {', '.join(RADIATING_SHARE)}")
        found = {
            "air_c": self.air_c,
            "radiant excess over air_c": self.radiant_c - self.air_c,
            "air_speed_m_s": self.air_speed_m_s,
            "clothing_clo": self.clothing_clo,
            "vapour_kpa": self.vapour_kpa,
            "metabolic_w_m2": self.metabolic_w_m2,
        }
        ranges = RANGES | {"vapour_kpa": VAPOUR_KPA[edition], "metabolic_w_m2": METABOLIC_W_M2[edition]}
        for name, (low, high) in ranges.items():
            if not low - 1e-9 <= found[name] <= high + 1e-9:
                raise OutOfDomainError(f"{name} is {found[name]:.4g}: {edition.value} holds from {low} to {high}")


@dataclass(frozen=True, slots=True)
class Flows:
    """What `exchange` finds for a climate: resistances (m²K/W, m²kPa/W), coefficients, breath (W/m²)."""

    area_factor: float
    clothing: float
    evaporative: float
    convective: float
    radiative: float
    breath_convection: float
    breath_evaporation: float
    most_sweat: float


def exchange(climate: Climate, person: Person, edition: Edition) -> Flows:
    """What stays the same while climate, work and clothing do: resistances, coefficients, heat lost by breathing."""
    climate.check(edition)
    relative_m_s, walking_m_s = _speeds(climate)
    area_factor = 1.0 + (0.28 if edition is Edition.ISO_2023 else 0.3) * climate.clothing_clo
    total, clothing, correction = _insulation(climate, area_factor, relative_m_s, walking_m_s)
    permeability = min(climate.permeability * ((2.6 * correction - 6.5) * correction + 4.9), MOST_PERMEABLE)
    breath = climate.metabolic_w_m2
    expired = 28.56 + 0.115 * climate.air_c + 0.641 * climate.vapour_kpa
    surface = INITIAL_SKIN_C if edition is Edition.ISO_2004 else climate.radiant_c + 0.1
    forced = 3.5 + 5.2 * relative_m_s if relative_m_s <= 1.0 else 8.7 * relative_m_s**0.6
    reflecting = (
        REFLECTIVE_EMISSIVITY[edition] if climate.reflective_emissivity is None else climate.reflective_emissivity
    )
    emissivity = (1.0 - climate.reflective_share) * EMISSIVITY + climate.reflective_share * reflecting
    return Flows(
        area_factor=area_factor,
        clothing=clothing,
        evaporative=total / permeability / 16.7,
        convective=max(2.38 * abs(surface - climate.air_c) ** 0.25, forced),
        radiative=emissivity * STEFAN_BOLTZMANN * RADIATING_SHARE[climate.posture],
        breath_convection=0.001516 * breath * (expired - climate.air_c),
        breath_evaporation=0.00127 * breath * (59.34 + 0.53 * climate.air_c - 11.63 * climate.vapour_kpa),
        most_sweat=person.most_sweat(climate.metabolic_w_m2, edition),
    )


def dry_heat_loss(climate: Climate, flows: Flows, skin_c: float) -> float:
    """Convection and radiation at the surface of the clothing, W/m², its temperature found by halving steps."""
    radiant_k, clothing_c = climate.radiant_c + 273.0, climate.radiant_c + 0.1
    for _ in range(MOST_STEPS):
        apart = (clothing_c + 273.0) ** 4 - radiant_k**4
        coefficient = flows.radiative * apart / (clothing_c - climate.radiant_c)
        outside = flows.area_factor * (flows.convective * climate.air_c + coefficient * climate.radiant_c)
        found = (outside + skin_c / flows.clothing) / (
            flows.area_factor * (flows.convective + coefficient) + 1.0 / flows.clothing
        )
        if abs(clothing_c - found) <= SETTLED_K:
            break
        clothing_c = 0.5 * (clothing_c + found)
    convection = flows.area_factor * flows.convective * (clothing_c - climate.air_c)
    return convection + flows.area_factor * coefficient * (clothing_c - climate.radiant_c)


def _speeds(climate: Climate) -> tuple[float, float]:
    """Air speed relative to the body and walking speed, m/s."""
    if climate.walking is None:
        return climate.air_speed_m_s, min(0.0052 * (climate.metabolic_w_m2 - 58.0), 0.7)
    walking, angle = climate.walking
    if angle is None:
        return max(climate.air_speed_m_s, walking), walking
    return abs(climate.air_speed_m_s - walking * math.cos(math.radians(angle))), walking


def _insulation(
    climate: Climate, area_factor: float, relative_m_s: float, walking_m_s: float
) -> tuple[float, float, float]:
    """Total and clothing insulation in moving air, m²K/W, and the correction of the total (Annex D)."""
    wind, walking, clo = min(relative_m_s, 3.0), min(walking_m_s, 1.5), climate.clothing_clo
    clothed = 1.044 * math.exp((0.066 * wind - 0.398) * wind + (0.094 * walking - 0.378) * walking)
    nude = math.exp((0.047 * relative_m_s - 0.472) * relative_m_s + (0.117 * walking - 0.342) * walking)
    clothed, nude = min(clothed, 1.0), min(nude, 1.0)
    correction = clothed if clo > 0.6 else ((0.6 - clo) * nude + clo * clothed) / 0.6
    total = (clo * CLO_M2K_W + STATIC_AIR_LAYER / area_factor) * correction
    return total, total - nude * STATIC_AIR_LAYER / area_factor, correction
