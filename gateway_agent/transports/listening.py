"""A source that never stops (a microphone, an accelerometer), read and reckoned with on a thread of its own.

What leaves the thread is what was computed from a block; the samples themselves go no further than the worker wants.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gateway_agent.transports.capture import Overrun
from gateway_agent.transports.line import LineClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

R_co = TypeVar("R_co", covariant=True)
V = TypeVar("V")
X = TypeVar("X")

MOST_WAITING = 10
"""Blocks kept for a driver that does not ask; then the oldest go."""


class Source(Protocol):
    """Where blocks come from. `read_block` blocks, for seconds at most once `stop` was called."""

    def read_block(self) -> bytes:
        """The next block. Raises Overrun, LineClosedError."""

    def stop(self) -> None:
        """From another thread: no block is wanted any more."""

    def close(self) -> None:
        """Release the device. Idempotent."""


class Worker(Protocol[R_co]):
    """What is made of blocks; runs on the thread."""

    def process(self, block: bytes) -> R_co:
        """The results of one block."""

    def reset(self) -> None:
        """Samples were lost: begin anew."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[V]):
    """The results of one block, and when its last sample was there (µs since boot)."""

    value: V
    taken_us: int


class Listener(Generic[V]):
    """See Wire. Begins at once."""

    def __init__(self, name: str, source: Source, worker: Worker[V], clock: Callable[[], int]) -> None:
        self.overruns = 0
        self._source = source
        self._worker = worker
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._heard: deque[Heard[V]] = deque(maxlen=MOST_WAITING)
        self._something = asyncio.Event()
        self._ended = asyncio.Event()
        self._gone: LineClosedError | None = None
        self._stop = threading.Event()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def take(self, within_s: float) -> list[Heard[V]]:
        """All blocks since the last call; waits for one. Nothing when none came in time. Raises LineClosedError."""
        if not self._heard and self._gone is None:
            self._something.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._something.wait()
            except TimeoutError:
                return []
        if not self._heard and self._gone is not None:
            raise self._gone
        heard = list(self._heard)
        self._heard.clear()
        return heard

    async def close(self) -> None:
        """See Wire."""
        self._stop.set()
        self._source.stop()
        await self._ended.wait()

    def _run(self) -> None:
        gone = LineClosedError("closed")
        try:
            while not self._stop.is_set():
                try:
                    block = self._source.read_block()
                except Overrun:
                    self.overruns += 1
                    self._worker.reset()
                    continue
                taken_us = self._clock()
                self._tell(self._put, Heard(self._worker.process(block), taken_us))
        except LineClosedError as error:
            gone = error
        finally:
            self._source.close()
            self._tell(self._end, gone)

    def _tell(self, what: Callable[[X], None], value: X) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, value)

    def _put(self, heard: Heard[V]) -> None:
        self._heard.append(heard)
        self._something.set()

    def _end(self, gone: LineClosedError) -> None:
        self._gone = gone
        self._something.set()
        self._ended.set()
