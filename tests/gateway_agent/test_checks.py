"""Field checks: as found first, under check meanwhile, no legal start without one, a failure marks back to the last good."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gateway_agent.batch import Reading
from gateway_agent.checks import Checked, CheckRefused, Checks, Memory, Moment
from telemetry.events import Doubt, FieldCheck, Measurement
from telemetry.quality import Quality

if TYPE_CHECKING:
    from gateway_agent.checks import Step

BOOT = "0b" * 16
TODAY = date(2026, 11, 25)


def noise(**given: object) -> Checked:
    plain = {
        "name": "noise1", "channels": {"laeq": 3, "peak": 4}, "exponents": {"laeq": -1, "peak": -1},
        "tolerance": {"laeq": 5, "peak": None}, "legal": True, "verified_until": date(2027, 1, 1),
    }  # fmt: skip
    return Checked(**{**plain, **given})  # type: ignore[arg-type]


def at(seconds: float) -> Moment:
    return Moment(boot=BOOT, us=round(seconds * 1e6))


def readings(value: int, seconds: float, channel: int = 3) -> list[Reading]:
    return [Reading(channel, round((seconds + n) * 1e6), value, 0) for n in range(5)]


def hold(checks: Checks, value: int, seconds: float, step: Step = "as_found") -> list[object]:
    instrument = noise()
    checks.begin(instrument)
    checks.mark(readings(value, seconds))
    try:
        return list(checks.found(instrument, "laeq", 940, at(seconds + 5), step))
    finally:
        checks.end(instrument)


def test_readings_during_a_check_say_so_and_those_without_a_value_stay_what_they_are() -> None:
    checks = Checks()
    checks.begin(noise())
    fault = Reading(3, 9, 0, int(Quality.COMMS_FAULT))
    marked = checks.mark([*readings(940, 1), fault, Reading(9, 9, 5, 0)])
    assert [reading.quality for reading in marked] == [Quality.UNDER_CHECK] * 5 + [Quality.COMMS_FAULT, Quality.OK]
    checks.end(noise())
    same = readings(940, 7)
    assert checks.mark(same) is same


def test_a_check_within_tolerance_passes_and_is_remembered_as_the_last_good_one() -> None:
    checks = Checks()
    (check,) = hold(checks, 935, 1)
    assert isinstance(check, FieldCheck)
    assert (check.found, check.reference, check.passed, check.step, check.tolerance) == (935, 940, True, "as_found", 5)
    assert checks.memory.instruments["noise1"].last_good == at(6)


def test_a_check_that_fails_as_found_puts_all_since_the_last_good_one_in_doubt() -> None:
    checks = Checks()
    hold(checks, 940, 1)
    check, doubt = hold(checks, 934, 100)
    assert isinstance(check, FieldCheck)
    assert not check.passed
    assert doubt == Doubt(
        channels=[3], from_boot=bytes.fromhex(BOOT), from_us=6_000_000, cause="field check failed as found"
    )


def test_after_an_adjustment_it_may_pass_as_left_and_a_failure_then_doubts_nothing_twice() -> None:
    checks = Checks()
    hold(checks, 900, 1)
    (failed,) = hold(checks, 930, 10, "as_left")
    (passed,) = hold(checks, 941, 20, "as_left")
    assert isinstance(failed, FieldCheck)
    assert isinstance(passed, FieldCheck)
    assert (failed.passed, passed.passed) == (False, True)
    assert checks.memory.instruments["noise1"].ready


def test_no_legal_measurement_begins_without_the_check_before_and_each_needs_its_own() -> None:
    checks = Checks()
    with pytest.raises(CheckRefused, match="no field check has passed since the last measurement"):
        checks.start([noise()], "legal", at(1), TODAY)
    hold(checks, 940, 1)
    (begun,) = checks.start([noise()], "legal", at(10), TODAY)
    assert begun == Measurement(name="m1", begun=True, use="legal", channels=[3, 4])
    (ended,) = checks.stop({"noise1": noise()})
    assert ended == Measurement(name="m1", begun=False, use="legal", channels=[3, 4])
    with pytest.raises(CheckRefused, match="check it now"):
        checks.start([noise()], "legal", at(20), TODAY)
    (screened,) = checks.start([noise()], "screening", at(20), TODAY)
    assert isinstance(screened, Measurement)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"legal": False}, "screening only"),
        ({"verified_until": None}, "no legal verification"),
        ({"verified_until": date(2026, 11, 24)}, "ended on 2026-11-24"),
    ],
)
def test_what_else_keeps_an_instrument_from_a_legal_measurement_is_named(given: dict[str, object], words: str) -> None:
    checks = Checks()
    hold(checks, 940, 1)
    with pytest.raises(CheckRefused, match=words):
        checks.start([noise(**given)], "legal", at(10), TODAY)


def test_a_measurement_does_not_begin_under_check_nor_twice() -> None:
    checks = Checks()
    checks.begin(noise())
    with pytest.raises(CheckRefused, match="under way: end it"):
        checks.start([noise()], "screening", at(1), None)
    checks.end(noise())
    checks.start([noise()], "screening", at(1), None)
    with pytest.raises(CheckRefused, match="m1 is under way"):
        checks.start([noise()], "screening", at(2), None)


def test_a_check_needs_enough_fresh_readings_and_a_stated_tolerance() -> None:
    checks = Checks()
    with pytest.raises(CheckRefused, match="begin the check first"):
        checks.found(noise(), "laeq", 940, at(1), "as_found")
    checks.begin(noise())
    checks.mark(readings(940, 1))
    with pytest.raises(CheckRefused, match="states no tolerance"):
        checks.found(noise(), "peak", 940, at(6), "as_found")
    with pytest.raises(CheckRefused, match="0 of 5 readings"):
        checks.found(noise(), "laeq", 940, at(60), "as_found")


def test_what_is_remembered_comes_back() -> None:
    checks = Checks()
    hold(checks, 940, 1)
    checks.start([noise()], "legal", at(10), TODAY)
    assert Memory.model_validate_json(checks.memory.model_dump_json()) == checks.memory
