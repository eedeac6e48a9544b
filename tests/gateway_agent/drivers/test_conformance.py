"""What every transport must do, whatever is on it: one suite, one stand per transport (see stands.py).

The time-outs of the profiles are shortened, since what is tested is the order of things and not their length.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.simulate import instrument as played_instrument
from deploy.simulate import wires
from deploy.simulate.faults import Fault
from firmware_profiles.loader import Loaded, load
from firmware_profiles.schema.modbus import Timing
from gateway_agent.drivers import connection, factory
from gateway_agent.drivers.base import DriverError, NoReading, Unreachable, boot_clock_us
from gateway_agent.drivers.common import DriverBase
from telemetry.quality import Quality
from tests.gateway_agent.drivers.stands import STANDS, Stand

if TYPE_CHECKING:
    from deploy.simulate.faults import FaultKind
    from gateway_agent.drivers.base import Driver, Identity
    from tests.gateway_agent.drivers.conftest import Played

TIMING = Timing(reply_timeout_ms=250, slowest_reply_ms=500, pause_ms=5)
PERIOD_S = 0.1
BOUND_S = 3.0
"""No sample may take longer, whatever the instrument does: time-outs, silence and a re-opening together."""


def quick(profile_id: str, variant: str | None = None) -> Loaded:
    """A profile with the time-outs of this suite."""
    loaded = load(profile_id, variant)
    interfaces = {
        name: interface.model_copy(update={"timing": TIMING}) if hasattr(interface, "timing") else interface
        for name, interface in loaded.profile.interfaces.items()
    }
    sampling = loaded.profile.sampling.model_copy(update={"period_s": PERIOD_S})
    return replace(loaded, profile=loaded.profile.model_copy(update={"interfaces": interfaces, "sampling": sampling}))


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "load", quick)
    monkeypatch.setattr(played_instrument, "load", quick)
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.05)
    monkeypatch.setattr(wires, "FRESH_S", 0.02)


def stands(**wanted: bool) -> pytest.MarkDecorator:
    fitting = [s for s in STANDS if all(getattr(s, k) is v for k, v in wanted.items())]
    return pytest.mark.parametrize("stand", fitting, ids=lambda stand: stand.id)


async def value(driver: Driver, channel: str) -> int | None:
    """A value of the channel, each sample within its bound; it must be beyond doubt.

    What an instrument sends by itself may come in pieces: then the channel is in the next sample.
    """
    for _ in range(3):
        began = time.monotonic()
        try:
            found = [s for s in await driver.sample() if s.channel == channel]
        finally:
            assert time.monotonic() - began < BOUND_S
        if found:
            assert [s.quality for s in found] == [Quality.OK]
            return found[0].value
    pytest.fail(f"{channel} never came")


async def when_well(driver: Driver, channel: str) -> int | None:
    """Sample until there is a value again."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await value(driver, channel)
            except DriverError:
                await asyncio.sleep(0.01)  # nothing signals the end of a back-off


async def failed(driver: Driver) -> NoReading:
    """Sample until it fails as ordered: what has come before the fault may still be read."""
    for _ in range(5):
        try:
            await driver.sample()
        except NoReading as error:
            return error
        await asyncio.sleep(PERIOD_S)
    pytest.fail("it never failed")


@stands()
async def test_what_is_measured_is_read_with_its_time(played: Played, stand: Stand) -> None:
    async with played([stand.instrument()]) as (_, drivers):
        before = boot_clock_us()
        samples = await drivers["it"].sample()
        assert {s.channel: s.value for s in samples}[stand.channel] == stand.first[1]
        assert all(before <= s.taken_us <= boot_clock_us() for s in samples)
        assert drivers["it"].identity is not None


@stands()
async def test_a_silent_instrument_is_a_time_out_in_bounded_time_and_is_read_again(
    played: Played, stand: Stand
) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        assert await value(drivers["it"], stand.channel) == stand.first[1]
        kit.instruments["it"].fault = Fault("silence")
        assert (await failed(drivers["it"])).kind in {"timeout", "truncated"}
        kit.instruments["it"].fault = None
        assert await when_well(drivers["it"], stand.channel) == stand.first[1]


