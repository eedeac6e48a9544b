"""The alert engine: readings in, transitions out. Pure, the same on the gateway and on the server.

    rule = parse_yaml(text, RuleSet, path).rules[0]
    machine = machine_for(rule, unit="ppm", exponent=-1)
    for transition in machine.observe(readings): ...

Neither a clock nor I/O; state is `dump()`ed and `restore()`d as plain values. The life cycle is in `states`.
"""

from alerts.engine.chain import ChainMachine
from alerts.engine.exposures import ForecastMachine, ReachedMachine
from alerts.engine.facts import (
    UTC,
    ChainFact,
    ChainFactKind,
    Change,
    ClockFact,
    Machine,
    Moment,
    Plain,
    Readings,
    StateDump,
    StateError,
    Transition,
    UnitMismatch,
)
from alerts.engine.level import LevelMachine
from alerts.engine.machine import machine_for, units_of
from alerts.engine.quality import QualityPolicy, Use
from alerts.engine.rules import (
    CeilingRule,
    ChainRule,
    ChannelRule,
    ClockRule,
    DangerRule,
    Direction,
    DoseRule,
    DueRule,
    LevelRule,
    OutOfRangeRule,
    Part,
    Priority,
    RateRule,
    Rule,
    RuleSet,
    Select,
    SetPointRule,
    SilenceRule,
    Source,
    StelRule,
    StuckRule,
    TimeToLimitRule,
    Title,
    TogetherRule,
    TwaRule,
    WbgtRule,
    priority_of,
    set_point_of,
)
from alerts.engine.shift import Shift
from alerts.engine.silence import SilenceMachine
from alerts.engine.states import Action, Cycle, IllegalTransition, State, advance, is_open, legal
from alerts.engine.together import TogetherMachine
from alerts.engine.upkeep import ClockMachine, DueMachine

__all__ = [
    "UTC", "Action", "CeilingRule", "ChainFact", "ChainFactKind", "ChainMachine", "ChainRule", "Change", "ChannelRule",
    "ClockFact", "ClockMachine", "ClockRule", "Cycle", "DangerRule", "Direction", "DoseRule", "DueMachine", "DueRule",
    "ForecastMachine", "IllegalTransition", "LevelMachine", "LevelRule", "Machine", "Moment", "OutOfRangeRule", "Part",
    "Plain", "Priority", "QualityPolicy", "RateRule", "ReachedMachine", "Readings", "Rule", "RuleSet", "Select",
    "SetPointRule", "Shift", "SilenceMachine", "SilenceRule", "Source", "State", "StateDump", "StateError", "StelRule",
    "StuckRule", "TimeToLimitRule", "Title", "TogetherMachine", "TogetherRule", "Transition", "TwaRule", "UnitMismatch",
    "Use", "WbgtRule", "advance", "is_open", "legal", "machine_for", "priority_of", "set_point_of",
    "units_of",
]  # fmt: skip
