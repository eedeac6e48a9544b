"""What drivers read over real sockets and ptys is what the instruments were made to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.drivers.base import Misconfigured, WrongInstrument, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.drivers.base import Sample
    from tests.gateway_agent.drivers.conftest import Played


def constant(value: float) -> dict[str, Any]:
    return {"kind": "constant", "value": str(value)}


GAS = {
    "name": "co",
    "profile": "honeywell.midas",
    "variant": "co",
    "place": {},
    "sources": {"gas_concentration": constant(35.5)},
}
ROOM = {
    "name": "room",
    "profile": "wirenboard.wb_msw_v4",
    "place": {"serial": "bus"},
    "sources": {"co2": constant(740), "temperature": constant(-3.25), "illuminance": constant(70000.5)},
    "stated": {"serial": 4711},
}
NOISE = {
    "name": "noise",
    "profile": "lutron.ds2013sd",
    "place": {"serial": "noise"},
    "sources": {"sound_level": constant(87.3), "dose": constant(104.52)},
}


def by_channel(samples: Sequence[Sample]) -> dict[str, int | None]:
    return {sample.channel: sample.value for sample in samples}


async def test_modbus_tcp_gives_scaled_integers(played: Played) -> None:
    async with played([GAS]) as (_, drivers):
        before = boot_clock_us()
        (sample,) = await drivers["co"].sample()
        assert (sample.channel, sample.value, sample.quality) == ("gas_concentration", 355, Quality.OK)
        assert before <= sample.taken_us <= boot_clock_us()


async def test_modbus_rtu_gives_signed_and_wide_values_of_one_block(played: Played) -> None:
    async with played([ROOM]) as (_, drivers):
        values = by_channel(await drivers["room"].sample())
        assert values["co2"] == 740
        assert values["temperature"] == -325
        assert values["illuminance"] == 7_000_050


async def test_a_self_sending_instrument_is_heard_and_no_value_is_given_twice(played: Played) -> None:
    async with played([NOISE]) as (_, drivers):
        first = await drivers["noise"].sample()
        assert by_channel(first) == {"sound_level": 873, "dose": 10452}
        second = await drivers["noise"].sample()
        assert second[0].taken_us > first[0].taken_us


async def test_the_instruments_own_doubt_comes_with_the_value(played: Played) -> None:
    async with played([{**GAS, "stated": {"state": 0}}]) as (_, drivers):
        (sample,) = await drivers["co"].sample()
        assert (sample.value, sample.quality) == (None, Quality.WARMING_UP)


async def test_an_instrument_says_who_it_is_and_another_one_is_refused(played: Played) -> None:
    async with played([ROOM], room={"serial_number": "4711"}) as (_, drivers):
        await drivers["room"].sample()
        identity = drivers["room"].identity
        assert identity is not None
        assert identity.serial_number == "4711"
    async with played([ROOM], room={"serial_number": "4712"}) as (_, drivers):
        with pytest.raises(WrongInstrument, match="4712 is configured"):
            await drivers["room"].sample()


async def test_only_the_channels_asked_for_are_sampled(played: Played) -> None:
    async with played([ROOM], room={"channels": ["co2", "uptime"]}) as (_, drivers):
        assert set(drivers["room"].channels) == {"co2", "uptime"}
        assert set(by_channel(await drivers["room"].sample())) == {"co2", "uptime"}  # which is not in the usual blocks


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"profile": "honeywell.midaz"}, "did you mean 'honeywell.midas'"),
        ({"variant": "c0"}, "valid here: co, h2s, o2"),
        ({"channels": ["gas"]}, "has no channel 'gas'"),
        ({"connection": {"serial": "/dev/null"}}, "does not speak over a serial line"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_name(settings: dict[str, Any], words: str) -> None:
    given = {"name": "co", "profile": "honeywell.midas", "connection": {"host": "127.0.0.1"}, **settings}
    with pytest.raises(Misconfigured, match=words):
        build_drivers([InstrumentSettings.model_validate(given)], boot_clock_us)


async def test_a_code_for_no_value_is_never_a_number(played: Played) -> None:
    async with played([ROOM]) as (kit, drivers):
        kit.instruments["room"].go_to("illuminance", None, 0)
        samples = {sample.channel: sample for sample in await drivers["room"].sample()}
        assert (samples["illuminance"].value, samples["illuminance"].quality) == (None, Quality.INVALID)
        assert samples["co2"].quality is Quality.OK
