"""Several channels together: at one kit on its own clock, over a site on UTC behind a watermark."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.engine import UTC, Moment, TogetherMachine, TogetherRule, Transition, UnitMismatch
from tests.alerts.making import BOOT, OTHER_BOOT, TITLE, S, readings

PARTS = [
    {"select": {"quantity": "co"}, "set_point": 35, "unit": "[ppm]", "max_age_s": 10},
    {"select": {"quantity": "o2"}, "set_point": 19.5, "unit": "%{vol}", "direction": "at_most", "max_age_s": 10},
]


def rule(**more: object) -> TogetherRule:
    return TogetherRule.model_validate({"id": "co-o2", "title": TITLE, "parts": PARTS, **more})


def machine(*kits: str, **more: object) -> TogetherMachine:
    made = TogetherMachine(rule(**more))
    for kit in kits or ("kit00001",):
        made.join(0, f"{kit}/1", unit="[ppm]", exponent=0)
        made.join(1, f"{kit}/2", unit="%{vol}", exponent=-1)
    return made


def entry(
    joint: TogetherMachine, rows: list[tuple[int, int | None, int | None]], kit: str = "kit00001", boot: bytes = BOOT,
    offset: int | None = 0,
) -> list[Transition]:  # fmt: skip
    """(s, CO, O2 in 0.1 %) of one entry."""
    end = rows[-1][0] * S
    found = list(joint.begin(boot, end))
    for number, place in ((0, 1), (1, 2)):
        known = [(row[0] * S, value) for row in rows if (value := row[place]) is not None]
        if known and (number, f"{kit}/{place}") in joint._members:
            joint.observe(number, f"{kit}/{place}", readings(known, boot=boot, offset=offset))
    return found + list(joint.finish(kit, end, offset))


def told(found: list[Transition]) -> list[tuple[str, int]]:
    return [(change.change.value, change.at.us // S) for change in found]


def test_both_must_hold_at_the_same_time() -> None:
    joint = machine()
    found = entry(joint, [(0, 40, 209), (1, 10, 190), (2, 40, 190), (3, 40, 188), (4, 40, 200)])
    assert told(found) == [("raised", 2), ("returned", 4)]
    assert found[0].detail == "co 40 [ppm]; o2 19 %{vol}"


def test_the_delay_is_event_time_and_ends_when_a_channel_falls_silent() -> None:
    assert told(entry(machine(on_delay_s=5), [(0, 40, 190), (4, 40, 190), (9, 40, 190)])) == [("raised", 5)]
    late = machine(on_delay_s=15)
    assert entry(late, [(0, 40, 190), (8, 40, None), (16, 40, None), (24, 40, 190)]) == []


def test_another_boot_ends_it() -> None:
    joint = machine()
    assert told(entry(joint, [(5, 40, 190)])) == [("raised", 5)]
    (returned,) = entry(joint, [(3, 40, 209)], boot=OTHER_BOOT)
    assert (returned.episode, returned.at) == (Moment(BOOT, 5 * S), Moment(OTHER_BOOT, 3 * S))


def test_a_channel_in_another_unit_cannot_take_part() -> None:
    with pytest.raises(UnitMismatch, match="part 1 is in"):
        machine().join(0, "kit00002/9", unit="mg/m3", exponent=0)


def over_site(watermark_s: float = 30) -> TogetherMachine:
    joint = TogetherMachine(rule(over="site", watermark_s=watermark_s))
    joint.join(0, "kit00001/1", unit="[ppm]", exponent=0)
    joint.join(1, "kit00002/2", unit="%{vol}", exponent=-1)
    return joint


def test_over_a_site_it_waits_for_the_slower_kit_and_stands_under_utc() -> None:
    joint = over_site()
    assert entry(joint, [(n, 40, None) for n in range(20)], offset=1000 * S) == []
    found = entry(joint, [(n, None, 190) for n in range(5, 20)], "kit00002", OTHER_BOOT, 1000 * S)
    assert told(found) == [("raised", 1005)]
    assert found[0].at.boot == UTC
    assert joint.lead == "kit00001"


def test_a_kit_behind_the_watermark_is_not_waited_for() -> None:
    joint = over_site()
    entry(joint, [(0, None, 190)], "kit00002", OTHER_BOOT)
    assert told(entry(joint, [(n, 40, None) for n in range(1, 60)])) == [("raised", 1), ("returned", 10)]
    assert told(entry(joint, [(n, None, 190) for n in range(50, 62)], "kit00002", OTHER_BOOT)) == [("raised", 50)]


ROW = st.tuples(st.integers(1, 6), st.sampled_from([10, 34, 35, 80]), st.sampled_from([180, 195, 196, 209]))
ENTRIES = st.lists(st.lists(ROW, min_size=1, max_size=5), min_size=1, max_size=8)


Rows = list[tuple[int, int | None, int | None]]


def timed(entries: list[list[tuple[int, int, int]]], place: int) -> list[Rows]:
    t_s, found = 0, []
    for part in entries:
        rows: Rows = []
        for step, co, o2 in part:
            t_s += step
            rows.append((t_s, co, None) if place == 0 else (t_s, None, o2))
        found.append(rows)
    return found


def run(first: list[Rows], second: list[Rows], arrivals: list[int], restart_at: int = -1) -> list[Transition]:
    joint, left, found = over_site(watermark_s=3600), (list(first), list(second)), []
    for number, which in enumerate(arrivals):
        kit, boot = (("kit00001", BOOT), ("kit00002", OTHER_BOOT))[which]
        found += entry(joint, left[which].pop(0), kit, boot)
        if number == restart_at:
            again = TogetherMachine(joint.rule)
            again.restore(json.loads(json.dumps(joint.dump())))
            joint = again
    return found


@given(first=ENTRIES, second=ENTRIES, data=st.data())
@settings(deadline=None)
def test_neither_the_order_of_arrival_nor_a_restart_matters(
    first: list[list[tuple[int, int, int]]], second: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    co, o2 = timed(first, 0), timed(second, 1)
    in_turn = [0] * len(co) + [1] * len(o2)
    mixed = data.draw(st.permutations(in_turn))
    expected = run(co, o2, in_turn)
    assert run(co, o2, list(mixed), data.draw(st.integers(0, 16))) == expected
    assert all(before.at.us <= after.at.us for before, after in pairwise(expected))
