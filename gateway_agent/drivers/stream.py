"""What drivers of byte streams do alike: ask one by one or listen, keep the newest, never give a value out twice.

A late answer must not meet the next question: these protocols have no transaction number either. After a question that
stayed without an answer the line is read away, before the next one, until the instrument cannot answer any more.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from gateway_agent.drivers.base import Identity, NoReading, Sample
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.transports.line import LineClosedError, pending, quiet_until
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firmware_profiles.decoding.results import Decoded, Raw
    from firmware_profiles.schema.modbus import Timing
    from firmware_profiles.schema.values import FieldBase
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.connection import Connection
    from gateway_agent.transports.line import Line

MOST_BUFFER = 8192
"""Bytes held while looking for an answer; the longest frame of a profile has 4096, the longest text as many."""


class Exchange(Protocol):
    """What frames and lines have in common: a question, or none where the instrument speaks by itself."""

    @property
    def request_bytes(self) -> bytes:
        """What to send."""

    @property
    def poll(self) -> bool:
        """False for what is asked only at opening."""

    @property
    def fields(self) -> Mapping[str, FieldBase]:
        """What is in the answer."""


E = TypeVar("E", bound=Exchange)


@dataclass(frozen=True, slots=True)
class Found(Generic[E]):
    """A whole message in the buffer. `decoded` None: it is one, but says no; `error` is what it says."""

    used: int
    exchange: E
    decoded: Decoded | None
    error: DecodeError | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """No whole message yet. `used` bytes may be dropped; `error`: what the last thing that was none lacked."""

    used: int
    error: DecodeError | None


class StreamDriver(DriverBase, Generic[E]):
    """One instrument on a stream of its own. See Driver.

    A self-sending instrument is heard between samples too: the newest value of each channel counts, with the time its last
    byte arrived.
    """

    def __init__(
        self, plan: Plan, exchanges: Sequence[E], timing: Timing, start: Sequence[bytes], connection: Connection[Line]
    ) -> None:
        super().__init__(plan, connection)
        self._line_of = connection
        self._asked = [e for e in exchanges if e.poll and e.request_bytes]
        self._heard = [e for e in exchanges if e.poll and not e.request_bytes]
        self.others = [e for e in exchanges if not e.poll]
        self._timing = timing
        self._start = start
        self._buffer = bytearray()
        self._newest: dict[str, Sample] = {}
        self._heard_at: dict[str, float] = {}
        self._answers: list[tuple[E, Mapping[str, Raw], int]] = []
        self._error: DecodeError | None = None
        self._silent_until = 0.0

    @abstractmethod
    def find(self, buffer: bytes, exchanges: Sequence[E]) -> Found[E] | Nothing:
        """The first whole message in the buffer that is one of these."""

    def dropped(self) -> None:
        """Bytes before the buffer's first are missing: it may begin in the middle of a message."""

    def incomplete(self, buffer: bytes, exchange: E) -> DecodeError | None:
        """Why what has come by the end of the time is no answer; None: nothing to say but that the time is up."""
        return None if not buffer else DecodeError("truncated", f"{len(buffer)} bytes of {exchange} arrived")

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        async with self.connection.lock:
            line = await self._line_of.line()
            try:
                await self._opened(line)
                self._answers.clear()
                for exchange in self._asked:
                    await self._ask(line, exchange)
                self._judge_answers()
                if self._heard:
                    await self._listen(line)
                if not self._newest:
                    await self.connection.unanswered()
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
        samples, self._newest = self._newest, {}
        if not samples:
            raise self._nothing()
        self._error = None
        return [*samples.values(), *self._gone_quiet(samples)]

    async def identify(self) -> Identity:
        """See Driver."""
        async with self.connection.lock:
            line = await self._line_of.line()
            try:
                identity = await self.who(line)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
        self.identified(identity)
        return identity

    async def who(self, line: Line) -> Identity:  # noqa: ARG002  (for protocols that can ask)
        """Who answers. Where the protocol has no word for it, the first good answer is all that can be known."""
        return Identity(maker=self.profile.maker, model=self.profile.model)

    async def answers_to(self, line: Line, exchanges: Sequence[E]) -> dict[str, Raw]:
        """Ask these, and give the raw values of all answers. Raises NoReading, LineClosedError."""
        self._answers.clear()
        for exchange in exchanges:
            await self._ask(line, exchange)
        return {name: value for _, raw, _ in self._answers for name, value in raw.items()}

    async def _opened(self, line: Line) -> None:
        if self.is_identified:
            return
        self._buffer.clear()
        self.dropped()
        self._newest.clear()
        for command in self._start:
            await self._send(line, command)
            self._pause()
        self.identified(await self.who(line))
        self._heard_at = dict.fromkeys(self.channels, asyncio.get_running_loop().time())

    async def _send(self, line: Line, request: bytes) -> None:
        """Send, not before the instrument may be asked again; what came before is not the answer."""
        await quiet_until(line, self._silent_until)
        pending(line)
        self._buffer.clear()
        sent_at = asyncio.get_running_loop().time()
        self._silent_until = sent_at + self._timing.slowest_reply_ms / 1000  # holds too when we are cancelled
        await line.write(request)

    def _pause(self) -> None:
        """Nothing is owed any more; the instrument wants this much silence before the next question."""
        self._silent_until = asyncio.get_running_loop().time() + self._timing.pause_ms / 1000

    async def _ask(self, line: Line, exchange: E) -> None:
        await self._send(line, exchange.request_bytes)
        if await self._until_found(line, [exchange]):
            self._pause()
            return
        self._error = self._error or self.incomplete(bytes(self._buffer), exchange)
        await self.connection.unanswered()
        raise self._nothing()

    async def _listen(self, line: Line) -> None:
        """Take what has come since the last sample; wait only when that was nothing."""
        for chunk in line.pending_chunks():
            self._take(chunk.data, chunk.taken_us, self._heard)
        if not self._newest:
            await self._until_found(line, self._heard)

    async def _until_found(self, line: Line, exchanges: Sequence[E]) -> bool:
        try:
            async with asyncio.timeout(self._timing.reply_timeout_ms / 1000):
                while True:
                    chunk = await line.read()
                    if self._take(chunk.data, chunk.taken_us, exchanges):
                        return True
        except TimeoutError:
            return False

    def _take(self, data: bytes, taken_us: int, exchanges: Sequence[E]) -> bool:
        """Add bytes, take every whole message in the buffer. True when one gave a reading (or was the instrument's no)."""
        self._buffer += data
        if len(self._buffer) > MOST_BUFFER:
            del self._buffer[:-MOST_BUFFER]
            self.dropped()
        done = False
        while True:
            found = self.find(bytes(self._buffer), exchanges)
            del self._buffer[: found.used]
            if isinstance(found, Nothing):
                self._error = found.error or self._error
                return done
            done = self._keep(found, taken_us) or done

    def _keep(self, found: Found[E], taken_us: int) -> bool:
        if found.decoded is None:
            self._error = found.error
            return bool(found.exchange.request_bytes)
        self.connection.proved()
        if found.exchange.request_bytes:
            self._answers.append((found.exchange, found.decoded.raw, taken_us))
            return True
        return self._take_over(found.decoded, taken_us)

    def _judge_answers(self) -> None:
        """The answers of one sample are judged together: one tells of a fault in what another one measured."""
        together = {name: value for _, raw, _ in self._answers for name, value in raw.items()}
        for exchange, own, taken_us in self._answers:
            try:
                self._take_over(to_readings(self.profile, exchange.fields, {**together, **own}), taken_us)
            except DecodeError as error:
                raise NoReading(error.kind, str(error)) from error

    def _take_over(self, decoded: Decoded, taken_us: int) -> bool:
        now = asyncio.get_running_loop().time()
        samples = self.vigil.watch(to_samples(self.channels, decoded, taken_us), decoded.raw)
        for sample in samples:
            self._newest[sample.channel] = sample
            self._heard_at[sample.channel] = now
        return bool(samples)

    def _nothing(self) -> NoReading:
        error, self._error = self._error, None
        if error is not None:
            return NoReading(error.kind, str(error))
        return NoReading("timeout", f"nothing comes from {self.settings.name}: check power, plug and settings")

    def _gone_quiet(self, samples: dict[str, Sample]) -> list[Sample]:
        """Channels that have stopped while others of the instrument go on."""
        now = asyncio.get_running_loop().time()
        patience_s = self._timing.reply_timeout_ms / 1000 + self.period_s
        taken_us = max(sample.taken_us for sample in samples.values())
        return [
            Sample(name, None, Quality.COMMS_FAULT, taken_us)
            for name in self.channels
            if name not in samples and now - self._heard_at.get(name, now) > patience_s
        ]
