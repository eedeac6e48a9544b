"""From a rule and a channel to the machine that applies one to the other. One line here per kind of rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.exposures import ForecastMachine, ReachedMachine
from alerts.engine.facts import UnitMismatch
from alerts.engine.faults import OutOfRangeMachine, StuckMachine
from alerts.engine.level import LevelMachine
from alerts.engine.rate import RateMachine
from alerts.engine.rules_exposure import Dose, DoseRule, StelRule, TimeToLimitRule, TwaRule, WbgtRule
from alerts.engine.rules_health import DueRule, OutOfRangeRule, SilenceRule, StuckRule
from alerts.engine.rules_levels import CeilingRule, DangerRule, LevelRule, RateRule
from alerts.engine.silence import SilenceMachine
from alerts.engine.upkeep import DueMachine
from exposure.noise.levels import LEVEL_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.engine.facts import Machine
    from alerts.engine.rules import ChannelRule

_MACHINES: Mapping[type, Callable[..., Machine]] = {
    LevelRule: LevelMachine,
    CeilingRule: LevelMachine,
    DangerRule: LevelMachine,
    RateRule: RateMachine,
    TwaRule: ReachedMachine,
    StelRule: ReachedMachine,
    DoseRule: ReachedMachine,
    WbgtRule: ReachedMachine,
    TimeToLimitRule: ForecastMachine,
}
"""Kinds that compare values: their machine takes the rule and the channel's exponent."""
_WITHOUT_VALUES: Mapping[type, Callable[..., Machine]] = {
    SilenceRule: SilenceMachine,
    StuckRule: StuckMachine,
    OutOfRangeRule: OutOfRangeMachine,
    DueRule: DueMachine,
}


def machine_for(rule: ChannelRule, *, unit: str, exponent: int) -> Machine:
    """The machine of a rule that reads a channel; `unit` and `exponent` are those of the channel's descriptor.

    Raises UnitMismatch when a set-point is in another unit: no conversion is ever guessed.
    """
    if (simple := _WITHOUT_VALUES.get(type(rule))) is not None:
        return simple(rule)
    wanted = units_of(rule)
    if unit not in wanted:
        raise UnitMismatch(f"rule {rule.id} is in {wanted[0]!r}, the channel in {unit!r}: use the channel's unit")
    return _MACHINES[type(rule)](rule, exponent)


def units_of(rule: ChannelRule) -> tuple[str, ...]:
    """The units of channels that the rule can read; none for rules that read no value."""
    subject = rule.of if isinstance(rule, TimeToLimitRule) else rule
    if isinstance(subject, Dose):
        return LEVEL_UNITS
    unit = getattr(subject, "unit", None)
    return () if unit is None else (unit,)
