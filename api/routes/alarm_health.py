"""How healthy the alarms are: the figures of ISA-18.2, for the page that shows what to mend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.context import now
from api.models.alerts import AlarmCount, AlarmHealth, DeadLetter, DeadLetters, HealthSpan
from api.problems import NotFound
from api.routing import Call, Route
from store import alerts, alerts_health

if TYPE_CHECKING:
    from collections.abc import Iterable

TEN_MINUTES_A_DAY = 144


async def health(call: Call) -> AlarmHealth:
    """The figures of what the person sees."""
    days, person, moment = call.queried(HealthSpan).days, call.viewer.id, now()
    since = moment - timedelta(days=days)
    async with call.context.connection() as db:
        figures = await alerts_health.figures(db, person, since)
        frequent = await alerts_health.most_frequent(db, person, since)
        chattering = await alerts_health.chattering(db, person, since)
        stale = await alerts_health.stale(db, person, moment)
    spans = figures.people * days * TEN_MINUTES_A_DAY
    return AlarmHealth(
        server_time=moment,
        days=days,
        alerts=figures.alerts,
        urgent=figures.urgent,
        high=figures.high,
        medium=figures.medium,
        low=figures.low,
        people=figures.people,
        messages=figures.messages,
        per_person_10_min=figures.messages / spans if spans else 0.0,
        worst_10_min=figures.worst_10_min,
        floods=figures.floods,
        acknowledged_median_s=figures.acknowledged_median_s,
        acknowledged_p95_s=figures.acknowledged_p95_s,
        unacknowledged=figures.unacknowledged,
        set_aside=figures.set_aside,
        dead_letters=figures.dead_letters,
        frequent=_counts(frequent),
        chattering=_counts(chattering),
        stale=_counts(stale),
    )


def _counts(alarms: Iterable[alerts_health.Alarm]) -> list[AlarmCount]:
    return [AlarmCount(rule=a.rule, gateway=a.gateway, alerts=a.alerts, latest=a.latest) for a in alarms]


async def dead_letters(call: Call) -> DeadLetters:
    """What could not be told to whom, and why."""
    async with call.context.connection() as db:
        found = await alerts.dead_letters(db)
    return DeadLetters(
        server_time=now(),
        letters=[
            DeadLetter(
                id=letter.id,
                alert=letter.alert,
                recipient=letter.recipient,
                medium=letter.medium,
                attempts=letter.attempts,
                created_at=letter.created_at,
                error=letter.error or "",
            )
            for letter in found
        ],
    )


async def send_again(call: Call) -> None:
    """Give a dead letter another life: the outbox takes it within seconds."""
    async with call.context.connection() as db:
        if not await alerts.send_again(db, call.ids["letter"]):
            raise NotFound("there is no such dead letter")


MAY_SEND = frozenset({"administrator"})
ROUTES = (
    Route("GET", "/api/v1/alarm_health", health, "How healthy the alarms are", AlarmHealth, query=HealthSpan),
    Route("GET", "/api/v1/dead_letters", dead_letters, "Messages that were given up", DeadLetters, roles=MAY_SEND),
    Route(
        "POST", "/api/v1/dead_letters/{letter}/send_again", send_again, "Send a dead letter again", None,
        problems=(NotFound,), roles=MAY_SEND,
    ),
)  # fmt: skip
