"""From a rule and a channel to the machine that applies one to the other. One line here per kind of rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.facts import UnitMismatch
from alerts.engine.level import LevelMachine
from alerts.engine.rules import DangerRule, LevelRule, SilenceRule
from alerts.engine.silence import SilenceMachine

if TYPE_CHECKING:
    from alerts.engine.facts import Machine


def machine_for(rule: LevelRule | DangerRule | SilenceRule, *, unit: str, exponent: int) -> Machine:
    """The machine of a rule that reads a channel; `unit` and `exponent` are those of the channel's descriptor.

    Raises UnitMismatch when a set-point is in another unit: no conversion is ever guessed.
    """
    if isinstance(rule, SilenceRule):
        return SilenceMachine(rule)
    if rule.unit != unit:
        raise UnitMismatch(f"rule {rule.id} is in {rule.unit!r}, the channel in {unit!r}: use the channel's unit")
    return LevelMachine(rule, exponent)
