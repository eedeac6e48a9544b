"""Messages that ingest refused under a known kit's name, as findings about its chain: one a day for each reason.

Forged, altered or under a key that is not in force: only the kit's own certificate can publish there, so somebody should
look. Counts are ingest's; the episode is named by the day and the reason, so that looking again raises nothing anew.
"""

from __future__ import annotations

from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import TYPE_CHECKING
from zlib import crc32

from alerts.engine import UTC, ChainFactKind, Change, Moment, Transition
from alerts.evaluator import Finding, Receipt
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.bindings import RuleBook
    from store.alerts_engine import RefusedCount

_DAY_US = 86_400_000_000
_NO_ENTRY = -1


class Refusals:
    """Which refusals were looked at already."""

    def __init__(self) -> None:
        """None yet; what an earlier owner found is found again and changes nothing."""
        self._seen: set[tuple[str, str, str]] = set()

    def find(self, counts: Iterable[RefusedCount], book: RuleBook, now_us: int) -> list[Finding]:
        """What is new among the counts, by the chain rules in force."""
        found: list[Finding] = []
        current = {(count.day, count.gateway, count.reason): count for count in counts}
        for key, count in current.items():
            if key not in self._seen:
                found += _findings(count, book, now_us)
        self._seen = set(current)
        return found


def _findings(count: RefusedCount, book: RuleBook, now_us: int) -> Iterator[Finding]:
    day_us = to_us(datetime.fromisoformat(count.day).replace(tzinfo=UTC_ZONE))
    episode = Moment(UTC, day_us + crc32(count.reason.encode()) % _DAY_US)
    at = Moment(UTC, now_us)
    detail = f"{ChainFactKind.REFUSED.value}: {count.reason}"
    for version, rule in book.for_chain(count.gateway):
        if ChainFactKind.REFUSED in rule.on:
            for change in (Change.RAISED, Change.RETURNED):
                transition = Transition(change, episode, at, at, detail=detail)
                receipt = Receipt(_NO_ENTRY, _NO_ENTRY, from_us(now_us))
                yield Finding(count.gateway, version, None, transition, UTC, 0, receipt)
