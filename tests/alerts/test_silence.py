"""Silence is a gap between event times: an uplink that was cut is none, and the live form is provisional."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from alerts.engine import Change, Moment, Readings, SilenceMachine, SilenceRule, Transition
from telemetry.quality import Quality
from tests.alerts.making import BOOT, OTHER_BOOT, TITLE, S, cut, readings

RULE = SilenceRule.model_validate({"id": "quiet", "title": TITLE, "after_s": 60, "grace_s": 30})
UTC_AT_BOOT = 1_700_000_000 * S


def at(*times_s: int, boot: bytes = BOOT, offset: int | None = None) -> Readings:
    return readings([(t * S, 1) for t in times_s], boot=boot, offset=offset)


def test_a_gap_is_proven_by_the_reading_after_it_and_dated_when_it_had_lasted() -> None:
    machine = SilenceMachine(RULE)
    assert machine.observe(at(0, 60)) == []
    raised, returned = machine.observe(at(121))
    assert (raised.change, raised.at, raised.since) == (Change.RAISED, Moment(BOOT, 120 * S), Moment(BOOT, 60 * S))
    assert (returned.change, returned.at) == (Change.RETURNED, Moment(BOOT, 121 * S))
    assert raised.episode == returned.episode


def test_readings_that_come_late_show_that_there_was_no_silence() -> None:
    machine = SilenceMachine(RULE)
    machine.observe(at(0, offset=UTC_AT_BOOT))
    live = machine.provisional(UTC_AT_BOOT + 91 * S)
    assert live is not None
    assert live.provisional
    assert machine.observe(at(*range(1, 300), offset=UTC_AT_BOOT)) == []


def test_the_live_form_names_the_episode_that_later_readings_prove() -> None:
    machine = SilenceMachine(RULE)
    machine.observe(at(0, offset=UTC_AT_BOOT))
    assert machine.provisional(UTC_AT_BOOT + 90 * S) is None
    live = machine.provisional(UTC_AT_BOOT + 91 * S)
    assert live is not None
    raised, _ = machine.observe(at(500, offset=UTC_AT_BOOT))
    assert raised.episode == live.episode


def test_the_live_form_says_nothing_without_utc_or_before_the_first_reading() -> None:
    machine = SilenceMachine(RULE)
    assert machine.provisional(UTC_AT_BOOT) is None
    machine.observe(at(0))
    assert machine.provisional(UTC_AT_BOOT * 2) is None


def test_an_instrument_that_does_not_answer_is_silent_though_the_kit_speaks() -> None:
    machine = SilenceMachine(RULE)
    machine.observe(at(0))
    machine.observe(readings([(t * S, 0) for t in range(1, 80)], [Quality.COMMS_FAULT] * 79))
    assert [t.change for t in machine.observe(at(80))] == [Change.RAISED, Change.RETURNED]


def test_across_a_restart_utc_tells_how_long_it_was() -> None:
    machine = SilenceMachine(RULE)
    machine.observe(at(1000, offset=UTC_AT_BOOT))
    assert machine.observe(at(5, boot=OTHER_BOOT, offset=UTC_AT_BOOT + 1050 * S)) == []
    machine.observe(at(6, boot=OTHER_BOOT, offset=UTC_AT_BOOT + 1050 * S))
    raised, returned = machine.observe(at(3, boot=BOOT, offset=UTC_AT_BOOT + 2000 * S))
    assert (raised.at.boot, returned.at) == (OTHER_BOOT, Moment(BOOT, 3 * S))


def test_a_boot_without_a_clock_is_judged_once_its_clock_is_known() -> None:
    machine = SilenceMachine(RULE)
    machine.observe(at(1000, offset=UTC_AT_BOOT))
    assert machine.observe(at(5, 6, boot=OTHER_BOOT)) == []
    raised, returned = machine.observe(at(7, boot=OTHER_BOOT, offset=UTC_AT_BOOT + 5000 * S))
    assert raised.since == Moment(BOOT, 1000 * S)
    assert returned.at == Moment(OTHER_BOOT, 5 * S)


@given(
    st.lists(
        st.tuples(st.sampled_from([S, 30 * S, 60 * S, 61 * S, 200 * S]), st.just(1), st.sampled_from([0, 6])),
        max_size=30,
    ),
    st.lists(st.integers(0, 30), max_size=6),
)
def test_batching_and_restarts_change_nothing(rows: list[tuple[int, int, int]], cuts: list[int]) -> None:
    whole = SilenceMachine(RULE)
    expected = [t for batch in cut(rows, []) for t in whole.observe(batch)]
    found: list[Transition] = []
    state = SilenceMachine(RULE).dump()
    for batch in cut(rows, cuts):
        machine = SilenceMachine(RULE)
        machine.restore(json.loads(json.dumps(state)))
        found += machine.observe(batch)
        state = machine.dump()
    assert found == expected
    assert state == whole.dump()
