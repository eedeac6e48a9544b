"""Sends what stands in the outbox: at least once, several beside one another, with back-off, dead letters in the end."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import structlog

from alerts.senders import SendFailed
from alerts.wording import Words, compose_all
from store import alerts_outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asyncpg import Pool

    from alerts.senders import Sender
    from alerts.settings import OutboxSettings
    from store.alerts_outbox import Claimed

log = structlog.get_logger(__name__)

LONGEST_SLEEP_S = 5.0
"""Between looks at the outbox when nobody wakes it: another process may have written to it."""
CLAIM_MARGIN_S = 5.0
"""A claim lasts this much longer than an attempt may take, so that no other sender begins beside it."""


def retry_after_s(settings: OutboxSettings, attempts: int) -> float | None:
    """How long to wait after `attempts` failures; None: give up. Doubles up to the longest."""
    if attempts >= settings.attempts:
        return None
    return min(settings.first_retry_s * 2.0 ** (attempts - 1), settings.longest_retry_s)


class Outbox:
    """The sending half of the alert service. Any number of them may run."""

    def __init__(self, pool: Pool, senders: Mapping[str, Sender], settings: OutboxSettings, page_url: str) -> None:
        """`senders` by medium; a medium without one becomes a dead letter at once."""
        self._pool = pool
        self._senders = senders
        self._settings = settings
        self._words = Words(page_url)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was put in."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled. Errors of the database go to the caller, who starts again; claims then expire."""
        while True:
            self._wake.clear()
            if await self.send_due() == 0:
                await self._sleep()

    async def send_due(self) -> int:
        """Claim what is due and send it. How many were tried."""
        claim_s = self._settings.send_s + CLAIM_MARGIN_S
        async with self._pool.acquire() as conn:
            claimed = await alerts_outbox.claim(conn, self._settings.at_once, claim_s)
        async with asyncio.TaskGroup() as sending:
            for together in bundled(claimed):
                sending.create_task(self._send(together))
        return len(claimed)

    async def _sleep(self) -> None:
        async with self._pool.acquire() as conn:
            due_s = await alerts_outbox.next_due_s(conn)
        wait_s = LONGEST_SLEEP_S if due_s is None else min(max(due_s, 0.01), LONGEST_SLEEP_S)
        try:
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        except TimeoutError:
            pass  # time to look again

    async def _send(self, together: Sequence[Claimed]) -> None:
        """Hand one message over, and note for each notification in it how that went."""
        first = together[0]
        numbers = [n.id for n in together]
        try:
            receipt = await self._hand_over(together)
        except SendFailed as error:
            again_s = retry_after_s(self._settings, first.attempts) if error.again else None
            log.warning(
                "notification_failed", notifications=numbers, attempts=first.attempts, again_s=again_s, why=str(error)
            )
            async with self._pool.acquire() as conn:
                for number in numbers:
                    await alerts_outbox.failed(conn, number, str(error), again_s)
            return
        async with self._pool.acquire() as conn:
            for number in numbers:
                await alerts_outbox.delivered(conn, number, receipt)
        log.info("notification_delivered", notifications=numbers, medium=first.medium)

    async def _hand_over(self, together: Sequence[Claimed]) -> str:
        first = together[0]
        if first.medium not in self._senders:
            raise SendFailed(f"no settings for {first.medium}: see `{first.medium}` of the alert service", again=False)
        wording = compose_all(together, self._words, await self._links(together))
        try:
            async with asyncio.timeout(self._settings.send_s):
                return await self._senders[first.medium].send(first, wording)
        except TimeoutError as error:
            raise SendFailed(f"no answer in {self._settings.send_s} s", again=True) from error

    async def _links(self, together: Sequence[Claimed]) -> dict[int, str]:
        """Tokens by alert, for the messages of a person: whoever holds one acknowledges as that person."""
        wanted = [n for n in together if n.person is not None and n.change == "raised"]
        tokens = {n.alert: secrets.token_urlsafe(32) for n in wanted}
        if wanted:
            async with self._pool.acquire() as conn:
                for n in wanted:
                    await alerts_outbox.add_link(conn, tokens[n.alert], n, self._settings.link_holds_s)
        return tokens


def bundled(claimed: Iterable[Claimed]) -> list[list[Claimed]]:
    """Which notifications go as one message: what a kit says to one recipient, what a digest holds; a danger always alone.

    Programs (webhooks) are told of each by itself.
    """
    bundles: dict[object, list[Claimed]] = {}
    for n in claimed:
        alone = n.medium == "webhook" or n.priority == "urgent"
        digest = n.digests and n.priority == "low"
        key = n.id if alone else (n.recipient, n.change, "digest" if digest else n.gateway)
        bundles.setdefault(key, []).append(n)
    return list(bundles.values())
