"""When work is sealed and what follows from it: the loop between collector and recorder, and room in the spool.

Everything that touches the spool runs on the spool's thread, one call at a time; this side only waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from gateway_agent.finishing import finish
from gateway_agent.spool.errors import SpoolUnavailable
from gateway_agent.spool.room import make_room, merge_waiting
from gateway_agent.spool.rows import Acknowledged
from gateway_agent.spool.trim import spooled_bytes
from telemetry.errors import SealError
from telemetry.events import Lost, Note, Tamper

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway_agent.accounts import Accounts
    from gateway_agent.collector import Collector, Cut
    from gateway_agent.recorder import Recorder
    from gateway_agent.settings import GatewaySettings
    from gateway_agent.spool.room import Room
    from gateway_agent.spool.spool import Spool

log = structlog.get_logger()

RETRY_S = 1.0
TRIM_S = 10.0
DAY_US = 86_400_000_000


class OnSpool(Protocol):
    """Runs a call on the spool's thread."""

    def __call__(self, call: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:  # noqa: ANN401
        """The result of the call."""


class Sealing:
    """Seals what the collector cuts; keeps the spool within its bound."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        collector: Collector,
        accounts: Accounts,
        spool: Spool,
        recorder: Recorder,
        on_spool: OnSpool,
    ) -> None:
        self.recorder = recorder
        self.spool_bytes = 0
        self.spool_fails = ""
        self.offline: Callable[[], bool] = lambda: False
        """Whether nothing can be sent now: entries that wait are then merged as they gather."""
        self.held = False
        """A hold of the server's: nothing is removed for its age."""
        self._hold_broken = False
        self.acknowledged: dict[int, Acknowledged] = {}
        """What the server has, by epoch, newer than what the spool says; written with the next entry."""
        self.on_sealed: Callable[[int, int], None] = lambda _epoch, _tip: None
        self.on_notices: Callable[[], None] = lambda: None
        self.on_trimmed: Callable[[int, int], None] = lambda _epoch, _oldest: None
        self._settings = settings
        self._collector = collector
        self._accounts = accounts
        self._spool = spool
        self._on_spool = on_spool
        self._flushing = asyncio.Lock()
        self._sealed_at_us = 0

    async def start(self) -> None:
        """Count what the spool holds, and seal what waits since `Collector.start`."""
        self.spool_bytes = await self._on_spool(spooled_bytes, self._spool)
        self.acknowledged = {row.epoch: row.acknowledged for row in await self._on_spool(self._spool.epochs)}
        await self.flush()

    async def run(self) -> None:
        """Seal every interval, at once when something is due, once a minute when idle. For ever."""
        while True:
            try:
                async with asyncio.timeout(self._settings.seal.interval_s):
                    await self._collector.due.wait()
            except TimeoutError:
                pass
            self._collector.due.clear()
            idle_us = self._collector.lived_us() - self._sealed_at_us
            self._collector.cut(heartbeat=idle_us >= self._settings.seal.idle_s * 1e6)
            if not await self.flush():
                await asyncio.sleep(RETRY_S)

    async def flush(self) -> bool:
        """Record all that waits. False when the disk took it not; it waits on, within bounds."""
        async with self._flushing:
            while self._collector.waiting:
                cut = self._collector.waiting[0]
                try:
                    await finish(self._record(cut))
                except SpoolUnavailable as error:
                    self._failed(error)
                    return False
                except SealError as error:
                    self._collector.refused(cut, str(error))
        return True

    async def switch(self, make: Callable[[], Recorder]) -> None:
        """Seal under another recorder from now on (made on the spool's thread), and describe the channels there."""
        async with self._flushing:
            await finish(self._switch(make))
        self._collector.channels_changed()

    async def _switch(self, make: Callable[[], Recorder]) -> None:
        self.recorder = await self._on_spool(make)
        self.acknowledged.setdefault(self.recorder.epoch, Acknowledged())

    async def seal_lost(self, first: int, last: int, cause: str) -> int | None:
        """Seal a `lost` event; the seq of the entry that carries it, None when the disk took it not."""
        self._collector.cut()
        self._collector.happened(Lost(first_seq=first, last_seq=last, cause=cause))
        self._collector.cut()
        carrier = self._collector.waiting[-1]
        return carrier.seq if await self.flush() else None

    def fork_event(self, epoch: int) -> None:
        """Say in the record that the server holds another chain under our name."""
        self._collector.happened(Tamper(what=f"fork: the server holds other entries of epoch {epoch}"))

    async def trim_forever(self) -> None:
        """Look after the bound of the spool."""
        while True:
            await asyncio.sleep(TRIM_S)
            await finish(self.trim())

    async def trim(self) -> None:
        """One look: remove what is old, or what must go; declare what is lost so."""
        lived_us = self._collector.lived_us()
        older_us = -1 if self.held else lived_us - round(self._settings.spool.keep_days * DAY_US)
        excess = self.spool_bytes - self._settings.spool.max_mib * (1 << 20)
        try:
            room: Room = await self._on_spool(self._trim, older_us, excess)
            merged = await self._merge_waiting()
        except SpoolUnavailable as error:
            self._failed(error)
            return
        self.spool_bytes -= room.freed + merged
        if room.thinned is not None:
            self._accounts.trimmed_lost += room.thinned_readings
            log.error("entries_thinned", first=room.thinned.first_seq, last=room.thinned.last_seq, cause="spool full")
            self._collector.happened(room.thinned)
        if self.held and room.removed and not self._hold_broken:
            self._collector.happened(Note(mark="hold broken: the spool is full, the oldest entries go"))
        self._hold_broken = self.held and (self._hold_broken or bool(room.removed))
        for trimmed, freed in room.removed:
            self.spool_bytes -= freed
            self.on_trimmed(trimmed.epoch, trimmed.last + 1)
            if trimmed.first_lost is not None and trimmed.last_lost is not None:
                self._accounts.trimmed_lost += trimmed.lost_readings
                log.error("entries_lost", first=trimmed.first_lost, last=trimmed.last_lost, cause="spool full")
                self._collector.happened(
                    Lost(first_seq=trimmed.first_lost, last_seq=trimmed.last_lost, cause="spool full")
                )

    async def _merge_waiting(self) -> int:
        """While nothing can be sent."""
        if not self.offline():
            return 0
        return int(await self._on_spool(merge_waiting, self._spool, dict(self.acknowledged)))

    def _trim(self, older_us: int, excess: int) -> Room:
        return make_room(self._spool, acknowledged=self.acknowledged, older_than_lived_us=older_us, excess_bytes=excess)

    async def _record(self, cut: Cut) -> None:
        recorder, before = self.recorder, self.recorder.bytes_recorded
        acknowledged = dict(self.acknowledged)
        work = replace(cut.work, counters=self._collector.counters_for(cut), acknowledged=acknowledged)
        if not recorder.described and not work.descriptors:  # cut for the epoch before this one
            work = self._collector.described(work)
        cut.seq = await self._on_spool(recorder.record, work)
        self._sealed_at_us = cut.work.lived_us
        self.spool_bytes += recorder.bytes_recorded - before
        self.spool_fails = ""
        self._collector.done(cut)
        if cut.work.alarms:
            self.on_notices()
        self.on_sealed(recorder.epoch, recorder.tip)

    def _failed(self, error: SpoolUnavailable) -> None:
        if not self.spool_fails:
            log.error("spool_unavailable", error=str(error))
        self.spool_fails = str(error)
        self._collector.give_up_oldest()
