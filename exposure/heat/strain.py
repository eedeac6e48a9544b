"""Predicted heat strain (ISO 7933): rectal temperature, water loss and the time allowed, minute by minute. The edition is named always.

The editions of 2004 and 2023 give different numbers for the same work (6168 g and 6030 g in the first annex case). Not for sick people and
not for encapsulating suits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from exposure.errors import EmptyInputError, OutOfDomainError, WrongStateError
from exposure.heat.strain_body import BodyState, advance
from exposure.heat.strain_exchange import Climate, exchange
from exposure.heat.strain_person import Edition, Person

RECTAL_LIMIT_C = 38.0
LOSS_SHARE = 0.05
LOSS_SHARE_MEAN_2004 = 0.075
LOSS_SHARE_NO_DRINK_2023 = 0.03
NO_DRINK_2004 = 0.6
VERSION = 1


class Limit(Enum):
    """What ends the exposure first."""

    NONE = "none"
    RECTAL = "rectal temperature"
    WATER_LOSS = "water loss"


@dataclass(frozen=True, slots=True)
class Spell:
    """A task: its climate and work, for whole minutes."""

    climate: Climate
    minutes: int


@dataclass(frozen=True, slots=True)
class HeatStrain:
    """The end of an exposure: °C, g, and minutes until each limit (the whole duration where it is not reached).

    `minutes_loss_50` protects a mean person, `minutes_loss_95` 95 % of workers; the edition of 2023 knows only the second.
    """

    edition: Edition
    rectal_c: float
    core_c: float
    skin_c: float
    water_loss_g: float
    minutes_rectal: int
    minutes_loss_50: int
    minutes_loss_95: int
    minutes: int

    @property
    def minutes_allowed(self) -> int:
        """The shortest of the limits."""
        return min(self.minutes_rectal, self.minutes_loss_95)

    @property
    def limited_by(self) -> Limit:
        """What is reached first."""
        if self.minutes_allowed >= self.minutes:
            return Limit.NONE
        return Limit.RECTAL if self.minutes_rectal <= self.minutes_loss_95 else Limit.WATER_LOSS


@dataclass(slots=True)
class StrainMonitor:
    """The body of one person through a shift; feed it each minute's climate. Its state is a handful of numbers."""

    person: Person
    edition: Edition
    body: BodyState = field(default_factory=BodyState)
    minutes: int = 0
    reached: dict[str, int] = field(default_factory=dict)

    def work(self, climate: Climate, minutes: int = 1) -> None:
        """Let `minutes` pass in one climate and at one work rate."""
        if minutes < 1:
            raise OutOfDomainError(f"minutes is {minutes}: a spell lasts one minute or more")
        flows = exchange(climate, self.person, self.edition)
        for _ in range(minutes):
            self.body = advance(self.body, climate, flows, self.person, self.edition, first=self.minutes == 0)
            self.minutes += 1
            self._note()

    def result(self) -> HeatStrain:
        """Where the person stands now."""
        if not self.minutes:
            raise EmptyInputError("no minute has passed yet")
        return HeatStrain(
            edition=self.edition,
            rectal_c=self.body.rectal_c,
            core_c=self.body.core_c,
            skin_c=self.body.skin_c,
            water_loss_g=self.water_loss_g,
            minutes_rectal=self.reached.get("rectal", self.minutes),
            minutes_loss_50=self._loss_minutes("loss_50"),
            minutes_loss_95=self._loss_minutes("loss_95"),
            minutes=self.minutes,
        )

    def state(self) -> dict[str, object]:
        """What to save; person and edition are given again at the restart."""
        return {
            "version": VERSION,
            "edition": self.edition.value,
            "minutes": self.minutes,
            "reached": dict(self.reached),
            "body": self.body.state(),
        }

    @property
    def water_loss_g(self) -> float:
        """Water lost so far by sweat and breath, g."""
        return self.body.loss_wmin_m2 * 2.67 * self.person.area_m2 / 1.8 / 60.0

    def _note(self) -> None:
        if self.body.rectal_c >= RECTAL_LIMIT_C:
            self.reached.setdefault("rectal", self.minutes)
        for name, share in zip(("loss_50", "loss_95"), self._shares(), strict=True):
            if self.water_loss_g >= share * self.person.weight_kg * 1000.0:
                self.reached.setdefault(name, self.minutes)

    def _shares(self) -> tuple[float, float]:
        if self.edition is Edition.ISO_2004:
            return LOSS_SHARE_MEAN_2004, LOSS_SHARE
        share = LOSS_SHARE if self.person.drinks else LOSS_SHARE_NO_DRINK_2023
        return share, share

    def _loss_minutes(self, name: str) -> int:
        if self.edition is Edition.ISO_2004 and not self.person.drinks:
            reached = self.reached.get("loss_95")
            return self.minutes if reached is None else math.floor(NO_DRINK_2004 * reached)
        return self.reached.get(name, self.minutes)


def restore_strain(state: Mapping[str, object], person: Person) -> StrainMonitor:
    """The monitor that `state` was taken from."""
    match state:
        case {
            "version": 1,
            "edition": str(edition),
            "minutes": int(minutes),
            "reached": dict(reached),
            "body": dict(body),
        }:
            if set(body) == set(BodyState().state()):
                return StrainMonitor(person, Edition(edition), BodyState(**body), minutes, dict(reached))
    raise WrongStateError(f"this is no state of version {VERSION} of a heat strain: {sorted(state)}")


def predicted_heat_strain(spells: Sequence[Spell], person: Person, edition: Edition) -> HeatStrain:
    """The strain at the end of a sequence of tasks."""
    if not spells:
        raise EmptyInputError("spells is empty: an exposure has at least one task")
    monitor = StrainMonitor(person, edition)
    for spell in spells:
        monitor.work(spell.climate, spell.minutes)
    return monitor.result()
