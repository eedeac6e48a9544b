"""The alert engine: readings in, transitions out. Pure, the same on the gateway and on the server.

    rule = parse_yaml(text, RuleSet, path).rules[0]
    machine = machine_for(rule, unit="ppm", exponent=-1)
    for transition in machine.observe(readings): ...

Neither a clock nor I/O; state is `dump()`ed and `restore()`d as plain values. The life cycle is in `states`.
"""

from alerts.engine.chain import ChainMachine
from alerts.engine.facts import (
    UTC,
    ChainFact,
    ChainFactKind,
    Change,
    Machine,
    Moment,
    Readings,
    StateDump,
    StateError,
    Transition,
    UnitMismatch,
)
from alerts.engine.level import LevelMachine
from alerts.engine.machine import machine_for
from alerts.engine.quality import QualityPolicy, Use
from alerts.engine.rules import (
    ChainRule,
    DangerRule,
    Direction,
    LevelRule,
    Priority,
    Rule,
    RuleSet,
    Select,
    SilenceRule,
    Source,
    Title,
)
from alerts.engine.silence import SilenceMachine
from alerts.engine.states import Action, Cycle, IllegalTransition, State, advance, is_open, legal

__all__ = [
    "UTC",
    "Action",
    "ChainFact",
    "ChainFactKind",
    "ChainMachine",
    "ChainRule",
    "Change",
    "Cycle",
    "DangerRule",
    "Direction",
    "IllegalTransition",
    "LevelMachine",
    "LevelRule",
    "Machine",
    "Moment",
    "Priority",
    "QualityPolicy",
    "Readings",
    "Rule",
    "RuleSet",
    "Select",
    "SilenceMachine",
    "SilenceRule",
    "Source",
    "State",
    "StateDump",
    "StateError",
    "Title",
    "Transition",
    "UnitMismatch",
    "Use",
    "advance",
    "is_open",
    "legal",
    "machine_for",
]
