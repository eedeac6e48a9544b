"""Ptys under stable names, as serial ports are under /dev/serial/by-id: unplugged and plugged in again at will."""

from __future__ import annotations

import asyncio
import os
import tty
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_AT_ONCE = 4096


class Pty:
    """The instruments' end of a serial line. `received` is called with every bytes that arrive."""

    def __init__(self, link: Path, received: Callable[[bytes], None]) -> None:
        self.link = link
        self._received = received
        self._master: int | None = None
        self._slave: int | None = None

    def plug_in(self) -> None:
        """Make the port and its name. Idempotent."""
        if self._master is not None:
            return
        self._master, self._slave = os.openpty()  # our slave end stays open: no hang-up when a client closes its own
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._readable)

    def unplug(self) -> None:
        """Hang up whoever has it open, and remove the name. Idempotent."""
        if self._master is None or self._slave is None:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = None
        self.link.unlink(missing_ok=True)

    def send(self, data: bytes) -> None:
        """Send; what nobody reads is lost once the line's buffer is full, as on a real line."""
        if self._master is None:
            return
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return

    def _readable(self) -> None:
        if self._master is None:
            return
        try:
            data = os.read(self._master, _AT_ONCE)
        except OSError:
            return
        if data:
            self._received(data)
