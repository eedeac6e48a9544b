"""Signs of life to systemd: ready once measuring, then alive while both the loop and the spool's thread answer.

A gateway whose card hangs or whose loop is stuck is started again by systemd after `WatchdogSec`; journal and spool lose nothing by it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def notify(*words: str) -> None:
    """Tell the service manager (sd_notify(3)); nothing happens where there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.sendall("\n".join(words).encode())


def interval_s() -> float | None:
    """How often to give a sign: a third of what systemd allows; None where nobody watches this process."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()) or "WATCHDOG_USEC" not in os.environ:
        return None
    return int(os.environ["WATCHDOG_USEC"]) / 3e6


async def give_signs(answers: Callable[[], Awaitable[object]]) -> None:
    """Say ready, then give a sign whenever `answers` (a call on the spool's thread) came back. For ever."""
    notify("READY=1")
    every_s = interval_s()
    if every_s is None:
        return
    while True:
        await answers()
        notify("WATCHDOG=1")
        await asyncio.sleep(every_s)
