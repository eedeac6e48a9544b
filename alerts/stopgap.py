"""While the database is down: the kits' own alarms, as they come on the alarm topic, are told to whoever is told at once.

Nothing else can be known then: no duty, no acknowledgement. So every such recipient is told, by every medium that works, and
what was told is written down; once the database answers the ordinary way takes over (alerts.journal).
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

from alerts.alarm_topic import AlarmTopic, prove_with
from alerts.engine import State
from alerts.journal import Journal, key_at_hand, keys_as_json
from alerts.senders import SendFailed
from alerts.wording import PRIORITIES, Words, compose
from store import alerts_rules, alerts_stopgap, enrolment
from store.alerts_outbox import Claimed
from store.connection import connect
from telemetry.errors import TelemetryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.alarm_topic import Arrived
    from alerts.edge import EdgeChange
    from alerts.senders import Sender
    from alerts.settings import AlertsSettings

log = structlog.get_logger(__name__)

ASK_AGAIN_S = 1.0
"""How often the database is asked whether it is back."""
ANSWER_S = 3.0
"""Longest wait for its answer."""
_URGENT = {"danger_to_life", "urgent"}


async def keep_at_hand(conn: asyncpg.Connection, journal: Journal) -> None:
    """Write down what an outage will need: keys, recipients, places, the titles of rules."""
    known = dict(await alerts_stopgap.at_hand(conn))
    rules = await alerts_rules.rules_in_force(conn)
    known["rules"] = [{"rule": r.rule, "title": r.body["title"], "priority": r.body["priority"]} for r in rules]
    known["keys"] = keys_as_json(await enrolment.epoch_keys(conn))
    await asyncio.to_thread(journal.save_at_hand, known)


class Stopgap:
    """Bridges an outage of the database."""

    def __init__(self, settings: AlertsSettings, senders: Mapping[str, Sender], journal: Journal) -> None:
        """`senders` by medium, as the outbox has them."""
        self._settings, self._senders, self._journal = settings, senders, journal
        self._words = Words(settings.page_url)

    async def bridge(self) -> None:
        """Until the database answers. Returns at once when it does, or when nothing is at hand."""
        known = self._journal.at_hand()
        if self._settings.broker is None or known is None or await self._database_answers():
            return
        self._journal.load()
        topic = AlarmTopic(self._settings.broker, lambda: None)
        topic.start()
        log.warning("database_down", told="by the alarm topic alone")
        try:
            while not await self._database_answers():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ASK_AGAIN_S):
                        while True:
                            await self._take(topic, await topic.queue.get(), known)
        finally:
            await asyncio.to_thread(topic.stop)

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                conn = await connect(self._settings.database, "antoan alerts asks")
                await conn.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    async def _take(self, topic: AlarmTopic, arrived: Arrived, known: dict[str, Any]) -> None:
        """Shielded from the clock that asks for the database: a notice is told whole."""
        await asyncio.shield(self._tell(arrived, known))
        topic.done(arrived)

    async def _tell(self, arrived: Arrived, known: dict[str, Any]) -> None:
        received = datetime.now(UTC)
        try:
            change = prove_with(arrived, received, lambda kit, epoch: key_at_hand(known, kit, epoch, received))
        except TelemetryError as error:
            log.warning("notice_refused", topic=arrived.topic[:100], reason=str(error))
            return
        if (
            not self._journal.take(arrived.topic, arrived.payload, received)
            or change.alarm.state != State.UNACKNOWLEDGED
        ):
            return
        message = _message(change, known)
        for recipient in known["recipients"]:
            if PRIORITIES.index(message["priority"]) >= PRIORITIES.index(recipient["least"]):
                await self._send(arrived, Claimed(**{**message, **_address(recipient)}), recipient["name"])

    async def _send(self, arrived: Arrived, message: Claimed, name: str) -> None:
        sender = self._senders.get(message.medium)
        if sender is None:
            return
        try:
            async with asyncio.timeout(self._settings.outbox.send_s):
                await sender.send(message, compose(message, self._words))
        except (SendFailed, TimeoutError) as error:
            log.warning("stopgap_failed", recipient=name, why=str(error))  # the outbox tells once it can
            return
        self._journal.note(arrived.topic, arrived.payload, name)
        log.warning("told_without_database", recipient=name, gateway=message.gateway, rule=message.rule)


def _address(recipient: dict[str, Any]) -> dict[str, Any]:
    return {word: recipient[word] for word in ("medium", "address", "language")}


def _message(change: EdgeChange, known: dict[str, Any]) -> dict[str, Any]:
    """The notification of a notice, from what is at hand."""
    alarm, kit = change.alarm, change.gateway
    channel = next(
        (c for c in known["channels"] if c["gateway"] == kit and c["gateway_channel"] == alarm.channel), None
    ) or dict.fromkeys(("unit", "exponent", "name", "point", "site", "timezone"))
    rule = next((r for r in known["rules"] if r["rule"] == alarm.rule), None)
    told = "urgent" if alarm.priority in _URGENT else alarm.priority if alarm.priority in PRIORITIES else "high"
    priority = rule["priority"] if rule else told
    nothing = dict.fromkeys(("person", "set_point", "returned_at", "entry_received", "limit_at", "rule_body"), None)
    return nothing | {
        "id": 0, "alert": 0, "change": "raised", "attempts": 1, "created_at": change.received, "recipient": 0,
        "digests": False, "round": 0, "gateway": kit, "gateway_channel": -1 if alarm.channel is None else alarm.channel,
        "rule": alarm.rule, "kind": "danger" if priority == "urgent" else "level", "priority": priority,
        "cycle": "danger" if priority == "urgent" else "ordinary",
        "title": rule["title"] if rule else {"vi": alarm.rule, "en": alarm.rule}, "unit": channel["unit"],
        "exponent": channel["exponent"], "value": alarm.value, "peak": alarm.value, "at_least": False,
        "since_at": change.at, "raised_at": change.at, "notice_received": change.received, "provisional": False,
        "withdrawn": False, "detail": "", "site_name": channel["site"], "timezone": channel["timezone"],
        "point_name": channel["point"], "channel_name": channel["name"],
    }  # fmt: skip
