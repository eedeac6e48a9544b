"""The owner of a Modbus line, and the cure for the late reply.

Modbus RTU has no transaction number: an answer that comes after its time-out, while the next request waits, is taken for
that request's answer, and from then on every value stands one register too far, for ever. Both usual libraries fall for it.
So here:

- after a time-out the line is silent, and read empty, until the slowest instrument on it cannot answer any more;
- an answer counts only when slave, function and byte count agree, noise around it passed over;
- a whole frame that nobody asked for shows that an answer was later than the profile believed: silence, and a longer one
  from then on.

Over TCP the transaction number does all this; there late answers are only passed over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware_profiles.decoding import modbus
from firmware_profiles.decoding.results import DecodeError
from gateway_agent.drivers.base import NoReading
from gateway_agent.transports.line import LineClosedError, pending, quiet_until

if TYPE_CHECKING:
    from firmware_profiles.decoding.modbus import Form, Reply, Request
    from firmware_profiles.schema.modbus import Timing
    from gateway_agent.drivers.connection import Connection
    from gateway_agent.transports.line import Line

MOST_BUFFER = 1024
"""Bytes looked through for an answer: some frames and much noise; more is a line that babbles."""
LONGEST_SILENCE_S = 10.0


class ModbusBus:
    """Requests and answers on one line, one at a time, for all instruments on it."""

    def __init__(self, connection: Connection[Line], form: Form) -> None:
        self.connection = connection
        self._form: Form = form
        self._transaction = 0
        self._silent_until = 0.0
        self._slowest_s = 0.0
        self._owed = False

    async def ask(self, unit: int, pdu: bytes, timing: Timing) -> tuple[Reply, int]:
        """The answer to a request, and when it was complete (µs since boot).

        Raises NoReading (with the kind of what came instead), Unreachable.
        """
        async with self.connection.lock:
            line = await self.connection.line()
            self._slowest_s = max(self._slowest_s, timing.slowest_reply_ms / 1000)
            try:
                await self._silence(line)
                return await self._exchange(line, unit, pdu, timing)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error

    async def _silence(self, line: Line) -> None:
        """Wait out what an earlier request may still bring; then the line is empty."""
        was_owed, self._owed = self._owed, False
        strays = await quiet_until(line, self._silent_until) + pending(line)
        if self._form != "tcp" and not was_owed and _holds_a_frame(strays, self._form):
            self._slowest_s = min(self._slowest_s * 2, LONGEST_SILENCE_S)
            await quiet_until(line, asyncio.get_running_loop().time() + self._slowest_s)

    async def _exchange(self, line: Line, unit: int, pdu: bytes, timing: Timing) -> tuple[Reply, int]:
        loop = asyncio.get_running_loop()
        self._transaction = self._transaction % 0xFFFF + 1
        request = modbus.Request(unit, pdu, self._transaction if self._form == "tcp" else None)
        sent_at = loop.time()
        if self._form != "tcp":  # until the answer is here; this holds too when we are cancelled
            self._silent_until, self._owed = sent_at + self._slowest_s, True
        await line.write(modbus.build_request(request, self._form))
        buffer = bytearray()
        try:
            async with asyncio.timeout_at(sent_at + timing.reply_timeout_ms / 1000):
                while True:
                    chunk = await line.read()
                    buffer += chunk.data
                    del buffer[:-MOST_BUFFER]
                    reply = modbus.match_reply(bytes(buffer), self._form, request)
                    if reply is not None:
                        break
        except TimeoutError:
            await self.connection.unanswered()
            raise _unanswered(bytes(buffer), self._form, request) from None
        self._silent_until, self._owed = loop.time() + timing.pause_ms / 1000, False
        self.connection.proved()
        try:
            return modbus.agreed(reply, request), chunk.taken_us
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error


def _unanswered(buffer: bytes, form: Form, request: Request) -> NoReading:
    """What to say when the time is up: nothing came, or what came instead."""
    if not buffer:
        return NoReading("timeout", f"no answer from address {request.unit}: check power, wiring and address")
    try:
        modbus.parse_reply(buffer, form, request)
    except DecodeError as error:
        return NoReading(error.kind, str(error))
    return NoReading("timeout", "the answer came too late")


def _holds_a_frame(data: bytes, form: Form) -> bool:
    try:
        modbus.parse_reply(data, form, None)
    except DecodeError as error:
        return error.kind.startswith("modbus_exception")
    return True
