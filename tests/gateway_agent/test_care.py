"""A running kit takes orders: a field check and a measurement, sealed in its chain, remembered over a restart."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.agent import serve
from gateway_agent.checks import CheckRefused
from gateway_agent.control import SOCKET, NotRunning, order
from gateway_agent.settings import GatewaySettings
from gateway_agent.spool.spool import Spool
from telemetry.content import Event, Values
from telemetry.events import Doubt, FieldCheck, Measurement, read_event
from telemetry.message import parse_message
from telemetry.quality import Quality
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.gateway_agent.parts import Meter


@asynccontextmanager
async def running(folder: Path, *meters: Meter, **given: object) -> AsyncIterator[None]:
    plain = {"gateway": GATEWAY, "state_dir": folder, "seal": {"interval_s": 0.1}, **given}
    config = GatewaySettings.model_validate(plain)
    task = asyncio.create_task(serve(config, identity(folder), TurnedClock(), meters))
    await until((folder / SOCKET).exists)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def do(folder: Path, what: str, **given: object) -> dict[str, Any]:
    return await asyncio.to_thread(order, folder / SOCKET, what, **given)


def chain(folder: Path) -> list[Any]:
    """Every content of the chain, in order; events by their body."""
    spool = Spool.open(folder / "spool.db")
    entries = spool.read(1, 0, 1 << 40, 1_000_000)
    spool.close()
    contents = [c for entry in entries for c in parse_message(entry.wire).contents().entry_contents(0)]
    return [read_event(content) if isinstance(content, Event) else content for content in contents]


def checkable() -> Meter:
    """A meter whose channel has a tolerance: 0.5 dB, as a sound level meter's check with a calibrator."""
    instrument = meter(period_s=0.01, answers=938)
    care = instrument.profile.care
    check = care.field_check.model_copy(update={"tolerance": 0.5, "unit": "dB[SPL]"})
    changed = care.model_copy(update={"field_check": check})
    instrument.profile = instrument.profile.model_copy(update={"care": changed})
    return instrument


async def test_a_field_check_is_sealed_with_what_was_found_and_its_readings_are_under_check(tmp_path: Path) -> None:
    instrument = checkable()
    async with running(tmp_path, instrument):
        await until(lambda: instrument.count > 10)
        await do(tmp_path, "begin_check", instrument="noise1")
        seen = instrument.count
        await until(lambda: instrument.count > seen + 10)
        found = await do(tmp_path, "hold", instrument="noise1", reference="94.0", device="B&K 4231 no. 7")
        await do(tmp_path, "end_check", instrument="noise1")
        await until(lambda: instrument.count > seen + 30)
    assert (found["found"], found["passed"], found["tolerance"], found["in_doubt"]) == ("93.8", True, "0.5", False)
    contents = chain(tmp_path)
    (check,) = [body for body in contents if isinstance(body, FieldCheck)]
    assert (check.reference, check.found, check.passed, check.device) == (940, 938, True, "B&K 4231 no. 7")
    runs = [code for c in contents if isinstance(c, Values) for length, code in (c.quality or ((1, 0),)) if length]
    order_of_codes = [code for n, code in enumerate(runs) if n == 0 or runs[n - 1] != code]
    assert order_of_codes == [Quality.OK, Quality.UNDER_CHECK, Quality.OK]


async def test_an_alarm_stays_silent_under_check(tmp_path: Path) -> None:
    instrument = checkable()
    rule = {
        "kind": "level", "id": "loud", "title": {"vi": "Ồn", "en": "Loud"}, "select": {"quantity": "sound_level"},
        "set_point": 93, "unit": "dB[SPL]", "hysteresis": 1, "priority": "high",
    }  # fmt: skip
    instrument.answers = 800
    async with running(tmp_path, instrument, alarms=[rule]):
        await until(lambda: instrument.count > 10)
        await do(tmp_path, "begin_check", instrument="noise1")
        instrument.answers = 938
        seen = instrument.count
        await until(lambda: instrument.count > seen + 20)
        instrument.answers = 800
        seen = instrument.count
        await until(lambda: instrument.count > seen + 3)
        await do(tmp_path, "end_check", instrument="noise1")
    assert not [body for body in chain(tmp_path) if getattr(body, "rule", None)]


async def test_a_failed_check_doubts_back_to_the_good_one_of_the_process_before(tmp_path: Path) -> None:
    instrument = checkable()
    async with running(tmp_path, instrument):
        await do(tmp_path, "begin_check", instrument="noise1")
        await until(lambda: instrument.count > 10)
        await do(tmp_path, "hold", instrument="noise1", reference="94.0")
    again = checkable()
    again.answers = 930
    async with running(tmp_path, again):
        await do(tmp_path, "begin_check", instrument="noise1")
        await until(lambda: again.count > 10)
        found = await do(tmp_path, "hold", instrument="noise1", reference="94.0")
        await until(lambda: again.count > 20)
    assert found["in_doubt"]
    (doubt,) = [body for body in chain(tmp_path) if isinstance(body, Doubt)]
    assert doubt.from_boot == b"b" * 16
    assert doubt.from_us > 0


async def test_a_measurement_begins_and_ends_in_the_chain_and_a_refusal_says_why(tmp_path: Path) -> None:
    instrument = checkable()
    async with running(tmp_path, instrument):
        with pytest.raises(CheckRefused, match="no field check has passed"):
            await do(tmp_path, "begin_measurement", use="legal")
        state = await do(tmp_path, "begin_measurement", instruments=["noise1"])
        assert state["measurement"]["name"] == "m1"
        await do(tmp_path, "end_measurement")
    bodies = [body for body in chain(tmp_path) if isinstance(body, Measurement)]
    assert [(body.name, body.begun, body.use) for body in bodies] == [
        ("m1", True, "screening"),
        ("m1", False, "screening"),
    ]


async def test_strange_orders_are_refused_and_nobody_else_may_give_any(tmp_path: Path) -> None:
    async with running(tmp_path, checkable()):
        assert (tmp_path / SOCKET).stat().st_mode & 0o777 == 0o600
        with pytest.raises(CheckRefused, match="did you mean 'begin_check'"):
            await do(tmp_path, "begin_chek")
        with pytest.raises(CheckRefused, match="did you mean 'noise1'"):
            await do(tmp_path, "begin_check", instrument="noise")
        with pytest.raises(CheckRefused, match="not understood"):
            await do(tmp_path, "begin_check", wrong=1)
    with pytest.raises(NotRunning, match="no gateway answers"):
        await do(tmp_path, "state")
