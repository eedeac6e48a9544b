"""Bytes from a client → answers of the instruments on that wire: Modbus (all forms), frames and lines, I2C chips."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from deploy.simulate.faults import spoil
from firmware_profiles.checksum import modbus_crc
from firmware_profiles.decoding import modbus
from firmware_profiles.decoding.results import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.simulate.instrument import Instrument, StreamInterface
    from firmware_profiles.decoding.modbus import Form
    from firmware_profiles.schema import ModbusInterface, WordsInterface

    Send = Callable[[bytes], None]

MOST_BUFFER = 1024
RTU_READ_REQUEST = 8


class Speaker(Protocol):
    """What is on a byte stream."""

    def received(self, buffer: bytearray, data: bytes, send: Send) -> None:
        """Bytes from a client; `buffer` is that client's."""

    async def send_forever(self, send: Send) -> None:
        """Send what comes unasked."""


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
        """See Speaker."""
        buffer += data
        del buffer[:-MOST_BUFFER]
        while (frame := self._take_request(buffer)) is not None:
            self._answer(frame, send)

    async def send_forever(self, send: Send) -> None:
        """See Speaker. Slaves speak when they are asked."""

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


class StreamSpeaker:
    """One instrument with binary frames or lines of text on a stream of its own."""

    def __init__(self, instrument: Instrument, interface: StreamInterface) -> None:
        self._instrument = instrument
        self._interface = interface

    def received(self, buffer: bytearray, data: bytes, send: Send) -> None:
        """See Speaker. A request is answered as soon as it is whole."""
        buffer += data
        del buffer[:-MOST_BUFFER]
        for exchange in self._interface.exchanges.values():
            request = exchange.request_bytes
            if request and bytes(buffer).endswith(request):
                buffer.clear()
                pieces = spoil(self._instrument.answer_bytes(exchange), self._instrument.take_fault())
                _send_later(pieces, self._instrument.settings.think_ms / 1000, send)

    async def send_forever(self, send: Send) -> None:
        """See Speaker. A self-sending instrument sends all its messages once per period of its profile."""
        while True:
            messages = self._instrument.sends_itself(self._interface)
            if not messages:
                return
            fault = self._instrument.take_fault()
            if fault is None:  # as one: what an instrument sends in one breath arrives together
                messages = [b"".join(messages)]
            after_s = 0.0
            for message in messages:
                pieces = spoil(message, fault and replace(fault))
                _send_later(pieces, after_s, send)
                after_s += max((delay_s for delay_s, _ in pieces), default=0.0)
            await asyncio.sleep(self._instrument.profile.sampling.period_s)


class ChipSpeaker:
    """The chips of one I2C bus: each remembers what it was last told, and is read afterwards."""

    def __init__(self) -> None:
        self._chips: dict[int, tuple[Instrument, WordsInterface]] = {}
        self._told: dict[int, bytes] = {}

    def add(self, instrument: Instrument, interface: WordsInterface) -> None:
        """Put a chip on the bus. Raises ValueError when its address is taken."""
        own = instrument.settings.address
        address = interface.links[0].address if own is None else own
        if address in self._chips:
            raise ValueError(f"{instrument.settings.name}: address {address} is taken on this bus")
        self._chips[address] = (instrument, interface)

    def transfer(self, address: int, write: bytes, read: int) -> tuple[float, int, bytes]:
        """Seconds until it is done, an errno of the kernel's (0: done), and what was read."""
        if address not in self._chips:
            return 0.0, errno.EREMOTEIO, b""
        instrument, interface = self._chips[address]
        if write:
            self._told[address] = write
        if not read:
            return 0.0, 0, b""
        fault = instrument.take_fault()
        if fault is not None and fault.kind == "silence":
            return 0.0, errno.EREMOTEIO, b""
        plain = instrument.chip_reply(interface, self._told.get(address, b""))
        delay_s, answer = (spoil(plain, fault) or [(0.0, b"")])[0]
        return delay_s, 0, answer[:read].ljust(read, b"\xff")  # nobody pulls the wire down any more


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
