"""Sends what stands in the outbox: at least once, several beside one another, with back-off, dead letters in the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from alerts.senders import SendFailed
from alerts.wording import compose
from store import alerts_outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        self._page_url = page_url
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
            for notification in claimed:
                sending.create_task(self._send(notification))
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

    async def _send(self, notification: Claimed) -> None:
        n = notification
        try:
            receipt = await self._hand_over(n)
        except SendFailed as error:
            again_s = retry_after_s(self._settings, n.attempts) if error.again else None
            log.warning(
                "notification_failed",
                notification=n.id,
                alert=n.alert,
                attempts=n.attempts,
                again_s=again_s,
                why=str(error),
            )
            async with self._pool.acquire() as conn:
                await alerts_outbox.failed(conn, n.id, str(error), again_s)
            return
        async with self._pool.acquire() as conn:
            await alerts_outbox.delivered(conn, n.id, receipt)
        log.info("notification_delivered", notification=n.id, alert=n.alert, medium=n.medium)

    async def _hand_over(self, n: Claimed) -> str:
        if n.medium not in self._senders:
            raise SendFailed(f"no settings for {n.medium}: see `email` of the alert service", again=False)
        try:
            async with asyncio.timeout(self._settings.send_s):
                return await self._senders[n.medium].send(n, compose(n, self._page_url))
        except TimeoutError as error:
            raise SendFailed(f"no answer in {self._settings.send_s} s", again=True) from error
