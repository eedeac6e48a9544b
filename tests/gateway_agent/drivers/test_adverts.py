"""Sensors that broadcast: heard once, at the time they measured; and a scanner that is brought back to life."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from gateway_agent.drivers import adverts
from gateway_agent.drivers.base import NoReading, Unreachable, boot_clock_us
from gateway_agent.transports import ble
from gateway_agent.transports.ble import Advertisement, RadioError, Scanner
from gateway_agent.transports.ble_bluez import BluezRadio, advertisement
from tests.gateway_agent.drivers.own_profiles import driver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware_profiles.schema.adverts import BleLink

ADDRESS = "C0:FF:EE:00:00:01"
SECOND = 1_000_000


class Air:
    """A radio that hears what the test says. `fails`: steps that do not work."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.fails: set[str] = set()
        self.heard: Callable[[Advertisement], None] = lambda _: None
        self.did = asyncio.Event()

    async def start(self, heard: Callable[[Advertisement], None]) -> None:
        self._do("start")
        self.heard = heard

    async def stop(self) -> None:
        self._do("stop")

    async def power_cycle(self) -> None:
        self._do("power_cycle")

    async def restart_service(self) -> None:
        self._do("restart_service")

    def _do(self, step: str) -> None:
        self.steps.append(step)
        self.did.set()
        if step in self.fails:
            raise RadioError("org.bluez.Error.InProgress")

    def say(self, co2: int, age_s: int, taken_us: int) -> None:
        payload = co2.to_bytes(2, "little") + age_s.to_bytes(2, "little")
        self.heard(Advertisement(ADDRESS, {0x0702: payload}, {}, taken_us))


@pytest.fixture
def air(monkeypatch: pytest.MonkeyPatch) -> Air:
    made = Air()

    def radio_of(adapter: str, links: Sequence[BleLink], clock: Callable[[], int]) -> Air:
        return made

    monkeypatch.setattr(adverts, "radio_of", radio_of)
    return made


async def test_a_sample_has_the_time_it_was_measured_and_is_given_once(
    air: Air, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = driver(monkeypatch, "test.adverts", ble=ADDRESS.lower())
    assert await it.sample() == []
    air.say(1091, 16, 100 * SECOND)
    (sample,) = await it.sample()
    assert (sample.value, sample.taken_us) == (1091, 84 * SECOND)
    air.say(1091, 20, 104 * SECOND)  # the same sample, broadcast again
    assert await it.sample() == []
    air.say(1105, 1, 145 * SECOND)
    assert [(s.value, s.taken_us) for s in await it.sample()] == [(1105, 144 * SECOND)]
    assert it.identity is not None
    assert it.identity.serial_number == ADDRESS
    await it.close()
    assert air.steps == ["start", "stop"]


async def test_a_sensor_that_is_not_heard_is_a_time_out(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adverts, "PATIENCE_S", 0.0)
    it = driver(monkeypatch, "test.adverts", ble=ADDRESS)
    with pytest.raises(NoReading, match="is its battery good"):
        await it.sample()
    await it.close()


async def test_rubbish_from_its_address_is_no_reading(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    it = driver(monkeypatch, "test.adverts", ble=ADDRESS)
    await it.sample()
    air.heard(Advertisement(ADDRESS, {0x0702: b"\x01"}, {}, 7))
    with pytest.raises(NoReading) as found:
        await it.sample()
    assert found.value.kind == "truncated"
    await it.close()


async def test_no_bluetooth_service_is_said_with_its_cure(air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    air.fails = {"start"}
    with pytest.raises(Unreachable, match="hci0"):
        await driver(monkeypatch, "test.adverts", ble=ADDRESS).sample()


async def test_a_silent_air_climbs_the_ladder_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """stop/start, then the adapter, then the service, then words for a person; a failing step stops nobody."""
    monkeypatch.setattr(ble, "SILENT_S", 0.01)
    air = Air()
    scanner = Scanner(air, "hci0")
    await scanner.start()
    air.fails = {"stop"}
    async with asyncio.timeout(5):
        while not scanner.dead:
            air.did.clear()
            await air.did.wait()
    rungs = " ".join(air.steps)
    assert rungs.startswith(
        "start stop start stop power_cycle start stop restart_service start stop restart_service start"[: len(rungs)]
    )
    assert air.steps.count("restart_service") >= 1
    assert "batteries" in scanner.dead
    air.say(800, 0, 5)
    assert scanner.dead == ""
    air.fails = set()
    await scanner.close()


async def test_a_lively_air_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ble, "SILENT_S", 0.2)
    air = Air()
    scanner = Scanner(air, "hci0")
    await scanner.start()
    for _ in range(10):
        air.say(800, 0, 1)
        await asyncio.sleep(0.05)
    assert air.steps == ["start"]
    await scanner.close()


def test_what_bleak_reports_is_read() -> None:
    data = AdvertisementData(
        local_name=None,
        manufacturer_data={0x0499: b"\x05"},
        service_data={
            "0000fcd2-0000-1000-8000-00805f9b34fb": b"\x40",
            "f0cd1400-95da-4f4b-9ac8-aa55d312af0c": b"\x01",
        },
        service_uuids=[],
        tx_power=None,
        rssi=-60,
        platform_data=(),
    )
    heard = advertisement(BLEDevice(ADDRESS, None, {}), data, 9)
    assert heard == Advertisement(ADDRESS, {0x0499: b"\x05"}, {"fcd2": b"\x40"}, 9)


async def test_a_machine_without_bluetooth_says_so() -> None:
    radio = BluezRadio("hci7", [], boot_clock_us)
    with pytest.raises(RadioError):
        await radio.start(lambda _: None)
    await radio.stop()
