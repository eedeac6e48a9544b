"""Bytes from a client → answers of the instruments on that line: Modbus (all forms), asked frames, self-sent frames."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from deploy.simulate.faults import spoil
from firmware_profiles.checksum import modbus_crc
from firmware_profiles.decoding import modbus
from firmware_profiles.decoding.results import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.simulate.instrument import Instrument
    from firmware_profiles.decoding.modbus import Form
    from firmware_profiles.schema import FrameInterface, ModbusInterface

    Send = Callable[[bytes], None]

MOST_BUFFER = 1024
RTU_READ_REQUEST = 8


class ModbusSpeaker:
    """The slaves of one line. A request for nobody here stays unanswered."""

    def __init__(self, form: Form) -> None:
        self._form: Form = form
        self._slaves: dict[int, tuple[Instrument, ModbusInterface]] = {}

    def add(self, instrument: Instrument, interface: ModbusInterface) -> None:
        """Put a slave on the line. Raises ValueError when its address is taken."""
        unit = interface.unit if instrument.settings.address is None else instrument.settings.address
        if unit in self._slaves:
            raise ValueError(f"{instrument.settings.name}: address {unit} is taken on this line")
        self._slaves[unit] = (instrument, interface)

    def received(self, buffer: bytearray, data: bytes, send: Send) -> None:
        """Bytes from a client; `buffer` is that client's."""
        buffer += data
        del buffer[:-MOST_BUFFER]
        while (frame := self._take_request(buffer)) is not None:
            self._answer(frame, send)

    def _take_request(self, buffer: bytearray) -> modbus.Request | None:
        if self._form == "tcp":
            return _take_tcp(buffer)
        if self._form == "ascii":
            return _take_ascii(buffer)
        for start in range(len(buffer) - RTU_READ_REQUEST + 1):
            frame = bytes(buffer[start : start + RTU_READ_REQUEST])
            if modbus_crc(frame[:-2]) == frame[-2:]:
                del buffer[: start + RTU_READ_REQUEST]
                return modbus.parse_request(frame, "rtu")
        return None

    def _answer(self, request: modbus.Request, send: Send) -> None:
        if request.unit not in self._slaves:
            return
        instrument, interface = self._slaves[request.unit]
        fault = instrument.take_fault()
        doubled = fault is not None and fault.kind == "doubled_data"
        pdu = instrument.answer_pdu(interface, request.pdu, doubled=doubled)
        frame = modbus.build_frame(request.unit, pdu, self._form, request.transaction or 0)
        _send_later(spoil(frame, fault), instrument.settings.think_ms / 1000, send)


class FrameSpeaker:
    """One instrument with binary frames on a line of its own."""

    def __init__(self, instrument: Instrument, interface: FrameInterface) -> None:
        self._instrument = instrument
        self._interface = interface

    def received(self, buffer: bytearray, data: bytes, send: Send) -> None:
        """Bytes from a client: a request is answered as soon as it is whole."""
        buffer += data
        del buffer[:-MOST_BUFFER]
        for exchange in self._interface.exchanges.values():
            request = exchange.request_bytes
            if request and bytes(buffer).endswith(request):
                buffer.clear()
                answer = self._instrument.answer_bytes(self._interface, request)
                if answer is not None:
                    pieces = spoil(answer, self._instrument.take_fault())
                    _send_later(pieces, self._instrument.settings.think_ms / 1000, send)

    async def send_forever(self, send: Send) -> None:
        """Play a self-sending instrument: all its frames once per period of its profile."""
        while True:
            fault = self._instrument.take_fault()
            for frame in self._instrument.sends_itself(self._interface):
                _send_later(spoil(frame, fault and replace(fault)), 0.0, send)
            await asyncio.sleep(self._instrument.profile.sampling.period_s)


def _send_later(pieces: list[tuple[float, bytes]], think_s: float, send: Send) -> None:
    loop = asyncio.get_running_loop()
    for delay_s, piece in pieces:
        if delay_s + think_s > 0:
            loop.call_later(delay_s + think_s, send, piece)
        else:
            send(piece)


def _take_tcp(buffer: bytearray) -> modbus.Request | None:
    while len(buffer) >= 8:
        end = 6 + int.from_bytes(buffer[4:6], "big")
        if len(buffer) < end:
            return None
        frame = bytes(buffer[:end])
        del buffer[:end]
        try:
            return modbus.parse_request(frame, "tcp")
        except DecodeError:
            continue
    return None


def _take_ascii(buffer: bytearray) -> modbus.Request | None:
    while (end := buffer.find(b"\r\n")) >= 0:
        frame = bytes(buffer[: end + 2])
        del buffer[: end + 2]
        try:
            return modbus.parse_request(frame, "ascii")
        except DecodeError:
            continue
    return None
