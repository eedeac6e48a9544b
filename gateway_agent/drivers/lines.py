"""The driver for text: lines and answers to commands, on a serial line, over TCP, or in a file of the kernel's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from firmware_profiles.decoding.lines import MOST, take_line
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema import LineExchange, LinesInterface
from firmware_profiles.schema.lines import FileLink
from firmware_profiles.schema.links import SerialSettings, TcpLink
from gateway_agent.drivers.common import check_identity
from gateway_agent.drivers.places import stream_name
from gateway_agent.drivers.stream import Found, Nothing, StreamDriver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Interface
    from firmware_profiles.schema.lines import LineIdentity
    from gateway_agent.drivers.base import Driver, Identity
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from gateway_agent.transports.line import Line
    from telemetry.strict import StrictModel

_BEGINS = r"(?:(?<![0-9A-Za-z+\-. ])|(?![0-9A-Za-z+\-. ]))"
"""Nothing that could be the first half of the same line may stand before it: 3.4 is not the reading in 23.4. A line that begins
with a sign of its own ($, #, STX) needs no such care."""
_MISSED = "0"
"""Stands for the bytes that were missed when a stream is heard from the middle of a line on."""


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> Driver:
    """See protocols.Build."""
    if not isinstance(interface, LinesInterface):
        raise TypeError(f"{interface.protocol} has no lines")
    if isinstance(link, FileLink):
        from gateway_agent.drivers import files

        return files.build_lines(plan, interface, link, places)
    if not isinstance(link, SerialSettings | TcpLink):
        raise TypeError(f"{link!r} is no stream")
    stream, start = link, [command.encode("latin-1") for command in interface.start]
    where = stream_name(plan.settings, stream)
    connection = places.alone(plan.settings, where, lambda: places.stream(plan.settings, stream))
    start = [command.encode("latin-1") for command in interface.start]
    driver = LineDriver(plan, list(interface.exchanges.values()), interface.timing, start, connection)
    driver.identity_spec = interface.identity
    driver.identity_exchanges = (
        [interface.exchanges[name] for name in interface.identity.exchanges] if interface.identity else []
    )
    return driver


class LineDriver(StreamDriver[LineExchange]):
    """See StreamDriver. An answer counts from where a line begins to where its pattern ends."""

    identity_spec: LineIdentity | None = None
    identity_exchanges: Sequence[LineExchange] = ()
    _torn = True

    async def who(self, line: Line) -> Identity:
        """See StreamDriver. Asked where the profile knows how."""
        if self.identity_spec is None:
            return await super().who(line)
        raw = await self.answers_to(line, self.identity_exchanges)
        return check_identity(self.profile, self.identity_spec, raw, self.settings.serial_number)

    def dropped(self) -> None:
        """See StreamDriver."""
        self._torn = True

    def find(self, buffer: bytes, exchanges: Sequence[LineExchange]) -> Found[LineExchange] | Nothing:
        """See StreamDriver."""
        if exchanges[0].request_bytes:
            return self._answer(buffer, exchanges[0])
        return self._line(buffer, exchanges)

    def incomplete(self, buffer: bytes, exchange: LineExchange) -> DecodeError | None:
        """See StreamDriver."""
        if not buffer:
            return None
        try:
            take_line(exchange, buffer, exchange.request_bytes)
        except DecodeError as error:
            return error
        return None

    def _answer(self, buffer: bytes, exchange: LineExchange) -> Found[LineExchange] | Nothing:
        """The answer to a question, or what the profile knows to come instead of one. Part of an answer is waited out."""
        error: DecodeError | None = None
        for candidate in (exchange, *(other for other in self.others if other not in self.identity_exchanges)):
            match = _pattern(candidate.pattern).search(buffer.decode("latin-1"))
            if match is None:
                continue
            try:
                raw = take_line(candidate, match.group().encode("latin-1"), exchange.request_bytes)
            except DecodeError as failed:
                error = error or failed
                continue
            return self._judged(candidate, raw, exchange, match.end())
        return Nothing(0, error)

    def _line(self, buffer: bytes, exchanges: Sequence[LineExchange]) -> Found[LineExchange] | Nothing:
        """The first line that the instrument sent by itself."""
        missed = len(_MISSED) if self._torn else 0
        text = _MISSED[:missed] + buffer.decode("latin-1")
        matches = [(m, e) for e in exchanges if (m := _pattern(e.pattern).search(text, missed)) is not None]
        if not matches:
            whole = b"\n" in buffer
            text = f"{buffer[:80]!r} is no line of this instrument"
            return Nothing(max(0, len(buffer) - MOST), DecodeError("malformed", text) if whole else None)
        match, exchange = min(matches, key=lambda pair: pair[0].start())
        self._torn = False
        try:
            raw = take_line(exchange, match.group().encode("latin-1"))
        except DecodeError as error:
            return Found(match.end() - missed, exchange, None, error)
        return self._judged(exchange, raw, exchange, match.end() - missed)

    def _judged(
        self, found: LineExchange, raw: Mapping[str, Raw], asked: LineExchange, used: int
    ) -> Found[LineExchange]:
        try:
            return Found(used, asked, to_readings(self.profile, found.fields, raw), None)
        except DecodeError as said:
            return Found(used, asked, None, said)


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEGINS}(?:{pattern})")
