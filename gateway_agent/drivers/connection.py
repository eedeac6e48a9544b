"""One wire and its owner: opened when needed, re-opened with back-off, used by one request at a time.

Drivers that share a wire share its Connection. `generation` counts the openings, so that a driver knows when it must
identify its instrument again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gateway_agent.drivers.base import Unreachable
from gateway_agent.transports.line import LineClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Wire(Protocol):
    """What can be opened and closed: a line, a bus, a folder of the kernel's."""

    async def close(self) -> None:
        """Release it. Idempotent."""


W = TypeVar("W", bound=Wire)

FIRST_BACK_OFF_S = 0.5
LONGEST_BACK_OFF_S = 15.0
"""A port that came back is found within this; an absent one costs one attempt in so many seconds."""


DEAD_AFTER = 3
"""Unanswered requests in a row after which a network connection is opened anew."""


class Connection(Generic[W]):
    """Owns one wire. Hold `lock` for a whole request and its answer."""

    def __init__(self, name: str, opener: Callable[[], Awaitable[W]], *, over_network: bool = False) -> None:
        self.name = name
        self._over_network = over_network
        self._unanswered = 0
        self.lock = asyncio.Lock()
        self.generation = 0
        self.shared_by = 0
        self._opener = opener
        self._line: W | None = None
        self._back_off_s = FIRST_BACK_OFF_S
        self._retry_at = 0.0
        self._why = LineClosedError("not opened yet")

    async def line(self) -> W:
        """The open wire. Raises Unreachable at once while the back-off after a failed opening runs."""
        if self._line is not None:
            return self._line
        if asyncio.get_running_loop().time() < self._retry_at:
            raise Unreachable(self._why.kind, str(self._why))
        try:
            self._line = await self._opener()
        except LineClosedError as error:
            self._why = error
            self._wait()
            raise Unreachable(error.kind, str(error)) from error
        self.generation += 1
        return self._line

    def proved(self) -> None:
        """An instrument answered: the next failure starts with the shortest back-off again."""
        self._back_off_s = FIRST_BACK_OFF_S
        self._unanswered = 0

    async def unanswered(self) -> None:
        """A request stayed without an answer. Over a network some of these in a row mean that the connection is dead.

        A router that forgot it, or an instrument that restarted, tells nobody; only a new connection shows.
        """
        self._unanswered += 1
        if self._over_network and self._unanswered >= DEAD_AFTER:
            self._unanswered = 0
            await self.close()

    async def lost(self, error: LineClosedError) -> Unreachable:
        """The wire broke: close it, and give the error to raise. It is opened again after the back-off."""
        self._why = LineClosedError(f"{self.name}: {error}", error.kind)
        self._wait()
        await self.close()
        return Unreachable(error.kind, str(self._why))

    async def close(self) -> None:
        """Release the wire. Idempotent; a later `line` opens it again."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    def _wait(self) -> None:
        self._retry_at = asyncio.get_running_loop().time() + self._back_off_s
        self._back_off_s = min(self._back_off_s * 2, LONGEST_BACK_OFF_S)
