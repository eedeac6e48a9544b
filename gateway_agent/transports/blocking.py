"""Calls that block in the kernel (an I2C transfer, a read of sysfs), on a thread of the device's own, bounded in time.

A call that hangs cannot be ended; it holds its own thread only, and no other call is started behind it.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class HungError(Exception):
    """The kernel has not come back in time, from this call or from the one before."""


class Blocking:
    """One device's thread, made at the first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: ThreadPoolExecutor | None = None
        self._running: asyncio.Future[Any] | None = None

    async def run(self, call: Callable[[], T], within_s: float) -> T:
        """What the call returns. Raises HungError, and what the call raises."""
        if self._running is not None and not self._running.done():
            raise HungError(f"{self._name} still hangs in the kernel")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        running = asyncio.get_running_loop().run_in_executor(self._thread, call)
        self._running = running
        done, _ = await asyncio.wait({running}, timeout=within_s)
        if not done:
            running.add_done_callback(_seen)
            raise HungError(f"{self._name} did not answer within {within_s:g} s")
        return running.result()

    def close(self) -> None:
        """Let the thread end. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)


def _seen(late: asyncio.Future[T]) -> None:
    """Whatever comes of a call that was given up, nobody waits for it."""
    if not late.cancelled():
        late.exception()
