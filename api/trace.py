"""The trace of an alert: reading → received → raised → sent → delivered → seen → acknowledged, in the order of time. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.models.alerts import TraceStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.alerts import Alert, Delivery, LogEntry


def trace_of(alert: Alert, log: Iterable[LogEntry], deliveries: Iterable[Delivery]) -> list[TraceStep]:
    """All that is known of the alert's way, oldest first."""
    steps = [*_origin(alert), *(_logged(entry) for entry in log)]
    for delivery in deliveries:
        steps.extend(_delivered(delivery))
    return sorted(steps, key=lambda step: step.at)


def _origin(alert: Alert) -> Iterator[TraceStep]:
    if alert.raised_at:
        value = alert.physical(alert.value)
        detail = "" if value is None else f"{value:f} {alert.unit or ''}".strip()
        yield TraceStep(at=alert.raised_at, what="reading", who="", detail=detail)
    if alert.notice_received:
        yield TraceStep(at=alert.notice_received, what="notice", who="", detail="")
    if alert.entry_received:
        entry = "" if alert.seq is None else f"{alert.gateway} {alert.epoch}/{alert.seq}"
        yield TraceStep(at=alert.entry_received, what="received", who="", detail=entry)


def _logged(entry: LogEntry) -> TraceStep:
    return TraceStep(at=entry.at, what=entry.fact, who=entry.person_name or "", detail=entry.note)


def _delivered(delivery: Delivery) -> Iterator[TraceStep]:
    who = f"{delivery.recipient} ({delivery.medium})"
    if delivery.sent_at:
        what = "sent" if delivery.change == "raised" else "sent_return"
        yield TraceStep(at=delivery.sent_at, what=what, who=who, detail="")
    if delivery.delivered_at:
        yield TraceStep(at=delivery.delivered_at, what="delivered", who=who, detail=delivery.receipt or "")
    elif delivery.error:
        yield TraceStep(at=delivery.sent_at or delivery.created_at, what="failed", who=who, detail=delivery.error)
