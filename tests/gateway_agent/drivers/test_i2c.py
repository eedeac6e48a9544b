"""Chips on I2C: the hazards of two wires that many share, at the bus's own transfer call."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware_profiles.cases import Case, case_files
from firmware_profiles.loader import load
from gateway_agent.drivers import connection, words
from gateway_agent.drivers.base import DriverError, NoReading, Unreachable, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings
from gateway_agent.transports import i2c
from gateway_agent.transports.i2c import I2cBus, clock_khz
from telemetry.quality import Quality
from telemetry.strict import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway_agent.drivers.base import Driver


class Wires:
    """Two wires: answers as scripted, or raises what the kernel would."""

    def __init__(self, answer: Callable[[int, bytes, int], bytes]) -> None:
        self.answer = answer
        self.asked: list[tuple[int, bytes, int]] = []
        self.closed = 0

    def __call__(self, address: int, write: bytes, read: int) -> bytes:
        self.asked.append((address, write, read))
        return self.answer(address, write, read)

    def close(self) -> None:
        self.closed += 1


def captured(profile: str, name: str) -> bytes:
    (path,) = (p for p in case_files(load(profile).folder) if p.stem == name)
    return parse_yaml(path.read_text("utf-8"), Case, str(path)).answered


def chip(monkeypatch: pytest.MonkeyPatch, wires: Wires, *profiles: str) -> list[Driver]:
    def opened(path: str) -> I2cBus:
        return I2cBus(path, wires)

    monkeypatch.setattr(words, "open_i2c", opened)
    given = [{"name": f"c{n}", "profile": p, "connection": {"i2c": "/dev/i2c-1"}} for n, p in enumerate(profiles)]
    return list(build_drivers([InstrumentSettings.model_validate(g) for g in given], boot_clock_us))


def raising(number: int) -> Callable[[int, bytes, int], bytes]:
    def answer(address: int, write: bytes, read: int) -> bytes:
        raise OSError(number, os.strerror(number))

    return answer


async def test_a_command_is_written_its_time_waited_and_the_reply_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = captured("sensirion.sht4x", "reading")
    wires = Wires(lambda _address, _write, read: reply[:read])
    (driver,) = chip(monkeypatch, wires, "sensirion.sht4x")
    assert {s.quality for s in await driver.sample()} == {Quality.OK}
    assert wires.asked == [(0x44, b"\xfd", 0), (0x44, b"", 6)]
    await driver.close()
    assert wires.closed == 1


async def test_a_register_is_read_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a write and a read of its own another master could move the pointer."""
    wires = Wires(lambda _address, _write, read: b"\x38\x40"[:read])
    (driver,) = chip(monkeypatch, wires, "generic.ads1115_4_20ma")
    await driver.sample()
    assert wires.asked[-1] == (0x48, b"\x00", 2)
    await driver.close()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EREMOTEIO, "timeout"),
        (errno.ENXIO, "timeout"),
        (errno.ETIMEDOUT, "bus_stuck"),
        (errno.EINVAL, "driver_error"),
    ],
)
async def test_what_the_kernel_says_is_told_apart(number: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (driver,) = chip(monkeypatch, Wires(raising(number)), "sensirion.sht4x")
    with pytest.raises(NoReading) as found:
        await driver.sample()
    assert found.value.kind == kind
    await driver.close()


async def test_an_adapter_that_was_pulled_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    (driver,) = chip(monkeypatch, Wires(raising(errno.ENODEV)), "sensirion.sht4x")
    with pytest.raises(Unreachable):
        await driver.sample()


async def test_a_chip_that_holds_the_bus_costs_one_thread_and_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i2c, "TRANSFER_S", 0.05)
    go_on = threading.Event()

    def hold(address: int, write: bytes, read: int) -> bytes:
        go_on.wait(10)
        return bytes(read)

    wires = Wires(hold)
    (driver,) = chip(monkeypatch, wires, "sensirion.sht4x")
    for _ in range(3):
        with pytest.raises(NoReading) as found:
            await driver.sample()
        assert found.value.kind == "bus_stuck"
    assert len(wires.asked) == 1
    go_on.set()
    await driver.close()


async def test_a_dead_chip_does_not_hold_up_its_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = captured("sensirion.sht4x", "reading")

    def answer(address: int, write: bytes, read: int) -> bytes:
        if address != 0x44:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return reply[:read]

    dead, well = chip(monkeypatch, Wires(answer), "rohm.bh1750", "sensirion.sht4x")
    for _ in range(5):
        with pytest.raises(NoReading, match="no chip answers at 0x23"):
            await dead.sample()
        assert len(await well.sample()) == 2
    await well.close()


async def test_a_chip_that_is_never_ready_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SCD30 that lost its supply has forgotten that it was to measure."""
    monkeypatch.setattr(words, "READY_WITHIN", 0.0)
    not_ready = bytes.fromhex("000081")
    wires = Wires(lambda _address, _write, read: not_ready[:read])
    (driver,) = chip(monkeypatch, wires, "sensirion.scd30")
    start = (0x61, bytes.fromhex("0010000081"), 0)
    for _ in range(words.RESTART_AFTER + 1):
        with pytest.raises(DriverError) as found:
            await driver.sample()
        assert found.value.kind == "not_ready"
    assert wires.asked.count(start) == 2
    await driver.close()


async def test_two_chips_cannot_have_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DriverError, match="both have address 68"):
        chip(monkeypatch, Wires(raising(0)), "sensirion.sht4x", "sensirion.sht4x")


async def test_a_bus_that_is_not_there_says_how_to_switch_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.0)
    given = {"name": "c", "profile": "sensirion.sht4x", "connection": {"i2c": "/dev/i2c-77"}}
    (driver,) = build_drivers([InstrumentSettings.model_validate(given)], boot_clock_us)
    with pytest.raises(Unreachable, match="dtparam=i2c_arm=on"):
        await driver.sample()
    await asyncio.sleep(0)


def test_the_clock_of_a_bus_is_read_from_its_device_tree(tmp_path: Path) -> None:
    node = tmp_path / "i2c-1" / "device" / "of_node"
    node.mkdir(parents=True)
    (node / "clock-frequency").write_bytes((100_000).to_bytes(4, "big"))
    assert clock_khz("/dev/i2c-1", tmp_path) == 100
    assert clock_khz("/dev/i2c-2", tmp_path) is None


def test_a_chip_that_stretches_the_clock_is_named_when_the_bus_is_too_fast(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(words, "clock_khz", lambda _path: 100)
    chip(monkeypatch, Wires(raising(0)), "sensirion.scd30")
    assert "i2c_arm_baudrate=50000" in capsys.readouterr().out