@stands()
@pytest.mark.parametrize("kind", ["truncated", "garbage"])
async def test_half_an_answer_or_rubbish_is_no_reading(played: Played, stand: Stand, kind: FaultKind) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        kit.instruments["it"].fault = Fault(kind)
        assert (await failed(drivers["it"])).kind not in {"driver_fault", "resting"}
        kit.instruments["it"].fault = None
        assert await when_well(drivers["it"], stand.channel) == stand.first[1]


@stands(checked=True)
async def test_a_wrong_checksum_is_no_reading(played: Played, stand: Stand) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        kit.instruments["it"].fault = Fault("wrong_checksum")
        error = await failed(drivers["it"])
        assert error.kind in {"crc_mismatch", "checksum_mismatch", "timeout"}
        kit.instruments["it"].fault = None
        assert await when_well(drivers["it"], stand.channel) == stand.first[1]


@stands(stream=True)
async def test_noise_around_an_answer_is_passed_over(played: Played, stand: Stand) -> None:
    if stand.id == "modbus_tcp":
        pytest.skip("a TCP connection has no noise; a byte too many would be a broken peer")
    async with played([stand.instrument()]) as (kit, drivers):
        kit.instruments["it"].fault = Fault("noise")
        for _ in range(3):
            assert await value(drivers["it"], stand.channel) == stand.first[1]


@stands(stream=True)
async def test_an_answer_in_two_pieces_is_one(played: Played, stand: Stand) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        kit.instruments["it"].fault = Fault("split", delay_s=0.03)
        assert await value(drivers["it"], stand.channel) == stand.first[1]


@stands(stream=True, asked=True)
async def test_a_late_answer_is_never_the_answer_to_the_next_question(played: Played, stand: Stand) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        it = kit.instruments["it"]
        await value(drivers["it"], stand.channel)
        it.fault = Fault("late", times=1, delay_s=0.35)
        with pytest.raises(NoReading):
            await drivers["it"].sample()
        it.go_to(stand.channel, type(it.values()[stand.channel])(stand.second[0]), 0)  # type: ignore[misc]
        assert await value(drivers["it"], stand.channel) == stand.second[1]


@stands()
async def test_unplugged_it_is_unreachable_at_once_and_back_it_is_identified_again(
    played: Played, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with played([stand.instrument()]) as (kit, drivers):
        driver = drivers["it"]
        assert isinstance(driver, DriverBase)
        assert await value(driver, stand.channel) == stand.first[1]
        kit.unplug("it")
        with pytest.raises(Unreachable):
            await _sample_again(driver)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await driver.sample()
        assert time.monotonic() - began < 0.05
        asked: list[bool] = []
        identified = type(driver).identified

        def spied(self: DriverBase, identity: Identity) -> None:
            asked.append(True)
            identified(self, identity)

        monkeypatch.setattr(type(driver), "identified", spied)
        kit.plug_in("it")
        assert await when_well(driver, stand.channel) == stand.first[1]
        assert asked


@stands()
async def test_a_stuck_instrument_delays_no_other(played: Played, stand: Stand) -> None:
    neighbour = {"name": "co", "profile": "honeywell.midas", "variant": "co", "place": {}, "sources": {}}
    async with played([stand.instrument(), neighbour]) as (kit, drivers):
        await value(drivers["it"], stand.channel)
        kit.instruments["it"].fault = Fault("garbage")
        sick = asyncio.create_task(asyncio.wait_for(_sample_forever(drivers["it"]), 1.0))
        took = []
        while not sick.done():
            began = time.monotonic()
            await drivers["co"].sample()
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
        with pytest.raises(TimeoutError):
            await sick
        assert len(took) > 15
        assert sorted(took)[len(took) // 2] < 0.05


async def _sample_again(driver: Driver) -> None:
    """What had arrived before the plug was pulled may still be read."""
    for _ in range(3):
        try:
            await driver.sample()
        except NoReading:
            continue


async def _sample_forever(driver: Driver) -> None:
    while True:
        try:
            await driver.sample()
        except DriverError:
            await asyncio.sleep(0.01)  # as the sampler would wait for its next deadline
