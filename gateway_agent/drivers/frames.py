"""The driver for binary frames: asked one by one, or sent by the instrument itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware_profiles.decoding.decode import read_exchange
from firmware_profiles.decoding.frames import scan
from firmware_profiles.decoding.results import DecodeError
from gateway_agent.drivers.base import Identity, NoReading, Sample
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.transports.line import LineClosedError, pending
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Exchange, FrameInterface
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.connection import Connection
    from gateway_agent.transports.line import Line

MOST_BUFFER = 8192
"""Bytes held while looking for a frame; the longest frame of a profile has 4096."""


class FrameDriver(DriverBase):
    """One instrument on a line of its own. See Driver.

    A self-sending instrument is heard between samples too: the newest value of each channel counts, with the time its last
    byte arrived; no value is given out twice.
    """

    def __init__(self, plan: Plan, interface: FrameInterface, connection: Connection) -> None:
        super().__init__(plan, connection)
        self._asked = [e for e in interface.exchanges.values() if e.poll and e.request_bytes]
        self._heard = [e for e in interface.exchanges.values() if e.poll and not e.request_bytes]
        self._interface = interface
        self._buffer = bytearray()
        self._newest: dict[str, Sample] = {}
        self._heard_at: dict[str, float] = {}
        self._error: DecodeError | None = None

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        async with self.connection.lock:
            line = await self._opened()
            try:
                for exchange in self._asked:
                    await self._ask(line, exchange)
                if self._heard:
                    await self._listen(line)
                if not self._newest:
                    await self.connection.unanswered()
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
        samples, self._newest = self._newest, {}
        if not samples:
            raise self._nothing()
        return [*samples.values(), *self._gone_quiet(samples)]

    async def identify(self) -> Identity:
        """See Driver. These protocols have no word for who they are; the first good frame is what can be known."""
        identity = Identity(maker=self.profile.maker, model=self.profile.model)
        self.identified(identity)
        return identity

    async def _opened(self) -> Line:
        line = await self.connection.line()
        if self._identified_generation != self.connection.generation:
            self._buffer.clear()
            self._newest.clear()
            for command in self._interface.start:
                await line.write(command)
            await self.identify()
            now = asyncio.get_running_loop().time()
            self._heard_at = dict.fromkeys(self.channels, now)
        return line

    async def _ask(self, line: Line, exchange: Exchange) -> None:
        pending(line)  # an answer that came too late is not the answer to this question
        self._buffer.clear()
        await line.write(exchange.request_bytes)
        if not await self._until_frame(line, [exchange]):
            pause_s = (self._interface.timing.slowest_reply_ms - self._interface.timing.reply_timeout_ms) / 1000
            await asyncio.sleep(max(0.0, pause_s))  # the late answer must not meet the next question
            pending(line)
            await self.connection.unanswered()
            raise self._nothing()

    async def _listen(self, line: Line) -> None:
        """Take what has come since the last sample; wait only when that was nothing."""
        waiting = line.pending_chunks()
        for chunk in waiting:
            self._take(chunk.data, chunk.taken_us, self._heard)
        if not self._newest:
            await self._until_frame(line, self._heard)

    async def _until_frame(self, line: Line, exchanges: Sequence[Exchange]) -> bool:
        try:
            async with asyncio.timeout(self._interface.timing.reply_timeout_ms / 1000):
                while True:
                    chunk = await line.read()
                    if self._take(chunk.data, chunk.taken_us, exchanges):
                        return True
        except TimeoutError:
            return False

    def _take(self, data: bytes, taken_us: int, exchanges: Sequence[Exchange]) -> bool:
        """Add bytes, decode every whole frame in the buffer. True when at least one gave a reading (or an instrument's no)."""
        self._buffer += data
        del self._buffer[:-MOST_BUFFER]
        done = False
        while True:
            found = [(scan(bytes(self._buffer), exchange.frame), exchange) for exchange in exchanges]
            self._error = next((s.error for s, _ in found if s.error is not None), self._error)
            whole = [(s, exchange) for s, exchange in found if s.frame is not None]
            if not whole:
                del self._buffer[: min(s.used for s, _ in found)]
                return done
            first, exchange = min(whole, key=lambda pair: pair[0].used)
            del self._buffer[: first.used]
            done = self._decode(exchange, first.frame or b"", taken_us) or done

    def _decode(self, exchange: Exchange, frame: bytes, taken_us: int) -> bool:
        try:
            decoded = read_exchange(self.profile, exchange, frame)
        except DecodeError as error:
            self._error = error
            return bool(exchange.request_bytes)
        now = asyncio.get_running_loop().time()
        samples = self.vigil.watch(to_samples(self.channels, decoded, taken_us), decoded.raw)
        for sample in samples:
            self._newest[sample.channel] = sample
            self._heard_at[sample.channel] = now
        self.connection.proved()
        return bool(samples)

    def _nothing(self) -> NoReading:
        error, self._error = self._error, None
        if error is not None:
            return NoReading(error.kind, str(error))
        return NoReading("timeout", f"nothing comes from {self.settings.name}: check power, plug and settings")

    def _gone_quiet(self, samples: dict[str, Sample]) -> list[Sample]:
        """Channels that have stopped while others of the instrument go on."""
        if not samples:
            return []
        now = asyncio.get_running_loop().time()
        patience_s = self._interface.timing.reply_timeout_ms / 1000 + self.period_s
        taken_us = max(sample.taken_us for sample in samples.values())
        return [
            Sample(name, None, Quality.COMMS_FAULT, taken_us)
            for name in self.channels
            if name not in samples and now - self._heard_at.get(name, now) > patience_s
        ]
