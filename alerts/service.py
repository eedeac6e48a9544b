"""The alert service: own the alerts, follow the record, hear notices, send what stands in the outbox.

One instance owns (an advisory lock on the connection that writes); others wait for it. An error of database or network
ends the ownership and it begins anew from what is saved; nothing is kept in memory that the store does not have.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
import structlog

from alerts.alarm_topic import AlarmTopic, Arrived, prove
from alerts.apprise_sender import AppriseSender
from alerts.follower import Follower, FollowSettings
from alerts.journal import Journal
from alerts.outbox import Outbox
from alerts.senders import EmailSender, WebhookSender, webhook_session
from alerts.stopgap import Stopgap, keep_at_hand
from store import alerts_engine, alerts_rules, enrolment
from store import record as store_record
from store.connection import connect, pool
from telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from alerts.senders import Sender
    from alerts.settings import AlertsSettings

log = structlog.get_logger(__name__)

NAME = "antoan alerts"
OWN_EVERY_S = 0.5
"""How often a standby asks for the lock: bounds how long a take-over takes."""
AGAIN_S = 1.0
"""Pause before beginning anew after an error."""
AT_HAND_EVERY_S = 60.0
"""How old what an outage needs may be: recipients, keys, places."""
_TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""InternalClientError: what asyncpg says on a session that was ended while this process was paused."""


async def run(settings: AlertsSettings) -> None:
    """Run until cancelled. Raises store and settings errors that only a person can mend."""
    journal = None if settings.stopgap_dir is None else Journal(settings.stopgap_dir)
    while True:
        try:
            await _run_once(settings, journal)
        except* _TROUBLE as group:
            log.warning("begins_anew", reason="; ".join(f"{type(e).__name__}: {e}" for e in group.exceptions))
        if journal is not None:
            async with contextlib.AsyncExitStack() as stack:
                await Stopgap(settings, await _senders(settings, stack), journal).bridge()
        await asyncio.sleep(AGAIN_S)


async def _run_once(settings: AlertsSettings, journal: Journal | None) -> None:
    """Everything on one set of connections, until one of them fails."""
    conn = await connect(settings.database, NAME)
    try:
        async with contextlib.AsyncExitStack() as stack:
            senders = await pool(settings.database, f"{NAME} outbox", maximum=settings.outbox.at_once + 1)
            stack.push_async_callback(senders.close)
            outbox = Outbox(senders, await _senders(settings, stack), settings.outbox, settings.page_url)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outbox.run())
                tasks.create_task(Watch(conn, settings, outbox, journal).run())
    finally:
        await _close(conn)


async def _close(conn: asyncpg.Connection) -> None:
    """Close in time, or cut: a database that hangs must not keep the service from ending."""
    try:
        await conn.close(timeout=2)
    except (TimeoutError, *_TROUBLE):
        conn.terminate()


async def _senders(settings: AlertsSettings, stack: contextlib.AsyncExitStack) -> dict[str, Sender]:
    session = await stack.enter_async_context(webhook_session(settings.webhook))
    senders: dict[str, Sender] = {"webhook": WebhookSender(settings.webhook, session, settings.outbox.send_s)}
    if settings.email is not None:
        senders["email"] = EmailSender(settings.email, settings.outbox.send_s)
    if settings.apprise is not None:
        senders["apprise"] = AppriseSender(settings.apprise)
    return senders


