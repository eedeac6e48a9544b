"""Rules on values as they are: level, ceiling, danger to life, rate of change, several channels together."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from alerts.engine.quality import QualityPolicy
from alerts.engine.rule_parts import BaseRule, Direction, Priority, Select, SetPointRule
from alerts.engine.states import Cycle
from telemetry.strict import StrictModel


class LevelRule(SetPointRule):
    """A level held for a time. Only readings prove it: the delay never runs across a gap longer than `max_gap_s`."""

    kind: Literal["level"] = Field("level", description="Kind of rule: level")
    on_delay_s: float = Field(default=0, ge=0, le=86_400, description="must hold so long before it is raised")
    off_delay_s: float = Field(default=0, ge=0, le=86_400, description="must be clear so long before it returns")
    max_gap_s: float | None = Field(
        default=None, gt=0, description="longest distance of two usable readings across which a delay runs"
    )
    latching: bool = Field(default=False, description="stays until a person resets it")

    @model_validator(mode="after")
    def _delays_need_a_gap_bound(self) -> LevelRule:
        delays = [delay for delay in (self.on_delay_s, self.off_delay_s) if delay > 0]
        if delays and (self.max_gap_s is None or self.max_gap_s > min(delays)):
            raise ValueError("a delay needs max_gap_s, no longer than the delay: without it a gap would prove a level")
        return self

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.LATCHING if self.latching else Cycle.ORDINARY


class CeilingRule(SetPointRule):
    """A ceiling limit (C): a concentration that no single reading may reach. No delay and no averaging."""

    kind: Literal["ceiling"] = Field("ceiling", description="Kind of rule: ceiling")


class DangerRule(SetPointRule):
    """Danger to life: one usable reading raises it; no delay, no averaging; latched; never shelved at a distance."""

    kind: Literal["danger"] = Field("danger", description="Kind of rule: danger")
    priority: Literal[Priority.URGENT] = Field(default=Priority.URGENT, description="always urgent")
    quality: QualityPolicy = Field(
        default=QualityPolicy.danger(), description="what readings of each quality count for"
    )

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.DANGER


class RateRule(BaseRule):
    """Rate of change: the value has risen (or fallen) by at least `change` within `within_s`."""

    kind: Literal["rate"] = Field("rate", description="Kind of rule: rate")
    change: Decimal = Field(gt=0, description="by how much, in `unit`; belongs to the condition")
    unit: str = Field(min_length=1, description="UCUM unit of the change; must equal the channel's")
    within_s: float = Field(gt=0, le=86_400, description="the time within which it changed so much")
    towards: Literal["up", "down"] = Field(default="up", description="up: a rise, down: a fall")
    max_gap_s: float = Field(
        gt=0, description="longest distance of two usable readings across which a change is believed"
    )
    quality: QualityPolicy = Field(default=QualityPolicy(), description="what readings of each quality count for")

    @model_validator(mode="after")
    def _gap_within_the_window(self) -> RateRule:
        if self.max_gap_s > self.within_s:
            raise ValueError("max_gap_s is longer than within_s: then a gap alone could be a change")
        return self


class Part(StrictModel):
    """One condition of several. Where several channels are selected, one of them is enough."""

    select: Select = Field(description="which channels, within the rule's own selection")
    direction: Direction = Field(default=Direction.AT_LEAST, description="side on which the condition holds")
    set_point: Decimal = Field(description="the level, in `unit`; belongs to the condition (≥ or ≤)")
    unit: str = Field(min_length=1, description="UCUM unit of the set-point; must equal the channel's")
    max_age_s: float = Field(
        default=60, gt=0, le=86_400, description="how long a reading speaks for its channel when none follows"
    )
    quality: QualityPolicy = Field(default=QualityPolicy(), description="what readings of each quality count for")


class TogetherRule(BaseRule):
    """Several channels together: every part holds at the same event time, at one kit or at one site."""

    kind: Literal["together"] = Field("together", description="Kind of rule: together")
    parts: tuple[Part, ...] = Field(min_length=2, max_length=8, description="the conditions, all of which must hold")
    over: Literal["kit", "site"] = Field(
        default="kit", description="kit: channels of one kit, on its own clock; site: of all kits there, joined on UTC"
    )
    on_delay_s: float = Field(default=0, ge=0, le=86_400, description="must hold so long before it is raised")
    watermark_s: float = Field(
        default=300,
        ge=1,
        le=7 * 86_400,
        description="over a site: how far one kit may lag behind another in event time and still be joined",
    )
    latching: bool = Field(default=False, description="stays until a person resets it")

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.LATCHING if self.latching else Cycle.ORDINARY
