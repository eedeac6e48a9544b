"""Rules as people write them: strict models read from YAML through telemetry.strict. A rule is data with its source.

Kinds here: level, danger, silence, chain. A new kind is one model, one machine and one line in `machine.py`.
Durations are seconds, set-points are in the channel's own UCUM unit.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alerts.engine.facts import ChainFactKind
from alerts.engine.quality import QualityPolicy
from alerts.engine.states import Cycle
from telemetry.strict import StrictModel


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


class BaseRule(StrictModel):
    """What every rule has."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$", description="unique and lasting name of the rule")
    title: Title = Field(description="what people read")
    select: Select = Field(default=Select(), description="which channels it is for")
    priority: Priority = Field(default=Priority.MEDIUM, description="how urgent")
    source: Source | None = Field(default=None, description="where the set-point comes from")


class _SetPoint(BaseRule):
    direction: Direction = Field(default=Direction.AT_LEAST, description="side on which the condition holds")
    set_point: Decimal = Field(description="the level, in `unit`; belongs to the condition (≥ or ≤)")
    unit: str = Field(min_length=1, description="UCUM unit of the set-point; must equal the channel's")
    hysteresis: Decimal = Field(default=Decimal(0), ge=0, description="returns only beyond the set-point by more")
    quality: QualityPolicy = Field(default=QualityPolicy(), description="what readings of each quality count for")


class LevelRule(_SetPoint):
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


class DangerRule(_SetPoint):
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


class SilenceRule(BaseRule):
    """No readings: a gap between event times longer than `after_s`; its live form is provisional."""

    kind: Literal["silence"] = Field("silence", description="Kind of rule: silence")
    after_s: float = Field(gt=0, le=86_400 * 7, description="longest distance of two readings that is no silence")
    grace_s: float = Field(
        default=30, ge=0, description="live form only: how much later than that a reading may arrive (cellular link)"
    )
    quality: QualityPolicy = Field(
        default=QualityPolicy.silence(), description="which readings are a sign of life of the instrument"
    )

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.ORDINARY


class ChainRule(BaseRule):
    """A chain is broken: fork, gap, bad, lost or refused entries. Selects by site or gateway."""

    kind: Literal["chain"] = Field("chain", description="Kind of rule: chain")
    on: tuple[ChainFactKind, ...] = Field(
        default=tuple(ChainFactKind), min_length=1, description="which findings raise it"
    )
    quiet_s: float = Field(
        default=3600, ge=0, description="findings of one kind that follow one another within this are one episode"
    )

    @property
    def cycle(self) -> Cycle:
        """The life cycle its alerts follow."""
        return Cycle.LATCHING


Rule = Annotated[LevelRule | DangerRule | SilenceRule | ChainRule, Field(discriminator="kind")]
"""Any rule; `kind` says which."""


class RuleSet(StrictModel):
    """A rules file: `rules:` and the rules."""

    rules: tuple[Rule, ...] = Field(max_length=10_000, description="the rules; ids are unique")

    @model_validator(mode="after")
    def _unique_ids(self) -> RuleSet:
        ids = [rule.id for rule in self.rules]
        if doubled := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"rule ids used twice: {', '.join(doubled)}")
        return self
