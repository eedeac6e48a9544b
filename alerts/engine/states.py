"""The life cycle of an alarm: ANSI/ISA-18.2-2016 (IEC 62682) figure "alarm state transition diagram", as a table.

What is not in the table is illegal and raises. A danger to life has a table of its own: it latches, and nothing that
a person does at a distance (shelving, suppression, taking out of service) may silence it.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where an alarm stands. The values are the words of the database and of the API."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class Action(StrEnum):
    """What can happen to an alarm: RAISE and RETURN come from readings, the others from people or from design."""

    RAISE = "raise"
    RETURN = "return"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    REMOVE = "remove"
    RESTORE = "restore"


class Cycle(StrEnum):
    """Which table an alarm follows: one that closes by itself once seen, one that latches, or a danger to life."""

    ORDINARY = "ordinary"
    LATCHING = "latching"
    DANGER = "danger"


class Cause(StrEnum):
    """Why a danger arose: one of these is named when it is closed."""

    PROCESS = "process"
    """The process or its equipment failed."""
    LEAK = "leak"
    """A leak or a spill."""
    VENTILATION = "ventilation"
    """Ventilation or extraction failed or was off."""
    WORK = "work"
    """Work at the place: hot work, an engine, a confined space."""
    INSTRUMENT = "instrument"
    """The instrument was wrong."""
    DRILL = "drill"
    """A test or a drill."""
    UNKNOWN = "unknown"
    """Not found out yet."""


class Response(StrEnum):
    """What was done about a danger: one of these is named when it is closed."""

    EVACUATED = "evacuated"
    RESCUED = "rescued"
    STOPPED_WORK = "stopped_work"
    VENTILATED = "ventilated"
    ISOLATED = "isolated"
    """The source was shut off."""
    PROTECTED = "protected"
    """People were given protective equipment."""
    EXCHANGED = "exchanged"
    """The instrument was exchanged or repaired."""
    NOTHING = "nothing"
    """Nothing was needed."""


class IllegalTransition(Exception):  # noqa: N818  (a domain word: what was asked is not in the table)
    """The action is not possible in this state; carries both, and the cycle."""

    def __init__(self, cycle: Cycle, state: State, action: Action) -> None:
        """Name the cell of the table that does not exist."""
        super().__init__(f"{action.value} is not possible for an alarm that is {state.value} ({cycle.value} cycle)")
        self.cycle = cycle
        self.state = state
        self.action = action


Table = dict[tuple[State, Action], State]

_RAISED: Table = {
    (State.NORMAL, Action.RAISE): State.UNACKNOWLEDGED,
    (State.UNACKNOWLEDGED, Action.ACKNOWLEDGE): State.ACKNOWLEDGED,
}

# Closes by itself once the condition has gone and a person has seen it, in whichever order.
_CLOSING: Table = {
    (State.UNACKNOWLEDGED, Action.RETURN): State.RETURNED_UNACKNOWLEDGED,
    (State.RETURNED_UNACKNOWLEDGED, Action.RAISE): State.UNACKNOWLEDGED,
    (State.RETURNED_UNACKNOWLEDGED, Action.ACKNOWLEDGE): State.NORMAL,
    (State.ACKNOWLEDGED, Action.RETURN): State.NORMAL,
}

# Stays until a person resets it, and only after the condition has gone and somebody has acknowledged.
_LATCHING: Table = {
    (State.UNACKNOWLEDGED, Action.RETURN): State.LATCHED_UNACKNOWLEDGED,
    (State.ACKNOWLEDGED, Action.RETURN): State.LATCHED_ACKNOWLEDGED,
    (State.LATCHED_UNACKNOWLEDGED, Action.RAISE): State.UNACKNOWLEDGED,
    (State.LATCHED_UNACKNOWLEDGED, Action.ACKNOWLEDGE): State.LATCHED_ACKNOWLEDGED,
    (State.LATCHED_ACKNOWLEDGED, Action.RAISE): State.UNACKNOWLEDGED,
    (State.LATCHED_ACKNOWLEDGED, Action.RESET): State.NORMAL,
}

_AUDIBLE = (
    State.NORMAL,
    State.UNACKNOWLEDGED,
    State.ACKNOWLEDGED,
    State.RETURNED_UNACKNOWLEDGED,
    State.LATCHED_UNACKNOWLEDGED,
    State.LATCHED_ACKNOWLEDGED,
)

# Set aside: the condition is followed but not announced. Leaving goes to NORMAL; the caller applies RAISE at once
# when the condition still holds, so that it is announced anew (ISA-18.2 draws both arrows).
_ASIDE: Table = {
    (state, into): aside
    for state in _AUDIBLE
    for into, aside in (
        (Action.SHELVE, State.SHELVED),
        (Action.SUPPRESS, State.SUPPRESSED),
        (Action.REMOVE, State.OUT_OF_SERVICE),
    )
} | {
    (State.SHELVED, Action.UNSHELVE): State.NORMAL,
    (State.SUPPRESSED, Action.UNSUPPRESS): State.NORMAL,
    (State.OUT_OF_SERVICE, Action.RESTORE): State.NORMAL,
    **{
        (aside, action): aside
        for aside in (State.SHELVED, State.SUPPRESSED, State.OUT_OF_SERVICE)
        for action in (Action.RAISE, Action.RETURN)
    },
}

TABLES: Mapping[Cycle, Mapping[tuple[State, Action], State]] = MappingProxyType(
    {
        Cycle.ORDINARY: MappingProxyType(_RAISED | _CLOSING | _ASIDE),
        Cycle.LATCHING: MappingProxyType(_RAISED | _LATCHING | _ASIDE),
        Cycle.DANGER: MappingProxyType(_RAISED | _LATCHING),
    }
)


def advance(cycle: Cycle, state: State, action: Action) -> State:
    """The state after `action`. Raises IllegalTransition for what the table of `cycle` does not hold."""
    try:
        return TABLES[cycle][state, action]
    except KeyError:
        raise IllegalTransition(cycle, state, action) from None


def legal(cycle: Cycle, state: State) -> frozenset[Action]:
    """What can be done in this state: the buttons to offer."""
    return frozenset(action for (start, action) in TABLES[cycle] if start is state)


def is_open(state: State) -> bool:
    """True while the alarm still holds or still wants a person: neither NORMAL nor set aside."""
    return state in _AUDIBLE and state is not State.NORMAL
