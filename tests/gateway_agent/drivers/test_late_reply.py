"""The worst fault of the field: values under the wrong name. A late RTU reply must never be taken for the next one."""

from __future__ import annotations

import asyncio
import os
import tty
from typing import TYPE_CHECKING

import pytest

from firmware_profiles.decoding.modbus import build_frame, parse_request, read_pdu
from firmware_profiles.schema.links import SerialSettings
from firmware_profiles.schema.modbus import Timing
from gateway_agent.drivers.base import NoReading, boot_clock_us
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.modbus_bus import ModbusBus
from gateway_agent.transports.serial_line import open_serial

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from gateway_agent.transports.line import Line

TIMING = Timing(reply_timeout_ms=60, slowest_reply_ms=200, pause_ms=0)


class Slave:
    """Answers register reads on a pty: register n holds n. `delays_s`: of its next answers; None: it does not answer."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        self.delays_s: list[float | None] = []
        self.spoil: Callable[[bytes], bytes] = lambda frame: frame
        asyncio.get_running_loop().add_reader(self.master, self._heard)

    def _heard(self) -> None:
        request = parse_request(os.read(self.master, 256), "rtu")
        delay_s = self.delays_s.pop(0) if self.delays_s else 0.0
        data = b"".join(n.to_bytes(2, "big") for n in range(request.address, request.address + request.count))
        frame = self.spoil(build_frame(request.unit, bytes([request.function, len(data)]) + data, "rtu"))
        if delay_s is not None:
            asyncio.get_running_loop().call_later(delay_s, os.write, self.master, frame)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture
async def slave() -> AsyncIterator[Slave]:
    made = Slave()
    yield made
    made.close()


@pytest.fixture
async def bus(slave: Slave) -> AsyncIterator[ModbusBus]:
    async def opener() -> Line:
        return open_serial(slave.path, SerialSettings(), boot_clock_us)

    connection = Connection(slave.path, opener)
    yield ModbusBus(connection, "rtu")
    await connection.close()


async def read(bus: ModbusBus, address: int, count: int = 1) -> int:
    reply, _ = await bus.ask(1, read_pdu(3, address, count), TIMING)
    return int.from_bytes(reply.data[:2], "big")


async def read_all(bus: ModbusBus, addresses: range) -> list[int | str]:
    values: list[int | str] = []
    for address in addresses:
        try:
            values.append(await read(bus, address))
        except NoReading as error:
            values.append(error.kind)
    return values


async def test_a_reply_after_its_time_out_is_not_taken_for_the_next(bus: ModbusBus, slave: Slave) -> None:
    """Both usual libraries give [timeout, 100, 101, 102, ...] here: every value one register behind, for ever."""
    slave.delays_s = [0.1]
    assert await read_all(bus, range(100, 106)) == ["timeout", 101, 102, 103, 104, 105]


async def test_every_reply_late_gives_only_time_outs(bus: ModbusBus, slave: Slave) -> None:
    slave.delays_s = [0.1] * 4
    assert await read_all(bus, range(100, 105)) == ["timeout"] * 4 + [104]


async def test_a_slave_slower_than_its_profile_shifts_nothing_further(bus: ModbusBus, slave: Slave) -> None:
    """Later than even the slowest stated: one value may pass under the wrong name, never a second one."""
    slave.delays_s = [0.23]
    values = await read_all(bus, range(100, 106))
    assert values[0] == "timeout"
    assert values[2:] == [102, 103, 104, 105]


async def test_a_request_that_was_given_up_leaves_nothing_for_the_next(bus: ModbusBus, slave: Slave) -> None:
    slave.delays_s = [0.05]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await read(bus, 100)
    assert await read(bus, 101) == 101


async def test_noise_before_and_after_a_frame_is_passed_over(bus: ModbusBus, slave: Slave) -> None:
    slave.spoil = lambda frame: b"\xff\x00" + frame + b"\x00"
    assert await read_all(bus, range(7, 10)) == [7, 8, 9]


async def test_more_registers_than_asked_for_are_refused(bus: ModbusBus, slave: Slave) -> None:
    slave.spoil = lambda _: build_frame(1, bytes([3, 4, 0, 100, 0, 101]), "rtu")
    assert await read_all(bus, range(100, 101)) == ["frame_error"]


async def test_another_slaves_frame_is_dropped_and_the_right_one_awaited(bus: ModbusBus, slave: Slave) -> None:
    slave.spoil = lambda frame: build_frame(9, bytes([3, 2, 1, 1]), "rtu") + frame
    assert await read(bus, 55) == 55


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]), "crc_mismatch"),
        (lambda frame: frame[:4], "truncated"),
        (lambda _: build_frame(9, bytes([3, 2, 1, 1]), "rtu"), "unexpected_slave"),
        (lambda _: build_frame(1, bytes([0x83, 2]), "rtu"), "modbus_exception_2"),
        (lambda _: build_frame(1, bytes([0x83, 6]), "rtu"), "modbus_exception_6"),
    ],
)
async def test_what_came_instead_is_named(
    bus: ModbusBus, slave: Slave, spoil: Callable[[bytes], bytes], kind: str
) -> None:
    slave.spoil = spoil
    assert await read_all(bus, range(3, 4)) == [kind]
    slave.spoil = lambda frame: frame
    assert await read(bus, 4) == 4
