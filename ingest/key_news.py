"""Hears which gateways' keys have changed. What was announced before a message came is known before that message is examined.

The news comes by NOTIFY on a connection of its own, so it may lie unread while a message overtakes it. The database sends what is
pending before it answers a query; so one answer on that connection means that all earlier news has been heard.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from store import ownership
from store.enrolment import CHANGED_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

QUIET_S: Final = 10.0
"""Between two looks at the connection while no messages come."""


class KeyNews:
    """Listens on `connection`, which is its own from then on; `changed` is told the gateway."""

    def __init__(self, connection: asyncpg.Connection, changed: Callable[[str], None]) -> None:
        self._connection = connection
        self._changed = changed
        self._asking = asyncio.Lock()

    async def listen(self) -> None:
        """Begin to hear. Raises database errors."""
        await self._connection.add_listener(CHANGED_CHANNEL, lambda *told: self._changed(str(told[3])))

    async def caught_up(self) -> None:
        """Wait until all that was announced before this call has been heard. Raises database errors."""
        async with self._asking:
            await ownership.answer(self._connection)

    async def watch(self) -> None:
        """Notice when the connection is gone, for ever. Raises database errors."""
        while True:
            await asyncio.sleep(QUIET_S)
            await self.caught_up()
