"""I2C buses of the kernel's (/dev/i2c-1). The seam is `Transfer`: write some bytes, read some, in one transaction.

A chip that stretches the clock longer than the adapter waits gives torn words; profiles say how fast such a chip may be
clocked at most, and `clock_khz` says how fast the bus runs.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gateway_agent.transports.blocking import Blocking
from gateway_agent.transports.line import LineClosedError, not_opened

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSFER_S = 0.5
"""A transfer of 256 bytes at 10 kHz takes 0.25 s, and a chip may stretch the clock 150 ms; longer is a bus that is held."""

GONE = frozenset({errno.ENODEV, errno.EBADF, errno.ENOENT})
"""The adapter itself is gone (a USB one was pulled)."""


class Transfer(Protocol):
    """One transaction on the two wires; blocks. Raises OSError as the kernel's i2c-dev does."""

    def __call__(self, address: int, write: bytes, read: int) -> bytes:
        """Write `write`, then read `read` bytes after a repeated start; either may be nothing."""

    def close(self) -> None:
        """Release the bus. Idempotent."""


class I2cBus:
    """An open bus, used by one request at a time."""

    def __init__(self, path: str, transfer: Transfer) -> None:
        self.path = path
        self._transfer = transfer
        self._blocking = Blocking(Path(path).name)

    async def transfer(self, address: int, write: bytes, read: int) -> bytes:
        """See Transfer. Raises LineClosedError when the adapter is gone, HungError, OSError."""
        try:
            return await self._blocking.run(lambda: self._transfer(address, write, read), TRANSFER_S)
        except OSError as error:
            if error.errno in GONE:
                raise LineClosedError(f"{self.path} is gone: check the adapter") from error
            raise

    async def close(self) -> None:
        """See Wire."""
        self._blocking.close()
        self._transfer.close()


def open_i2c(path: str, opener: Callable[[str], Transfer] | None = None) -> I2cBus:
    """Open a bus. Raises LineClosedError: not there (is I2C switched on?), not permitted."""
    try:
        return I2cBus(path, (opener or _transfer)(path))
    except OSError as error:
        if error.errno == errno.ENOENT:
            text = (
                f"{path} is not there: switch I2C on (dtparam=i2c_arm=on in /boot/firmware/config.txt) and load i2c-dev"
            )
            raise LineClosedError(text, "not_there") from error
        raise not_opened(path, error.errno, error.strerror or str(error), group="i2c") from error


def _transfer(path: str) -> Transfer:
    if Path(path).is_socket():
        from gateway_agent.transports.i2c_played import PlayedTransfer

        return PlayedTransfer(path)
    return KernelTransfer(path)


class KernelTransfer:
    """Transfers through i2c-dev. See Transfer."""

    def __init__(self, path: str) -> None:
        from smbus2 import SMBus

        self._bus = SMBus(path)

    def __call__(self, address: int, write: bytes, read: int) -> bytes:
        """See Transfer."""
        from smbus2 import i2c_msg

        messages = [i2c_msg.write(address, write)] if write else []
        answer = i2c_msg.read(address, read)
        self._bus.i2c_rdwr(*messages, *([answer] if read else []))
        return bytes(answer) if read else b""

    def close(self) -> None:
        """See Transfer."""
        self._bus.close()


def clock_khz(path: str, sys_class: Path = Path("/sys/class/i2c-dev")) -> int | None:
    """How fast the bus is clocked, by its device tree; None where that does not say."""
    node = sys_class / Path(path).name / "device" / "of_node" / "clock-frequency"
    try:
        return int.from_bytes(node.read_bytes(), "big") // 1000
    except OSError:
        return None
