"""Wait for something to become true in another process, where there is no event to await."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Value = TypeVar("Value")
BEAT_S = 0.02


@overload
async def eventually(
    ask: Callable[[], Awaitable[Value]], within_s: float = 10.0, what: str = "", *, beat_s: float = BEAT_S
) -> Value: ...
@overload
async def eventually(
    ask: Callable[[], Value], within_s: float = 10.0, what: str = "", *, beat_s: float = BEAT_S
) -> Value: ...
async def eventually(
    ask: Callable[[], Value | Awaitable[Value]], within_s: float = 10.0, what: str = "", *, beat_s: float = BEAT_S
) -> Value:
    """Ask (a function or a coroutine function) again and again until the answer is true, and return that answer.

    AssertionError with `what` and the last answer after `within_s` seconds.
    """
    end = time.monotonic() + within_s
    while True:
        answer = ask()
        found: Value = await answer if inspect.isawaitable(answer) else answer
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {within_s:g} s: {what or ask}; the last answer was {found!r}")
        await asyncio.sleep(beat_s)
