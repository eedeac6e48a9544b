"""What the uplink needs of the gateway, answered from spool and sealing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from gateway_agent.uplink.packing import READ_BYTES, Packed, Packer
from gateway_agent.uplink.protocol import Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway_agent.accounts import Accounts
    from gateway_agent.collector import Collector
    from gateway_agent.sealing import OnSpool, Sealing
    from gateway_agent.spool.rows import Acknowledged, AlarmNoticeRow
    from gateway_agent.spool.spool import Spool
    from gateway_agent.uplink.protocol import Gone

log = structlog.get_logger()


class SpoolHost:
    """Answers the uplink; the spool's part on the spool's thread."""

    def __init__(
        self,
        *,
        spool: Spool,
        sealing: Sealing,
        collector: Collector,
        accounts: Accounts,
        on_spool: OnSpool,
        status: Callable[[], bytes],
        on_fork: Callable[[int], Awaitable[None]],
    ) -> None:
        self.status = status
        self.on_desired: Callable[[bytes], None] = lambda _wire: None
        self.notices_wait = True
        """Whether the spool may hold notices: looked for only then."""
        self._spool = spool
        self._packer = Packer()
        self._sealing = sealing
        self._collector = collector
        self._accounts = accounts
        self._on_spool = on_spool
        self._on_fork = on_fork

    async def pack(self, epoch: int, first: int, *, single: bool) -> Packed | None:
        """The message of entries from `first` on, or of `first` alone; None when it is no longer spooled."""
        packed: Packed | None = await self._on_spool(self._pack, epoch, first, 1 if single else self._packer.wanted)
        return packed

    def _pack(self, epoch: int, first: int, max_entries: int) -> Packed | None:
        entries = self._spool.read(epoch, first, READ_BYTES, max_entries)
        return self._packer.pack(entries) if entries and entries[0].first <= first <= entries[0].seq else None

    async def own_digest(self, epoch: int, seq: int) -> bytes | None:
        """Our digest of an entry, the genesis for -1; None when it is no longer spooled."""
        digest: bytes | None = await self._on_spool(self._spool.digest, epoch, seq)
        return digest

    async def notices(self, after: int, limit: int) -> list[AlarmNoticeRow]:
        """Alarm notices that the broker has not taken."""
        if not self.notices_wait:
            return []
        found: list[AlarmNoticeRow] = await self._on_spool(self._spool.notices, after, limit)
        self.notices_wait = len(found) == limit
        return found

    def connected(self) -> None:
        """A new connection: what the last one left untaken is sent again."""
        self.notices_wait = True

    async def notice_taken(self, number: int) -> None:
        """The broker has this notice."""
        await self._on_spool(self._spool.notice_taken, number)

    async def heard(self, epoch: int, verdict: Verdict, acknowledged: Acknowledged, beacon: bytes) -> None:
        """A verified `committed` and what it means."""
        if verdict is Verdict.FORK:
            await self._on_fork(epoch)
            return
        if verdict is Verdict.STALE:
            return
        before = self._sealing.acknowledged[epoch].seq
        self._sealing.acknowledged[epoch] = acknowledged
        self._collector.beacon = beacon
        if acknowledged.seq != before:
            low, high = sorted((before, acknowledged.seq))
            moved: int = await self._on_spool(self._spool.readings_between, epoch, low, high)
            self._accounts.committed += moved if acknowledged.seq > before else -moved

    def desired(self, wire: bytes) -> None:
        """A message on the topic of wanted configurations."""
        self.on_desired(wire)

    async def declare_lost(self, epoch: int, gone: Gone) -> int | None:
        """Seal the `lost` event for these seqs; None when this epoch seals nothing any more, or the disk took it not."""
        if epoch != self._sealing.recorder.epoch:
            return None
        log.error("entries_gone", epoch=epoch, first=gone.first, last=gone.last)
        return await self._sealing.seal_lost(gone.first, gone.last, "no longer spooled when asked for")
