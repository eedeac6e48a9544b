"""Rules as people write them: strict models read from YAML through telemetry.strict. A rule is data with its source.

A new kind is one model, one machine and one line in `machine.py`. Set-points are in the channel's own UCUM unit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from alerts.engine.rule_parts import (
    BaseRule,
    Consequence,
    Direction,
    Priority,
    Select,
    SetPointRule,
    Source,
    Title,
    priority_of,
)
from alerts.engine.rules_exposure import (
    Dose,
    DoseRule,
    Stel,
    StelRule,
    TimeToLimitRule,
    Twa,
    TwaRule,
    Wbgt,
    WbgtRule,
)
from alerts.engine.rules_health import ChainRule, ClockRule, DueRule, OutOfRangeRule, SilenceRule, StuckRule
from alerts.engine.rules_levels import CeilingRule, DangerRule, LevelRule, Part, RateRule, TogetherRule
from telemetry.strict import StrictModel

__all__ = [
    "BaseRule", "CeilingRule", "ChainRule", "ChannelRule", "ClockRule", "Consequence", "DangerRule", "Direction",
    "DoseRule", "DueRule", "LevelRule", "OutOfRangeRule", "Part", "Priority", "RateRule", "Rule", "RuleSet", "Select",
    "SetPointRule", "SilenceRule", "Source", "StelRule", "StuckRule", "TimeToLimitRule", "Title", "TogetherRule",
    "TwaRule", "WbgtRule", "priority_of", "set_point_of",
]  # fmt: skip

ChannelRule = (
    LevelRule | CeilingRule | DangerRule | RateRule | TwaRule | StelRule | DoseRule | WbgtRule | TimeToLimitRule
    | SilenceRule | StuckRule | OutOfRangeRule | DueRule
)  # fmt: skip
"""Rules that read one channel."""

Rule = Annotated[ChannelRule | TogetherRule | ClockRule | ChainRule, Field(discriminator="kind")]
"""Any rule; `kind` says which."""


def set_point_of(rule: BaseRule) -> tuple[Decimal | None, str | None]:
    """The set-point that a rule is about, and its unit; both None where it has none."""
    if isinstance(rule, RateRule):
        return rule.change, rule.unit
    subject = rule.of if isinstance(rule, TimeToLimitRule) else rule
    if isinstance(subject, Dose):
        return subject.set_point, "%"
    if isinstance(subject, SetPointRule | Twa | Stel | Wbgt):
        return subject.set_point, subject.unit
    return None, None


MAX_RULES = 40_000


class RuleSet(StrictModel):
    """A rules file: `rules:` and the rules."""

    rules: tuple[Rule, ...] = Field(max_length=MAX_RULES, description="the rules; ids are unique")

    @model_validator(mode="after")
    def _unique_ids(self) -> RuleSet:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            doubled = sorted({i for i in ids if ids.count(i) > 1})
            raise ValueError(f"rule ids used twice: {', '.join(doubled)}")
        return self
