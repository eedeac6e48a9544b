"""Rate, stuck, out of range, due, clock, priorities: what raises each, and what must not."""

from __future__ import annotations

import numpy as np
import pytest

from alerts.engine import (
    Change,
    ClockFact,
    ClockMachine,
    ClockRule,
    DueMachine,
    Moment,
    Readings,
    RuleSet,
    UnitMismatch,
    machine_for,
)
from telemetry.quality import Quality
from telemetry.strict import SettingsError, parse_yaml
from tests.alerts.making import BOOT, OTHER_BOOT, TITLE, S, readings
from tests.alerts.rules_of import machine_of, rule_of

DAY = 86_400


def seconds(values: list[int], start: int = 0, boot: bytes = BOOT, quality: int = 0) -> Readings:
    return readings([((start + n) * S, value) for n, value in enumerate(values)], [quality] * len(values), boot)


def test_a_rise_within_the_window_is_raised_and_dated_from_where_it_began() -> None:
    machine = machine_of("rate", change=10, within_s=5, max_gap_s=2)
    found = list(machine.observe(seconds([600, 610, 620, 640, 660, 700, 700, 700, 700, 700, 700])))
    assert [(change.change, change.at.us // S, change.value) for change in found] == [
        (Change.RAISED, 5, 700), (Change.RETURNED, 6, 700),
    ]  # fmt: skip
    assert found[0].since == Moment(BOOT, 0)


def test_a_slow_rise_and_a_fall_are_no_rise() -> None:
    assert (
        list(machine_of("rate", change=10, within_s=5, max_gap_s=2).observe(seconds(list(range(600, 900, 15))))) == []
    )
    fall = seconds([900, 700, 700])
    assert list(machine_of("rate", change=10, within_s=5, max_gap_s=2).observe(fall)) == []
    assert [
        c.at.us // S for c in machine_of("rate", change=10, within_s=5, max_gap_s=2, towards="down").observe(fall)
    ] == [1]


@pytest.mark.parametrize("boot", [BOOT, OTHER_BOOT])
def test_no_change_is_believed_across_a_gap_or_a_boot(boot: bytes) -> None:
    machine = machine_of("rate", change=10, within_s=60, max_gap_s=2)
    assert list(machine.observe(seconds([600, 600]))) == []
    assert list(machine.observe(seconds([900], 10, boot))) == []


def test_a_value_that_never_moves_is_stuck_until_it_does() -> None:
    machine = machine_of("stuck", same_for_s=5, max_gap_s=2)
    found = list(machine.observe(seconds([700, 701, 701, 701, 701, 701, 701, 701, 702])))
    assert [(change.change, change.at.us // S) for change in found] == [(Change.RAISED, 6), (Change.RETURNED, 8)]
    assert found[0].since == Moment(BOOT, S)


def test_the_same_value_before_and_after_a_gap_proves_nothing() -> None:
    assert (
        list(machine_of("stuck", same_for_s=5, max_gap_s=2).observe(readings([(0, 7), (9 * S, 7), (10 * S, 7)]))) == []
    )


def test_the_word_of_the_instrument_that_it_is_stuck_is_taken() -> None:
    (raised,) = machine_of("stuck").observe(seconds([700], quality=Quality.STUCK))
    assert raised.change is Change.RAISED


def test_an_instrument_out_of_its_range_is_told_after_its_delay() -> None:
    machine = machine_of("out_of_range", on_delay_s=3, max_gap_s=2)
    codes = [0, 2, 2, 2, 2, 0]
    found = list(machine.observe(readings([(n * S, 0) for n in range(6)], codes)))
    assert [(change.change, change.at.us // S) for change in found] == [(Change.RAISED, 4), (Change.RETURNED, 5)]


@pytest.mark.parametrize(
    "kind", ["level", "danger", "ceiling", "rate", "stel", "dose", "stuck", "out_of_range", "silence"]
)
@pytest.mark.parametrize("quality", [Quality.UNDER_CHECK, Quality.IN_TRANSIT])
def test_a_check_and_a_transport_page_nobody(kind: str, quality: Quality) -> None:
    machine = machine_of(kind)
    found = list(machine.observe(seconds([940] * 3 + [1140] * 400, quality=quality)))
    found += machine.observe(seconds([940], 4000, quality=quality))  # switched off in the boot of the car
    assert found == []


def test_a_verification_is_due_from_the_day_after_its_last_and_until_a_newer_one() -> None:
    machine = machine_for(rule_of("due", of="verification", every_h=None, ahead_d=30), unit="dB", exponent=0)
    assert isinstance(machine, DueMachine)
    machine.described(100 * DAY * S)
    assert list(machine.observe(Readings.single(BOOT, 70 * DAY * S - 1, 0, utc_offset_us=0))) == []
    (raised,) = machine.observe(Readings.single(BOOT, 70 * DAY * S, 0, utc_offset_us=0))
    assert raised.change is Change.RAISED
    machine.described(400 * DAY * S)
    (returned,) = machine.observe(Readings.single(BOOT, 71 * DAY * S, 0, utc_offset_us=0))
    assert returned.change is Change.RETURNED


def test_a_check_is_due_so_long_after_the_last_that_passed_and_never_without_a_clock() -> None:
    machine = machine_for(rule_of("due", of="check", every_h=8), unit="dB", exponent=0)
    assert isinstance(machine, DueMachine)
    hour = 3600 * S
    assert list(machine.observe(Readings.single(BOOT, 900 * hour, 0))) == []
    assert list(machine.observe(Readings.single(BOOT, 0, 0, utc_offset_us=0))) == []
    machine.checked(2 * hour, passed=True)
    machine.checked(9 * hour, passed=False)
    assert list(machine.observe(Readings.single(BOOT, 9 * hour, 0, utc_offset_us=0))) == []
    (raised,) = machine.observe(Readings.single(BOOT, 10 * hour, 0, utc_offset_us=0))
    assert raised.change is Change.RAISED


def test_a_clock_is_unsure_without_utc_or_beyond_its_bound_for_the_delay() -> None:
    machine = ClockMachine(ClockRule.model_validate({"id": "clock", "title": TITLE, "bound_s": 1, "on_delay_s": 10}))
    entries = [(0, None, None), (9, None, None), (10, 0, 2 * S), (11, 0, S), (12, None, None)]
    found = [c for t, offset, bound in entries for c in machine.observe_clock(ClockFact(BOOT, t * S, offset, bound))]
    assert [(change.change, change.at.us // S) for change in found] == [(Change.RAISED, 10), (Change.RETURNED, 11)]


def test_a_set_point_in_another_unit_is_refused_for_every_kind_that_has_one() -> None:
    for kind in ("level", "ceiling", "danger", "rate", "twa", "dose", "stel", "wbgt", "time_to_limit"):
        with pytest.raises(UnitMismatch, match="use the channel's unit"):
            machine_for(rule_of(kind), unit="[ppm]", exponent=0)


RULE = "rules: [{id: co, kind: ceiling, title: {vi: a, en: b}, set_point: 70, unit: '[ppm]', %s}]"


@pytest.mark.parametrize(
    ("consequence", "respond_s", "priority"),
    [
        ("life", 60, "urgent"),
        ("life", 7200, "high"),
        ("injury", 900, "high"),
        ("harm", 900, "medium"),
        ("minor", 60, "medium"),
    ],
)
def test_the_priority_follows_from_consequence_and_time_to_respond(
    consequence: str, respond_s: int, priority: str
) -> None:
    text = RULE % f"consequence: {consequence}, respond_within_s: {respond_s}"
    assert parse_yaml(text, RuleSet, "rules.yaml").rules[0].priority == priority


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("consequence: life, respond_within_s: 60, priority: low", "which give urgent"),
        ("consequence: life", "state both or none"),
        ("consequence: death, respond_within_s: 60", "death"),
    ],
)
def test_a_priority_that_contradicts_its_reasons_is_refused(extra: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_yaml(RULE % extra, RuleSet, "rules.yaml")


def test_times_of_batches_do_not_matter_to_what_is_due() -> None:
    machine = machine_for(rule_of("due", of="check", every_h=1), unit="dB", exponent=0)
    times = (np.arange(7200) * S).astype("<i8")
    (raised,) = machine.observe(Readings(BOOT, times, np.zeros(7200, "<i8"), ((7200, 0),), 0))
    assert raised.at.us == 3600 * S
