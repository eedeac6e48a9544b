"""Level and danger rules: exact set-points, delays that only readings prove, and the same answer however readings are cut."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine import (
    Change,
    DangerRule,
    LevelMachine,
    LevelRule,
    Moment,
    Readings,
    StateError,
    Transition,
    UnitMismatch,
    machine_for,
)
from telemetry.quality import Quality
from tests.alerts.making import BOOT, OTHER_BOOT, S, cut, danger, level, readings

if TYPE_CHECKING:
    from collections.abc import Iterable


def seconds(values: list[int], start: int = 0) -> Readings:
    return readings([((start + number) * S, value) for number, value in enumerate(values)])


def changes(found: Iterable[Transition]) -> list[tuple[str, int]]:
    return [(transition.change.value, transition.at.us // S) for transition in found]


def test_the_set_point_itself_belongs_to_the_condition() -> None:
    machine = LevelMachine(level(), -1)
    assert changes(machine.observe(seconds([849]))) == []
    assert changes(machine.observe(seconds([850], 1))) == [("raised", 1)]


def test_a_set_point_finer_than_the_channel_is_compared_exactly() -> None:
    machine = LevelMachine(level(set_point=Decimal("85.05")), -1)
    assert changes(machine.observe(seconds([850, 851]))) == [("raised", 1)]
    coarse = LevelMachine(level(set_point=85), 1)
    assert changes(coarse.observe(seconds([8, 9]))) == [("raised", 1)]


def test_at_most_is_the_same_the_other_way_round() -> None:
    machine = LevelMachine(
        level(set_point=Decimal("19.5"), direction="at_most", unit="%", hysteresis=Decimal("0.5")), -1
    )
    found = machine.observe(seconds([209, 195, 196, 200, 201, 202]))
    assert changes(found) == [("raised", 1), ("returned", 4)]
    assert found[1].peak == 195


def test_hysteresis_keeps_a_value_that_dances_on_the_set_point_one_episode() -> None:
    machine = LevelMachine(level(hysteresis=1), -1)
    found = machine.observe(seconds([850, 849, 850, 845, 841, 850, 840, 839]))
    assert changes(found) == [("raised", 0), ("returned", 7)]


def test_the_on_delay_is_proven_by_readings_and_dated_from_its_beginning() -> None:
    machine = LevelMachine(level(on_delay_s=5, max_gap_s=2), -1)
    found = machine.observe(seconds([860] * 5 + [840] + [860] * 8))
    assert changes(found) == [("raised", 11)]
    assert found[0].since == Moment(BOOT, 6 * S)


def test_for_five_minutes_never_runs_across_a_gap_in_the_data() -> None:
    machine = LevelMachine(level(on_delay_s=300, max_gap_s=10), -1)
    assert changes(machine.observe(readings([(0, 900), (299 * S, 900), (301 * S, 900)]))) == []
    assert changes(machine.observe(seconds([900] * 300, 302))) == [("raised", 599)]


def test_a_doubtful_reading_neither_proves_nor_clears_and_counts_as_a_gap() -> None:
    machine = LevelMachine(level(on_delay_s=4, max_gap_s=2), -1)
    doubtful = [0, 0, Quality.SENSOR_FAULT, Quality.SENSOR_FAULT, 0, 0, 0, 0, 0]
    found = machine.observe(readings([(t * S, 900) for t in range(9)], doubtful))
    assert changes(found) == [("raised", 8)]


def test_a_restart_of_the_kit_ends_a_running_delay_but_no_episode() -> None:
    machine = LevelMachine(level(on_delay_s=5, off_delay_s=5, max_gap_s=5), -1)
    machine.observe(seconds([900] * 5))
    assert changes(machine.observe(readings([(5 * S, 900)], boot=OTHER_BOOT))) == []
    assert changes(machine.observe(readings([(9 * S, 900), (12 * S, 900)], boot=OTHER_BOOT))) == [("raised", 12)]
    assert machine.active == Moment(OTHER_BOOT, 12 * S)
    assert changes(machine.observe(readings([(1 * S, 800), (3 * S, 800), (6 * S, 800)], boot=BOOT))) == [
        ("returned", 6)
    ]


def test_the_off_delay_waits_too() -> None:
    machine = LevelMachine(level(off_delay_s=3, max_gap_s=2), -1)
    found = machine.observe(seconds([850, 840, 840, 850, 840, 840, 840, 840]))
    assert changes(found) == [("raised", 0), ("returned", 7)]


def test_saturated_is_a_lower_bound_it_raises_too_much_and_says_nothing_of_too_little() -> None:
    loud = LevelMachine(level(set_point=200), -1)
    found = loud.observe(readings([(0, 1400)], [Quality.SATURATED]))
    assert changes(found) == [("raised", 0)]
    assert found[0].at_least
    little = LevelMachine(level(set_point=200, direction="at_most"), -1)
    assert changes(little.observe(readings([(0, 1400)], [Quality.SATURATED]))) == []


def test_danger_needs_one_reading_and_believes_an_uncalibrated_instrument() -> None:
    machine = LevelMachine(danger(), 0)
    found = machine.observe(readings([(0, 12), (S, 142)], [0, Quality.UNCALIBRATED]))
    assert changes(found) == [("raised", 1)]
    assert found[0].episode == Moment(BOOT, S)


@pytest.mark.parametrize("quality", [Quality.UNDER_CHECK, Quality.IN_TRANSIT, Quality.COMMS_FAULT, Quality.INVALID])
def test_test_gas_and_faults_raise_no_danger(quality: Quality) -> None:
    assert changes(LevelMachine(danger(), 0).observe(readings([(0, 500)], [quality]))) == []


def test_a_quality_code_of_a_later_version_is_ignored() -> None:
    assert changes(LevelMachine(danger(), 0).observe(readings([(0, 500)], [99]))) == []


def test_the_peak_is_the_worst_of_the_episode() -> None:
    found = LevelMachine(level(), -1).observe(seconds([850, 912, 870, 800]))
    assert (found[0].peak, found[1].peak) == (850, 912)


def test_a_set_point_in_another_unit_is_refused() -> None:
    with pytest.raises(UnitMismatch, match=r"test-rule .*\[ppm\].*mg/m3"):
        machine_for(danger(), unit="mg/m3", exponent=0)


def test_a_state_of_something_else_is_refused() -> None:
    with pytest.raises(StateError):
        LevelMachine(level(), -1).restore({"machine": "silence"})


# However the readings are cut, and wherever the engine is stopped and started, the transitions are the same.

VALUES = st.integers(0, 12)
STEPS = st.sampled_from([0, S // 2, S, 2 * S, 7 * S])
ROWS = st.lists(st.tuples(STEPS, VALUES, st.sampled_from([0, 0, 0, 0, 3, 5, 9, 10])), max_size=60)
RULES = st.builds(
    lambda kind, direction, on, off, hysteresis: (
        danger(set_point=7, direction=direction, hysteresis=hysteresis)
        if kind
        else level(set_point=7, direction=direction, hysteresis=hysteresis, on_delay_s=on, off_delay_s=off, max_gap_s=2)
    ),
    st.booleans(),
    st.sampled_from(["at_least", "at_most"]),
    st.sampled_from([0, 2, 3]),
    st.sampled_from([0, 2, 5]),
    st.sampled_from([0, 2]),
)


@given(RULES, ROWS, st.lists(st.integers(0, 60), max_size=8))
def test_batching_and_restarts_change_nothing(
    rule: LevelRule | DangerRule, rows: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    whole, one_by_one = LevelMachine(rule, 0), LevelMachine(rule, 0)
    expected = [t for batch in cut(rows, []) for t in whole.observe(batch)]
    assert [t for batch in cut(rows, list(range(len(rows)))) for t in one_by_one.observe(batch)] == expected
    found: list[Transition] = []
    state = LevelMachine(rule, 0).dump()
    for batch in cut(rows, cuts):
        machine = LevelMachine(rule, 0)
        machine.restore(json.loads(json.dumps(state)))
        found += machine.observe(batch)
        state = machine.dump()
    assert found == expected
    assert state == whole.dump() == one_by_one.dump()


@given(RULES, ROWS)
def test_raised_and_returned_take_turns_and_name_one_episode(
    rule: LevelRule | DangerRule, rows: list[tuple[int, int, int]]
) -> None:
    open_episode = None
    for transition in (t for batch in cut(rows, []) for t in LevelMachine(rule, 0).observe(batch)):
        if transition.change is Change.RAISED:
            assert open_episode is None
            open_episode = transition.episode
            assert transition.at == transition.episode
        else:
            assert transition.episode == open_episode
            open_episode = None


def judged_plainly(rule: LevelRule, rows: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """The definition, written as plainly as it can be: at_least, no hysteresis, all readings ok."""
    found: list[tuple[str, int]] = []
    active = False
    for end, (t, _) in enumerate(rows):
        delay = (rule.off_delay_s if active else rule.on_delay_s) * S
        begin = end
        while begin >= 0 and (rows[begin][1] < 7) == active:
            if begin < end and rows[begin + 1][0] - rows[begin][0] > 2 * S:
                break
            begin -= 1
        since = rows[begin + 1][0] if begin < end else None
        if since is not None and t - since >= delay and not any(at > since for _, at in found):
            found.append(("returned" if active else "raised", t))
            active = not active
    return found


@given(st.lists(st.tuples(st.sampled_from([S, 2 * S, 3 * S]), VALUES), max_size=40), st.sampled_from([0, 2, 4]))
def test_the_machine_agrees_with_the_definition(steps: list[tuple[int, int]], on_delay: int) -> None:
    rule = level(set_point=7, on_delay_s=on_delay, max_gap_s=2)
    times = np.cumsum([step for step, _ in steps]).tolist() if steps else []
    rows = [(int(t), value) for t, (_, value) in zip(times, steps, strict=True)]
    found = [(t.change.value, t.at.us) for t in LevelMachine(rule, 0).observe(readings(rows))]
    assert found == judged_plainly(rule, rows)
