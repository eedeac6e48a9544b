"""The life cycle: what ISA-18.2 draws is possible, what it does not draw raises, in the engine and in the database."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from alerts.engine.states import TABLES, Action, Cycle, IllegalTransition, State, advance, is_open, legal

if TYPE_CHECKING:
    from tests.support.database import Database


def walk(cycle: Cycle, *actions: Action) -> State:
    state = State.NORMAL
    for action in actions:
        state = advance(cycle, state, action)
    return state


def test_an_ordinary_alarm_closes_once_it_was_seen_and_has_gone_in_whichever_order() -> None:
    assert walk(Cycle.ORDINARY, Action.RAISE, Action.ACKNOWLEDGE, Action.RETURN) is State.NORMAL
    assert walk(Cycle.ORDINARY, Action.RAISE, Action.RETURN) is State.RETURNED_UNACKNOWLEDGED
    assert walk(Cycle.ORDINARY, Action.RAISE, Action.RETURN, Action.ACKNOWLEDGE) is State.NORMAL


@pytest.mark.parametrize("cycle", [Cycle.LATCHING, Cycle.DANGER])
def test_a_latched_alarm_waits_for_a_person_to_acknowledge_and_to_reset(cycle: Cycle) -> None:
    assert walk(cycle, Action.RAISE, Action.RETURN) is State.LATCHED_UNACKNOWLEDGED
    assert walk(cycle, Action.RAISE, Action.ACKNOWLEDGE, Action.RETURN) is State.LATCHED_ACKNOWLEDGED
    assert walk(cycle, Action.RAISE, Action.RETURN, Action.ACKNOWLEDGE, Action.RESET) is State.NORMAL
    with pytest.raises(IllegalTransition):
        walk(cycle, Action.RAISE, Action.RETURN, Action.RESET)
    with pytest.raises(IllegalTransition):
        walk(cycle, Action.RAISE, Action.ACKNOWLEDGE, Action.RESET)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", [Action.SHELVE, Action.SUPPRESS, Action.REMOVE])
def test_nothing_done_at_a_distance_silences_a_danger_to_life(state: State, action: Action) -> None:
    with pytest.raises(IllegalTransition):
        advance(Cycle.DANGER, state, action)


def test_an_alarm_set_aside_is_followed_but_not_announced() -> None:
    assert walk(Cycle.ORDINARY, Action.SHELVE, Action.RAISE) is State.SHELVED
    assert walk(Cycle.ORDINARY, Action.SHELVE, Action.UNSHELVE, Action.RAISE) is State.UNACKNOWLEDGED
    assert not is_open(State.SHELVED)


def test_what_is_not_in_the_table_raises_and_says_what_and_where() -> None:
    for cycle, state, action in itertools.product(Cycle, State, Action):
        if (state, action) in TABLES[cycle]:
            assert action in legal(cycle, state)
            continue
        with pytest.raises(IllegalTransition) as caught:
            advance(cycle, state, action)
        assert (caught.value.cycle, caught.value.state, caught.value.action) == (cycle, state, action)


@pytest.mark.services
async def test_the_database_holds_the_same_table(database: Database) -> None:
    connection = await database.connect("antoan_api")
    rows = await connection.fetch("SELECT cycle, state, action, next FROM alert_cycle")
    held = {(row["cycle"], row["state"], row["action"]): row["next"] for row in rows}
    expected = {
        (cycle.value, state.value, action.value): following.value
        for cycle, table in TABLES.items()
        for (state, action), following in table.items()
    }
    assert held == expected
