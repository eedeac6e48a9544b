"""Who is exposed, and by which edition of ISO 7933."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from exposure.errors import OutOfDomainError

MET_W_M2 = 58.15


class Edition(Enum):
    """The edition of ISO 7933."""

    ISO_2004 = "ISO 7933:2004"
    ISO_2023 = "ISO 7933:2023"


@dataclass(frozen=True, slots=True)
class Person:
    """Body size, and whether the person is acclimatised and drinks freely."""

    weight_kg: float = 75.0
    height_m: float = 1.80
    acclimatised: bool = True
    drinks: bool = True

    def __post_init__(self) -> None:
        """Refuse a body that cannot be."""
        if not (20.0 <= self.weight_kg <= 300.0 and 1.0 <= self.height_m <= 2.5):
            raise OutOfDomainError(f"a person of {self.weight_kg} kg and {self.height_m} m is outside the method")

    @property
    def area_m2(self) -> float:
        """Body surface by DuBois, m²."""
        return float(0.202 * self.weight_kg**0.425 * self.height_m**0.725)

    @property
    def heat_capacity(self) -> float:
        """Of the body per area, W·min/(m²·K)."""
        return MET_W_M2 * self.weight_kg / self.area_m2

    @property
    def most_wet(self) -> float:
        """Greatest skin wettedness."""
        return 1.0 if self.acclimatised else 0.85

    def most_sweat(self, metabolic_w_m2: float, edition: Edition) -> float:
        """Greatest sweat rate, W/m²."""
        if edition is Edition.ISO_2023:
            return 500.0 if self.acclimatised else 400.0
        most = min(max((metabolic_w_m2 - 32.0) * self.area_m2, 250.0), 400.0)
        return 1.25 * most if self.acclimatised else most
