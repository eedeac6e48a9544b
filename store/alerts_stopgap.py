"""What is kept at hand for when the database cannot be asked, and what is marked once it can: alerts told meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from store.connection import Connection


async def at_hand(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    """Recipients who are told at once, and the channels with their places, as plain JSON."""
    recipients = await conn.fetch(sql("alerts/stopgap_recipients"))
    channels = await conn.fetch(sql("alerts/stopgap_channels"))
    return {"recipients": [dict(row) for row in recipients], "channels": [dict(row) for row in channels]}


async def mark_told(conn: Connection, alert: int, names: Sequence[str], at: datetime) -> None:
    """These recipients were told of the alert while the database was down: the outbox need not."""
    await conn.execute(sql("alerts/mark_told"), alert, names, at)
