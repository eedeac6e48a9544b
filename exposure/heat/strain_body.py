"""The body of ISO 7933: skin, sweat, storage and core, advanced by one minute."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from exposure.heat.strain_exchange import INITIAL_SKIN_C, Climate, Flows, dry_heat_loss
from exposure.heat.strain_person import Edition, Person

KEEPS_CORE, KEEPS_SKIN, KEEPS_SWEAT = math.exp(-1.0 / 10.0), math.exp(-1.0 / 3.0), math.exp(-1.0 / 10.0)
"""What one minute leaves of a difference: time constants of 10, 3 and 10 minutes."""
SETTLED_K = 0.001
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class BodyState:
    """Temperatures (°C), the share of the skin in the body's heat, sweat (W/m²) and the water lost so far (W·min/m²)."""

    skin_c: float = INITIAL_SKIN_C
    core_c: float = 36.8
    rectal_c: float = 36.8
    core_of_work_c: float = 36.8
    skin_share: float = 0.3
    sweat_w_m2: float = 0.0
    loss_wmin_m2: float = 0.0

    def state(self) -> dict[str, float]:
        """What to save."""
        return asdict(self)


def advance(
    body: BodyState, climate: Climate, flows: Flows, person: Person, edition: Edition, *, first: bool
) -> BodyState:
    """The body a minute later. `first` is the first minute of the exposure, which the edition of 2023 treats apart."""
    work_core = body.core_of_work_c * KEEPS_CORE + (0.0036 * climate.metabolic_w_m2 + 36.6) * (1.0 - KEEPS_CORE)
    stored_by_work = person.heat_capacity * (work_core - body.core_of_work_c) * (1.0 - body.skin_share)
    target = _skin_target(climate, body.rectal_c)
    kept = 0.0 if first and edition is Edition.ISO_2023 else KEEPS_SKIN
    skin = body.skin_c * kept + target * (1.0 - kept)
    most_evaporation = (0.6105 * math.exp(17.27 * skin / (skin + 237.3)) - climate.vapour_kpa) / flows.evaporative
    needed = (
        climate.metabolic_w_m2
        - stored_by_work
        - climate.external_work_w_m2
        - flows.breath_convection
        - flows.breath_evaporation
        - dry_heat_loss(climate, flows, skin)
    )
    sweat = body.sweat_w_m2 * KEEPS_SWEAT + _needed_sweat(needed, most_evaporation, flows) * (1.0 - KEEPS_SWEAT)
    evaporated = _evaporated(sweat, max(most_evaporation, 0.0), person)
    core, share = _core(body, skin, max(needed, 0.0) - evaporated + stored_by_work, person)
    return BodyState(
        skin_c=skin,
        core_c=core,
        rectal_c=body.rectal_c + (2.0 * core - 1.962 * body.rectal_c - 1.31) / 9.0,
        core_of_work_c=work_core,
        skin_share=share,
        sweat_w_m2=sweat,
        loss_wmin_m2=body.loss_wmin_m2 + sweat + flows.breath_evaporation,
    )


def _skin_target(climate: Climate, rectal_c: float) -> float:
    """Steady skin temperature, °C: nude below 0.2 clo, clothed above 0.6, between in between."""
    air, radiant, vapour, speed = climate.air_c, climate.radiant_c, climate.vapour_kpa, climate.air_speed_m_s
    clothed = 12.165 + 0.02017 * air + 0.04361 * radiant + 0.19354 * vapour - 0.25315 * speed
    clothed += 0.005346 * climate.metabolic_w_m2 + 0.51274 * rectal_c
    nude = 7.191 + 0.064 * air + 0.061 * radiant + 0.198 * vapour - 0.348 * speed + 0.616 * rectal_c
    return nude + (clothed - nude) * min(max(2.5 * (climate.clothing_clo - 0.2), 0.0), 1.0)


def _needed_sweat(needed: float, most_evaporation: float, flows: Flows) -> float:
    if needed <= 0.0:
        return 0.0
    if most_evaporation <= 0.0 or needed / most_evaporation >= 1.7:
        return flows.most_sweat
    wet = needed / most_evaporation
    efficiency = (2.0 - wet) ** 2 / 2.0 if wet > 1.0 else 1.0 - wet**2 / 2.0
    return min(needed / max(efficiency, 0.05), flows.most_sweat)


def _evaporated(sweat: float, most_evaporation: float, person: Person) -> float:
    """Predicted evaporation, W/m², by the wettedness that the sweat can keep up."""
    if sweat <= 0.0:
        return 0.0
    ratio = most_evaporation / max(sweat, 1e-6)
    wet = -ratio + math.sqrt(ratio**2 + 2.0) if ratio >= 0.5 else 1.0
    return min(wet, person.most_wet) * most_evaporation


def _core(body: BodyState, skin: float, stored: float, person: Person) -> tuple[float, float]:
    """Core temperature after storing heat, °C, and the share of the skin that belongs to it, by halving steps."""
    guess = body.core_c
    for _ in range(MOST_STEPS):
        share = min(max(0.3 - 0.09 * (guess - 36.8), 0.1), 0.3)
        mean = stored / person.heat_capacity + 0.5 * body.skin_c * body.skin_share - 0.5 * skin * share
        core = (mean + body.core_c * (1.0 - 0.5 * body.skin_share)) / (1.0 - 0.5 * share)
        if abs(core - guess) <= SETTLED_K:
            break
        guess = 0.5 * (guess + core)
    return core, share