class Watch:
    """The one task that uses the owning connection: everything that reads or writes alerts goes through it in turn."""

    def __init__(
        self, conn: asyncpg.Connection, settings: AlertsSettings, outbox: Outbox, journal: Journal | None = None
    ) -> None:
        """`conn` is this instance's own; the lock will live on it. `journal`: for when the database is down."""
        self._journal = journal
        self._next_at_hand_s = 0.0
        self._conn = conn
        self._settings = settings
        self._outbox = outbox
        self._wake = asyncio.Event()
        self._pending: set[int] = set()
        self._rules_changed = False
        follow = FollowSettings(round(settings.late_after_s * 1e6), round(settings.save_every_s * 1e6))
        self._follower = Follower(conn, follow, outbox.wake)
        self._next_rules_s = self._next_poll_s = 0.0

    async def run(self) -> None:
        """Wait for ownership, then work until cancelled."""
        while not await alerts_engine.try_own(self._conn):
            if await alerts_engine.fence(self._conn, self._settings.takeover_s):
                log.warning("owner_fenced", silent_s=self._settings.takeover_s)
            await asyncio.sleep(OWN_EVERY_S)
        await self._conn.add_listener(store_record.CHANGED_CHANNEL, self._on_record)
        await self._conn.add_listener(alerts_rules.CHANGED_CHANNEL, self._on_rules)
        await self._follower.load()
        await self._told_meanwhile()
        async with self._topic() as topic:
            log.info("ready", service="alerts", rules=len(self._follower.book.rules))
            while True:
                await self._round(topic)

    @contextlib.asynccontextmanager
    async def _topic(self) -> AsyncIterator[AlarmTopic | None]:
        if self._settings.broker is None:
            yield None
            return
        topic = AlarmTopic(self._settings.broker, self._wake.set)
        topic.start()
        try:
            yield topic
        finally:
            await asyncio.to_thread(topic.stop)

    async def _round(self, topic: AlarmTopic | None) -> None:
        """Whatever there is to do, notices first."""
        await self._notices(topic)
        await self._due()
        pending, self._pending = self._pending, set()
        if pending:
            self._pending |= await self._follower.follow(pending)
        if self._pending or (topic and not topic.queue.empty()):
            return
        self._wake.clear()
        if not self._pending and (topic is None or topic.queue.empty()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(self._next_poll_s - time.monotonic(), 0)):
                    await self._wake.wait()

    async def _due(self) -> None:
        """What the clock asks for: rules, silences, and a look at the record that nobody asked for."""
        now_s = time.monotonic()
        if self._rules_changed or now_s >= self._next_rules_s:
            changed, self._rules_changed = self._rules_changed, False
            self._next_rules_s = now_s + self._settings.places_every_s
            await self._follower.reload_book(rules_too=changed)
            await self._follower.maintain()
        if self._journal is not None and now_s >= self._next_at_hand_s:
            self._next_at_hand_s = now_s + AT_HAND_EVERY_S
            await keep_at_hand(self._conn, self._journal)
        if now_s >= self._next_poll_s:
            self._next_poll_s = now_s + self._settings.poll_s
            self._pending |= set(self._follower.partitions)
            await self._follower.find_silences()

    async def _told_meanwhile(self) -> None:
        """What was told while the database was down becomes alerts; who was told is not told again."""
        if self._journal is None:
            return
        for told in self._journal.load():
            await self._notice(Arrived(told.topic, told.payload, 0, 0), told.received, told.recipients)
        self._journal.clear()

    async def _notices(self, topic: AlarmTopic | None) -> None:
        while topic is not None and not topic.queue.empty():
            arrived = topic.queue.get_nowait()
            await self._notice(arrived, datetime.now(UTC))
            topic.done(arrived)

    async def _notice(self, arrived: Arrived, received: datetime, told: Sequence[str] = ()) -> None:
        try:
            change = await prove(arrived, received, lambda kit, epoch: enrolment.epoch_key(self._conn, kit, epoch))
        except TelemetryError as error:
            log.warning("notice_refused", topic=arrived.topic[:100], reason=str(error))
            return
        await self._follower.notice(change, told)

    def _on_record(self, _conn: object, _pid: object, _channel: object, payload: object) -> None:
        self._pending |= {int(word) for word in str(payload).split(",") if word.isdecimal()}
        self._wake.set()

    def _on_rules(self, *_arguments: object) -> None:
        self._rules_changed = True
        self._wake.set()
