"""The uplink at work: keeps a connection, feeds the protocol of each chain with what happens, does what it wants.

Order of sending: alarm notices first and outside the window, then the status when it is due, then entries. Everything that
touches the spool runs on the spool's thread.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from typing import Protocol as Interface

import structlog

from gateway_agent.spool.errors import SpoolUnavailable
from gateway_agent.spool.rows import Acknowledged
from gateway_agent.uplink.mqtt import Connection, ConnectionFailed, Dropped, Received, Taken, Woken
from gateway_agent.uplink.protocol import Gone, Notice, Protocol, Verdict
from telemetry import topics
from telemetry.committed import beacon, open_committed
from telemetry.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.settings import UplinkSettings
    from gateway_agent.spool.rows import AlarmNoticeRow, EpochRow
    from gateway_agent.uplink.mqtt import Happening, Target
    from gateway_agent.uplink.packing import Packed
    from telemetry.cose import VerifyKey

log = structlog.get_logger()

TICK_S = 1.0
BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 30.0
"""An alarm does not wait for it: `hurry`."""

FAILING_TRIES = 5
MAX_UNTAKEN = 16
"""Entry messages that the broker has not taken: mosquitto allows 20 (max_inflight_messages), so alarms find room."""
MAX_NOTICES = 8
"""Alarm notices under way at once."""


class Host(Interface):
    """What the uplink needs of the agent. Calls that touch the spool run on its thread."""

    def status(self) -> bytes:
        """The status message as things stand now."""

    async def pack(self, epoch: int, first: int, *, single: bool) -> Packed | None:
        """The message of entries from `first` on, or of `first` alone; None when it is no longer spooled."""

    async def own_digest(self, epoch: int, seq: int) -> bytes | None:
        """Our digest of an entry, the genesis for -1; None when it is no longer spooled."""

    async def notices(self, after: int, limit: int) -> list[AlarmNoticeRow]:
        """Alarm notices that the broker has not taken."""

    def connected(self) -> None:
        """A new connection stands."""

    async def notice_taken(self, number: int) -> None:
        """The broker has this notice."""

    async def heard(self, epoch: int, verdict: Verdict, acknowledged: Acknowledged, beacon: bytes) -> None:
        """A verified `committed` and what it means."""

    def desired(self, wire: bytes) -> None:
        """A message on the topic of wanted configurations."""

    async def declare_lost(self, epoch: int, gone: Gone) -> int | None:
        """Seal the `lost` event for these seqs; the seq of its entry, None when this epoch seals nothing any more."""


@dataclass(slots=True)
class _Session:
    """What belongs to one connection."""

    connection: Connection
    tokens: dict[int, tuple[Protocol, int]] = field(default_factory=dict)
    notices: dict[int, int] = field(default_factory=dict)
    last_notice: int = 0
    status_at_s: float = 0.0


class Uplink:
    """Sends what the spool holds; `chains` are the protocols by epoch, oldest first."""

    def __init__(
        self, *, gateway: str, settings: UplinkSettings, target: Target, server_key: VerifyKey, host: Host
    ) -> None:
        self.chains: dict[int, Protocol] = {}
        self.failing = asyncio.Event()
        """Set while the last FAILING_TRIES tries all failed: the certificate may have ended."""
        self._gateway = gateway
        self._settings = settings
        self._target = target
        self._server_key = server_key
        self._host = host
        self._session: _Session | None = None
        self._hurried = asyncio.Event()
        self._topics = {leaf: topics.topic(gateway, leaf) for leaf in topics.Leaf}

    def add_chain(self, row: EpochRow, holes: Sequence[tuple[int, int]] = ()) -> None:
        """Serve a chain from where the spool says it stands; `holes` are seqs that it lacks in between."""
        self.chains[row.epoch] = Protocol(
            tip=row.tip,
            oldest=row.gone_to + 1,
            committed=row.acknowledged.seq,
            ask=row.acknowledged.ask,
            window_bytes=self._settings.window_kib * 1024,
            patience_s=self._settings.progress_s,
            patience_max_s=max(self._settings.progress_s, self._settings.progress_max_s),
        )
        self.chains[row.epoch].holes = tuple(Gone(first, last) for first, last in holes)
        if row.forked:
            self.chains[row.epoch].fork()

    def sealed(self, epoch: int, tip: int) -> None:
        """Entries up to `tip` are on disk: send them."""
        if epoch in self.chains:
            self.chains[epoch].sealed(tip)
        if self._session is not None:
            self._session.connection.happenings.put_nowait(Woken())

    def trimmed(self, epoch: int, oldest: int) -> None:
        """The spool no longer holds entries of this epoch below `oldest`."""
        if epoch in self.chains:
            self.chains[epoch].trimmed(oldest)

    async def run(self) -> None:
        """Keep connected and send, for ever. On cancellation says farewell, as well as can be."""
        backoff_s, failures = BACKOFF_FIRST_S, 0
        while True:
            connection = Connection(self._target)
            try:
                await connection.open([self._topics[topics.Leaf.COMMITTED], self._topics[topics.Leaf.DESIRED]])
                log.info("uplink_connected", broker=f"{self._target.host}:{self._target.port}")
                backoff_s, failures = BACKOFF_FIRST_S, 0
                self.failing.clear()
                await self._serve(_Session(connection))
            except (ConnectionFailed, SpoolUnavailable) as error:
                failures += 1
                if failures >= FAILING_TRIES:
                    self.failing.set()
                log.warning("uplink_failed", error=str(error), again_in_s=round(backoff_s, 1))
            finally:
                self._offline()
                await connection.close((self._topics[topics.Leaf.STATUS], self._target.will))
            await self._wait(backoff_s * random.uniform(0.5, 1.0))  # noqa: S311  (spreads a fleet's reconnects)
            backoff_s = min(2 * backoff_s, BACKOFF_MAX_S)

    def hurry(self) -> None:
        """An alarm waits to be sent: if there is no connection, try again now."""
        self._hurried.set()

    async def _wait(self, seconds: float) -> None:
        """Wait before the next try; less when an alarm comes."""
        self._hurried.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._hurried.wait()
        except TimeoutError:
            pass

    @property
    def online(self) -> bool:
        """Whether a connection stands."""
        return self._session is not None

    def _offline(self) -> None:
        self._session = None
        for chain in self.chains.values():
            chain.disconnected()

    async def _serve(self, session: _Session) -> None:
        now_s = self._now_s()
        self._session = session
        self._host.connected()
        for chain in self.chains.values():
            chain.connected(now_s)
        while True:
            await self._pump(session)
            for happening in await self._happenings(session):
                await self._react(session, happening)
            now_s = self._now_s()
            for epoch, chain in self.chains.items():
                if not chain.online:
                    chain.connected(now_s)
                if chain.tick(now_s):
                    log.warning("uplink_no_progress", epoch=epoch, from_seq=chain.committed + 1)

    async def _happenings(self, session: _Session) -> list[Happening]:
        """What has happened, as soon as something has; nothing when it is time to look at the clock."""
        queue = session.connection.happenings
        try:
            async with asyncio.timeout(TICK_S):
                found = [await queue.get()]
        except TimeoutError:
            return []
        while not queue.empty():
            found.append(queue.get_nowait())
        return found

    async def _react(self, session: _Session, happening: Happening) -> None:
        match happening:
            case Dropped(reason):
                raise ConnectionFailed(f"connection dropped: {reason}")
            case Taken(mid, ok, reason):
                await self._taken(session, mid, ok=ok, reason=reason)
            case Received(topic, payload) if topic == self._topics[topics.Leaf.COMMITTED]:
                await self._heard(payload)
            case Received(topic, payload) if topic == self._topics[topics.Leaf.DESIRED]:
                self._host.desired(payload)

    async def _taken(self, session: _Session, mid: int, *, ok: bool, reason: str) -> None:
        if not ok:
            log.warning("uplink_refused", reason=reason)
        chain, token = session.tokens.pop(mid, (None, 0))
        if chain is not None and ok:
            chain.taken(token)
        number = session.notices.pop(mid, None)
        if number is not None and ok:
            await self._host.notice_taken(number)

    async def _heard(self, payload: bytes) -> None:
        """A `committed`, or what claims to be one."""
        try:
            said = open_committed(payload, self._server_key)
        except Refused as error:
            log.warning("committed_refused", reason=error.reason, error=str(error))
            return
        chain = self.chains.get(said.epoch)
        if said.gateway != self._gateway or chain is None:
            log.warning("committed_of_another_chain", gateway=said.gateway, epoch=said.epoch)
            return
        if chain.forked:
            return
        own = await self._host.own_digest(said.epoch, said.seq)
        notice = Notice(said.seq, said.digest, said.ask, said.server_time_us)
        verdict = chain.heard(notice, own, self._now_s())
        if verdict in (Verdict.STALE, Verdict.CONFIRMED):
            log.debug("committed", epoch=said.epoch, seq=said.seq, verdict=verdict.name)
        acknowledged = Acknowledged(chain.committed, chain.ask, payload)
        await self._host.heard(said.epoch, verdict, acknowledged, beacon(payload))

    # -- sending ----------------------------------------------------------------------------------------------------

    async def _pump(self, session: _Session) -> None:
        """Send what may be sent now."""
        await self._send_notices(session)
        if self._now_s() >= session.status_at_s:
            session.status_at_s = self._now_s() + self._settings.status_s
            session.connection.publish(self._topics[topics.Leaf.STATUS], self._host.status(), retain=True)
        for epoch, chain in self.chains.items():
            await self._declare_lost(epoch, chain)
            while len(session.tokens) < MAX_UNTAKEN and session.connection.happenings.empty():
                if not await self._send_next(session, epoch, chain):
                    break

    async def _send_notices(self, session: _Session) -> None:
        room = MAX_NOTICES - len(session.notices)
        for row in await self._host.notices(session.last_notice, room) if room > 0 else ():
            mid = session.connection.publish(self._topics[topics.Leaf.ALARM], row.wire)
            session.notices[mid] = session.last_notice = row.id

    async def _send_next(self, session: _Session, epoch: int, chain: Protocol) -> bool:
        """One message of entries. False when this chain wants nothing, or what it wanted was overtaken by events."""
        first = chain.wanted()
        if first is None:
            return False
        packed = await self._host.pack(epoch, first, single=chain.single())
        if packed is None or chain.wanted() != first:
            return False
        mid = session.connection.publish(self._topics[topics.Leaf.ENTRY], packed.payload)
        session.tokens[mid] = chain, chain.sent(packed.last, len(packed.payload), self._now_s())
        return True

    async def _declare_lost(self, epoch: int, chain: Protocol) -> None:
        gone = chain.gone()
        if gone is None:
            return
        seq = await self._host.declare_lost(epoch, gone)
        if seq is not None:
            chain.declare_lost(gone, seq)

    @staticmethod
    def _now_s() -> float:
        return time.monotonic()
