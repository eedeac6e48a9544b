"""The simulator speaks real Modbus: pymodbus and minimalmodbus read from it what it was made to say."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import minimalmodbus
import pytest
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from deploy.simulate.kit import Kit
from deploy.simulate.settings import SimulatedKit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

INSTRUMENTS: list[dict[str, Any]] = [
    {
        "name": "th",
        "profile": "generic.rs485_th",
        "place": {"serial": "bus"},
        "sources": {
            "temperature": {"kind": "constant", "value": "-12.5"},
            "humidity": {"kind": "constant", "value": 61},
        },
    },
    {
        "name": "co",
        "profile": "honeywell.midas",
        "variant": "co",
        "place": {},
        "sources": {"gas_concentration": {"kind": "constant", "value": "42.5"}},
    },
]


@pytest.fixture
async def kit(tmp_path: Path) -> AsyncIterator[Kit]:
    made = Kit(SimulatedKit.model_validate({"ports": "ports", "instruments": INSTRUMENTS}), tmp_path)
    await made.open()
    yield made
    await made.close()


async def test_pymodbus_reads_it_over_tcp(kit: Kit) -> None:
    place = kit.places["co"]
    client = AsyncModbusTcpClient(str(place["host"]), port=int(place["port"]))
    assert await client.connect()
    answer = await client.read_holding_registers(2, count=2, device_id=1)
    assert client.convert_from_registers(answer.registers, client.DATATYPE.FLOAT32) == 42.5
    refused = await client.read_holding_registers(5000, count=1, device_id=1)
    assert refused.isError()
    client.close()


async def test_pymodbus_reads_it_over_rtu(kit: Kit) -> None:
    client = AsyncModbusSerialClient(str(kit.places["th"]["serial"]), baudrate=9600)
    assert await client.connect()
    answer = await client.read_holding_registers(0, count=2, device_id=1)
    assert answer.registers == [0x10000 - 125, 610]
    client.close()


async def test_minimalmodbus_reads_it_over_rtu(kit: Kit) -> None:
    def read() -> tuple[float, float]:
        meter = minimalmodbus.Instrument(str(kit.places["th"]["serial"]), 1)
        try:
            return meter.read_register(0, 1, signed=True), meter.read_register(1, 1)
        finally:
            meter.serial.close()

    assert await asyncio.to_thread(read) == (-12.5, 61.0)
