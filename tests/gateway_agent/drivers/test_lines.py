"""Plugs pulled, ports shared, instruments dead: each harms only itself, and what comes back is read again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from deploy.simulate.faults import Fault
from gateway_agent.drivers import connection, modbus
from gateway_agent.drivers.base import DriverError, NoReading, Unreachable, boot_clock_us, fault_samples
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings
from telemetry.quality import Quality

if TYPE_CHECKING:
    from gateway_agent.drivers.base import Driver
    from tests.gateway_agent.drivers.conftest import Played


def slave(name: str, address: int, temperature: float) -> dict[str, Any]:
    source = {"kind": "constant", "value": str(temperature)}
    return {
        "name": name,
        "profile": "generic.rs485_th",
        "address": address,
        "place": {"serial": "bus"},
        "sources": {"temperature": source},
    }


async def temperature(driver: Driver) -> int | None:
    return next(s.value for s in await driver.sample() if s.channel == "temperature")


async def sample_when_back(driver: Driver) -> int | None:
    """Sample until the driver has found its line again."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await temperature(driver)
            except DriverError:
                await asyncio.sleep(0.01)  # nothing signals the end of a back-off


async def test_unplugged_and_back_under_another_number_is_identified_again(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.05)
    async with played([slave("a", 1, 21.5)]) as (kit, drivers):
        assert await temperature(drivers["a"]) == 215
        kit.unplug("a")
        with pytest.raises(Unreachable):
            await drivers["a"].sample()
        with pytest.raises(Unreachable):  # at once, without touching the line
            await drivers["a"].sample()
        kit.plug_in("a")
        kit.instruments["a"].go_to("temperature", kit.instruments["a"].values()["humidity"], 0)
        assert await sample_when_back(drivers["a"]) == 0
        assert drivers["a"].identity is not None


async def test_a_port_that_is_not_there_says_so(played: Played) -> None:
    settings = {"name": "a", "profile": "generic.rs485_th", "connection": {"serial": "/nonexistent/port"}}
    (driver,) = build_drivers([InstrumentSettings.model_validate(settings)], boot_clock_us)
    with pytest.raises(Unreachable, match="is not there: check the plug"):
        await driver.sample()
    samples = fault_samples(driver, 17)
    assert [(s.channel, s.value, s.quality) for s in samples] == [
        ("temperature", None, Quality.COMMS_FAULT),
        ("humidity", None, Quality.COMMS_FAULT),
    ]


async def test_a_refused_connection_is_told_from_a_missing_one() -> None:
    settings = {"name": "a", "profile": "honeywell.midas", "connection": {"host": "127.0.0.1", "port": 9}}
    (driver,) = build_drivers([InstrumentSettings.model_validate(settings)], boot_clock_us)
    with pytest.raises(Unreachable, match="refuses"):
        await driver.sample()


async def test_two_instruments_share_a_bus(played: Played) -> None:
    async with played([slave("a", 1, 21.5), slave("b", 2, -4.5)]) as (_, drivers):
        rounds = [tuple(await asyncio.gather(temperature(drivers["a"]), temperature(drivers["b"]))) for _ in range(5)]
        assert rounds == [(215, -45)] * 5


async def test_a_dead_slave_is_asked_rarely_and_its_neighbour_lives(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modbus, "FIRST_REST_S", 60)
    async with played([slave("a", 1, 21.5), slave("b", 2, 30)]) as (kit, drivers):
        kit.instruments["b"].fault = Fault("silence")
        for _ in range(modbus.MISSES_BEFORE_REST):
            with pytest.raises(NoReading, match="no answer from address 2"):
                await drivers["b"].sample()
        with pytest.raises(NoReading) as resting:
            await drivers["b"].sample()
        assert resting.value.kind == "resting"
        assert await temperature(drivers["a"]) == 215


async def test_two_instruments_cannot_have_one_address() -> None:
    one = {"name": "a", "profile": "generic.rs485_th", "connection": {"serial": "/dev/null"}}
    with pytest.raises(DriverError, match="both have address 1"):
        build_drivers([InstrumentSettings.model_validate({**one, "name": n}) for n in ("a", "b")], boot_clock_us)


async def test_a_stream_with_broken_frames_gives_the_good_ones(played: Played) -> None:
    noise = {
        "name": "noise",
        "profile": "lutron.ds2013sd",
        "place": {"serial": "noise"},
        "sources": {"sound_level": {"kind": "constant", "value": "91.4"}},
    }
    async with played([noise]) as (kit, drivers):
        kit.instruments["noise"].fault = Fault("truncated", times=1)
        samples = {s.channel: s.value for s in await drivers["noise"].sample()}
        assert samples["sound_level"] == 914


async def test_a_silent_stream_is_a_time_out(played: Played) -> None:
    noise = {"name": "noise", "profile": "lutron.ds2013sd", "place": {"serial": "noise"}, "sources": {}}
    async with played([noise]) as (kit, drivers):
        kit.instruments["noise"].fault = Fault("silence")
        with pytest.raises(NoReading, match="nothing comes from noise"):
            await drivers["noise"].sample()


async def test_a_network_connection_that_died_unseen_is_opened_anew(played: Played) -> None:
    detector = {"name": "co", "profile": "honeywell.midas", "place": {}, "sources": {}}
    async with played([detector]) as (kit, drivers):
        await drivers["co"].sample()
        kit.instruments["co"].fault = Fault("silence", times=connection.DEAD_AFTER)
        for _ in range(connection.DEAD_AFTER):
            with pytest.raises(NoReading):
                await drivers["co"].sample()
        assert len(await drivers["co"].sample()) == 1
        assert drivers["co"].connection.generation == 2  # type: ignore[attr-defined]
