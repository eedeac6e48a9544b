"""Lines of a GPIO chip through the kernel's character device (linux/gpio.h, uAPI v2): no daemon, no library, no root.

One request holds the lines until it is closed; the kernel then gives them back, so a process that dies lets its outputs fall.
"""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

_GET_LINE: Final = 0xC250B407  # _IOWR(0xB4, 0x07, struct gpio_v2_line_request)
_GET_VALUES: Final = 0xC010B40E  # _IOWR(0xB4, 0x0E, struct gpio_v2_line_values)
_SET_VALUES: Final = 0xC010B40F
_REQUEST: Final = struct.Struct("=64I 32s QI5I 240x II5Ii")
_VALUES: Final = struct.Struct("=QQ")  # bits, mask
_ACTIVE_LOW, _INPUT, _OUTPUT, _PULL_UP = 1 << 1, 1 << 2, 1 << 3, 1 << 8


class GpioError(Exception):
    """The lines cannot be had; the message says why and what to do."""


class Lines(Protocol):
    """Some lines of one chip."""

    def set(self, values: Sequence[bool]) -> None:
        """Set all outputs. Raises GpioError."""

    def get(self) -> list[bool]:
        """What all lines are now. Raises GpioError."""

    def close(self) -> None:
        """Give the lines back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines, and as what."""

    chip: str
    offsets: tuple[int, ...]
    output: bool
    active_low: bool = False


def request_bytes(wanted: Wanted) -> bytes:
    """The struct gpio_v2_line_request for these lines."""
    flags = (_OUTPUT if wanted.output else _INPUT | _PULL_UP) | (_ACTIVE_LOW if wanted.active_low else 0)
    offsets = (*wanted.offsets, *[0] * (64 - len(wanted.offsets)))
    return _REQUEST.pack(*offsets, b"antoan-gateway", flags, 0, *[0] * 5, len(wanted.offsets), 0, *[0] * 5, 0)


class KernelLines:
    """Lines that the kernel has granted."""

    def __init__(self, wanted: Wanted) -> None:
        """Ask for the lines; outputs begin inactive. Raises GpioError."""
        self._wanted = wanted
        request = bytearray(request_bytes(wanted))
        try:
            chip = os.open(wanted.chip, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(chip, _GET_LINE, request)
            finally:
                os.close(chip)
        except PermissionError as error:
            raise GpioError(f"{wanted.chip}: not permitted; the gateway's user must be in the group gpio") from error
        except OSError as error:
            lines = ", ".join(map(str, wanted.offsets))
            raise GpioError(f"{wanted.chip} line {lines}: {error.strerror}; is it used by another program?") from error
        self._file = struct.unpack_from("=i", request, _REQUEST.size - 4)[0]

    def set(self, values: Sequence[bool]) -> None:
        """See Lines."""
        self._values(_SET_VALUES, sum(int(value) << at for at, value in enumerate(values)))

    def get(self) -> list[bool]:
        """See Lines."""
        bits = self._values(_GET_VALUES, 0)
        return [bool(bits >> at & 1) for at in range(len(self._wanted.offsets))]

    def close(self) -> None:
        """See Lines."""
        os.close(self._file)

    def _values(self, what: int, bits: int) -> int:
        values = bytearray(_VALUES.pack(bits, (1 << len(self._wanted.offsets)) - 1))
        try:
            fcntl.ioctl(self._file, what, values)
        except OSError as error:
            raise GpioError(f"{self._wanted.chip}: {error.strerror}") from error
        return int(_VALUES.unpack(values)[0])
