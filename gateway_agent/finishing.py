"""Work that must not be left half done: once begun it is awaited to its end, and only then does a cancellation take effect.

A call on the spool's thread cannot be taken back. Were its caller cancelled between the commit and the booking of it, the
same readings would be sealed a second time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


async def finish(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, or what it raised. Cancelled meanwhile, it ends `work` first, then raises CancelledError."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as cancelled:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            raise cancelled from error
        raise
