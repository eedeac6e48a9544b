"""What a gateway's own alarms become here, whichever comes first: the notice on the alarm topic or the sealed entry.

Each transition is applied once, by (gateway, epoch, episode, transition). The episode is named by the moment it was
raised, so that the server's own evaluation of the same rule finds the same alert. A notice is always paged: the kit
sends it when it has a network again and the alarm still matters; an entry that comes late with no notice is not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from alerts.engine import Action, Cycle, DangerRule, LevelRule, Priority, State, legal
from store import alerts_engine
from store.alerts_engine import CHAIN, Episode
from store.times import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Connection

    from alerts.bindings import RuleBook
    from store.alerts_engine import DescribedChannel, EdgeAlert
    from telemetry.events import Alarm

_RETURNED = {
    State.RETURNED_UNACKNOWLEDGED,
    State.LATCHED_UNACKNOWLEDGED,
    State.LATCHED_ACKNOWLEDGED,
    State.NORMAL,
}
_ACKNOWLEDGED = {State.ACKNOWLEDGED, State.LATCHED_ACKNOWLEDGED, State.NORMAL}
_DANGER_WORDS = {"danger_to_life", Priority.URGENT.value}


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """A transition of a gateway's own alarm. `t_us` counts from `boot`; `from_entry`: sealed in entry `seq`, received."""

    gateway: str
    epoch: int
    seq: int
    boot: bytes
    utc_offset_us: int | None
    t_us: int
    alarm: Alarm
    received: datetime
    from_entry: bool

    @property
    def at(self) -> datetime | None:
        """When it happened, None while the gateway does not know UTC."""
        return None if self.utc_offset_us is None else from_us(self.t_us + self.utc_offset_us)

    def is_late(self, late_after_us: int) -> bool:
        """Whether it was learnt too late, from its entry alone. Without UTC it is taken for present."""
        at = self.at
        return self.from_entry and at is not None and to_us(self.received) - to_us(at) > late_after_us


async def apply_edge(conn: Connection, change: EdgeChange, book: RuleBook, late_after_us: int) -> int | None:
    """Apply a transition once; the alert when something is new. In the caller's transaction.

    A transition whose episode is not known yet and that is no raise waits for its entry: those come in order.
    """
    alarm, new = change.alarm, False
    known = await alerts_engine.edge_alert(conn, change.gateway, change.epoch, alarm.episode)
    if known is None:
        if alarm.state != State.UNACKNOWLEDGED:
            return None
        new = await alerts_engine.raise_alert(conn, await _episode(conn, change, book, late_after_us)) is not None
        known = await alerts_engine.edge_alert(conn, change.gateway, change.epoch, alarm.episode)
        if known is None:
            return None  # the moment belongs to another episode of the same rule already: nothing new to say
    applied = alarm.transition > known.edge_transition and await _follow(conn, change, known)
    received = change.received if change.from_entry else None
    await alerts_engine.mark_edge(conn, known.id, alarm.transition, change.seq, received)
    return known.id if new or applied else None


async def _follow(conn: Connection, change: EdgeChange, known: EdgeAlert) -> bool:
    """Move the alert to where the gateway's alarm stands, by legal steps only. True when it moved."""
    try:
        target = State(change.alarm.state)
    except ValueError:
        return False  # a word of a later version: the entry holds it
    moved, cycle, state = False, Cycle(known.cycle), State(known.state)
    if target in _ACKNOWLEDGED and Action.ACKNOWLEDGE in legal(cycle, state):
        state = State(await alerts_engine.advance_alert(conn, known.id, "acknowledge", "at the kit"))
        moved = True
    if target in _RETURNED and not known.returned:
        await alerts_engine.return_alert(
            conn, known.name, boot=change.boot, at_us=change.t_us, at=change.at, peak=None, late=known.late
        )
        refreshed = await alerts_engine.edge_alert(conn, change.gateway, change.epoch, change.alarm.episode)
        state, moved = State(refreshed.state) if refreshed else state, True
    if target is State.NORMAL and Action.RESET in legal(cycle, state):
        await alerts_engine.advance_alert(conn, known.id, "reset", "at the kit")
        moved = True
    return moved


async def _episode(conn: Connection, change: EdgeChange, book: RuleBook, late_after_us: int) -> Episode:
    """The alert of a raise; words and life cycle are the server's own rule's where it has one of that name."""
    alarm, channel = change.alarm, None
    if alarm.channel is not None:
        channel = await alerts_engine.channel_of(conn, change.gateway, alarm.channel)
    version = book.named(alarm.rule)
    rule = version.rule if version and isinstance(version.rule, LevelRule | DangerRule) else None
    danger = alarm.priority in _DANGER_WORDS
    return Episode(
        gateway=change.gateway,
        gateway_channel=CHAIN if alarm.channel is None else alarm.channel,
        rule=alarm.rule,
        boot=change.boot,
        raised_us=change.t_us,
        rule_version=version.version if version and rule else None,
        kind=rule.kind if rule else ("danger" if danger else "level"),
        cycle=(rule.cycle if rule else Cycle.DANGER if danger else Cycle.ORDINARY).value,
        priority=(rule.priority if rule else Priority.URGENT if danger else _priority(alarm.priority)).value,
        origin="gateway",
        title=json.dumps(rule.title.model_dump() if rule else {"vi": alarm.rule, "en": alarm.rule}, ensure_ascii=False),
        channel=None if channel is None else channel.channel,
        set_point=_set_point(alarm, channel),
        unit=None if channel is None else channel.unit,
        exponent=None if channel is None else channel.exponent,
        value=alarm.value,
        raised_at=change.at,
        since_at=change.at,
        peak=alarm.value,
        at_least=False,
        epoch=change.epoch,
        seq=change.seq,
        received=change.received,
        edge_epoch=change.epoch,
        edge_episode=alarm.episode,
        late=change.is_late(late_after_us),
        provisional=False,
        detail="",
        limit_at=None,
    )


def _priority(word: str) -> Priority:
    """A word that this version does not know is taken for high: rather too loud than unheard."""
    return Priority(word) if word in set(Priority) else Priority.HIGH


def _set_point(alarm: Alarm, channel: DescribedChannel | None) -> Decimal | None:
    if alarm.limit is None or channel is None:
        return None
    return Decimal(alarm.limit).scaleb(channel.exponent)
