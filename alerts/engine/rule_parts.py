"""What rules are made of: name, titles, selection, priority, source, set-point. Durations are seconds."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from alerts.engine.quality import QualityPolicy
from alerts.engine.states import Cycle
from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from collections.abc import Mapping


class Direction(StrEnum):
    """On which side of the set-point the condition holds; the set-point itself belongs to it."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Priority(StrEnum):
    """How urgent, from consequence and time to respond (ISA-18.2 clause 9). URGENT is for danger to life."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Consequence(StrEnum):
    """What follows if nobody responds, at worst."""

    MINOR = "minor"
    """A measurement or a deadline is lost."""
    HARM = "harm"
    """Harm to health that builds up: an exposure above its limit."""
    INJURY = "injury"
    """An injury or acute illness that heals."""
    LIFE = "life"
    """Death or lasting injury."""


SOON_S, LATER_S = 600.0, 3600.0
"""Time to respond: under ten minutes is at once, under an hour soon, above is later."""

_MATRIX: Mapping[Consequence, tuple[Priority, Priority, Priority]] = MappingProxyType(
    {
        Consequence.MINOR: (Priority.MEDIUM, Priority.LOW, Priority.LOW),
        Consequence.HARM: (Priority.HIGH, Priority.MEDIUM, Priority.LOW),
        Consequence.INJURY: (Priority.URGENT, Priority.HIGH, Priority.MEDIUM),
        Consequence.LIFE: (Priority.URGENT, Priority.URGENT, Priority.HIGH),
    }
)
"""Consequence → priority when there are under ten minutes, under an hour, or more to respond."""


def priority_of(consequence: Consequence, respond_within_s: float) -> Priority:
    """The priority of a consequence that can be averted within a time: the matrix of this house's alarm philosophy."""
    at_once, soon, later = _MATRIX[consequence]
    return at_once if respond_within_s < SOON_S else soon if respond_within_s < LATER_S else later


class Title(StrictModel):
    """What the alert is called, in the languages of the page."""

    vi: str = Field(min_length=1, max_length=120, description="Vietnamese")
    en: str = Field(min_length=1, max_length=120, description="English")


class Source(StrictModel):
    """Where a set-point comes from, so that page and report can say it."""

    jurisdiction: str = Field(max_length=40, description="VN, US, EU, INDUSTRY, SITE …")
    document: str = Field(max_length=200, description="regulation or standard, as it is cited: QCVN 24:2016/BYT")
    clause: str = Field(default="", max_length=200, description="clause, table or row")
    verified: bool = Field(description="seen in the text of the source; false is shown as such and supports no verdict")
    note: str = Field(default="", max_length=500, description="what a reader must know: averaging, conversion")


class Select(StrictModel):
    """Which channels the rule is for: every given word must match; what is left out matches all."""

    site: int | None = Field(default=None, ge=1, description="number of a site; channels of the kits deployed there")
    point: int | None = Field(default=None, ge=1, description="number of a point: whichever channel measures it")
    gateway: str | None = Field(default=None, pattern=r"^[a-z0-9]{8,32}$", description="id of a gateway")
    channel: int | None = Field(default=None, ge=0, description="the gateway's own channel id; needs gateway")
    quantity: str | None = Field(default=None, description="quantity of the channel's descriptor: sound_level_a …")

    @model_validator(mode="after")
    def _channel_needs_gateway(self) -> Select:
        if self.channel is not None and self.gateway is None:
            raise ValueError("channel is a gateway's own number: name the gateway too")
        return self


RULE_ID = r"^[a-z0-9][a-z0-9._-]{1,62}$"


class BaseRule(StrictModel):
    """What every rule has. Its priority is named, or follows from consequence and time to respond."""

    id: str = Field(pattern=RULE_ID, description="unique and lasting name of the rule")
    title: Title = Field(description="what people read")
    select: Select = Field(default=Select(), description="which channels it is for")
    priority: Priority = Field(default=Priority.MEDIUM, description="how urgent; or state the two settings below")
    consequence: Consequence | None = Field(
        default=None, description="what follows if nobody responds: minor, harm, injury or life"
    )
    respond_within_s: float | None = Field(
        default=None, gt=0, description="time to respond; with consequence it gives the priority"
    )
    suppressed_by: tuple[str, ...] = Field(
        default=(),
        max_length=16,
        description="while an alert of one of these rules is open at the same kit, this one is not announced",
    )
    source: Source | None = Field(default=None, description="where the set-point comes from")

    @model_validator(mode="before")
    @classmethod
    def _priority_from_consequence(cls, data: Any) -> Any:  # noqa: ANN401  (whatever was written)
        if not isinstance(data, dict) or not (data.get("consequence") and data.get("respond_within_s")):
            return data
        try:
            derived = priority_of(Consequence(data["consequence"]), float(data["respond_within_s"]))
        except (ValueError, TypeError):
            return data  # the fields say what is wrong with them
        if data.get("priority", derived) != derived:
            raise ValueError(
                f"priority {data['priority']} beside consequence and respond_within_s, which give {derived}"
            )
        return {**data, "priority": derived}

    @model_validator(mode="after")
    def _both_or_none(self) -> BaseRule:
        if (self.consequence is None) != (self.respond_within_s is None):
            raise ValueError("consequence and respond_within_s give the priority together: state both or none")
        return self

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.ORDINARY


class SetPointRule(BaseRule):
    """A rule that compares readings with a set-point in the channel's own unit."""

    direction: Direction = Field(default=Direction.AT_LEAST, description="side on which the condition holds")
    set_point: Decimal = Field(description="the level, in `unit`; belongs to the condition (≥ or ≤)")
    unit: str = Field(min_length=1, description="UCUM unit of the set-point; must equal the channel's")
    hysteresis: Decimal = Field(default=Decimal(0), ge=0, description="returns only beyond the set-point by more")
    quality: QualityPolicy = Field(default=QualityPolicy(), description="what readings of each quality count for")
