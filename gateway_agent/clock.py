"""The two clocks of a gateway behind one interface: µs since boot, which never jumps, and UTC, when somebody vouches for it.

Only this module reads a clock; everything else is handed times, so tests move hours in microseconds.
"""

from __future__ import annotations

import ctypes
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from telemetry.link import ClockSource

if TYPE_CHECKING:
    from gateway_agent.settings import ClockSettings

BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
RTC_FOLDER = Path("/sys/class/rtc")
DISCIPLINES = {"ntp": ClockSource.NTP, "gnss": ClockSource.GNSS}
STA_UNSYNC = 0x0040  # linux/timex.h: the clock is not disciplined


@dataclass(frozen=True, slots=True)
class UtcReading:
    """UTC at one moment since boot, as far as somebody vouches for it; `source` NONE when nobody does."""

    boot_us: int
    utc_us: int
    source: ClockSource
    bound_us: int


class GatewayClock(Protocol):
    """What the agent asks of time."""

    @property
    def boot_id(self) -> bytes:
        """16 random bytes, new at every boot: says which boot the µs count from."""

    def boot_us(self) -> int:
        """µs since boot, sleep included."""

    def look(self) -> UtcReading:
        """UTC now, with who vouches for it and how far it may be off."""


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), 64-bit Linux, up to the fields read here; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_byte * 256),
    )


def kernel_discipline() -> tuple[bool, int]:
    """Whether something disciplines the kernel's clock now (chrony, ntpd, timesyncd), and its own error bound in µs.

    adjtimex(2) with modes 0 only reads and needs no rights. Raises OSError where the kernel refuses even that.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    answer = _Timex()
    if libc.adjtimex(ctypes.byref(answer)) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
    return not answer.status & STA_UNSYNC, int(answer.maxerror)


def set_by_rtc(folder: Path = RTC_FOLDER) -> bool:
    """Whether the kernel took the time from a battery-backed clock at boot (`hctosys` of one of them is 1)."""
    try:
        return any(file.read_text().strip() == "1" for file in folder.glob("rtc*/hctosys"))
    except OSError:
        return False


class SystemClock:
    """The machine's clocks, trusted as the settings say."""

    def __init__(self, settings: ClockSettings) -> None:
        self._settings = settings
        self.boot_id = bytes.fromhex(BOOT_ID_FILE.read_text().strip().replace("-", ""))

    def boot_us(self) -> int:
        """CLOCK_BOOTTIME in µs."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000

    def look(self) -> UtcReading:
        """CLOCK_REALTIME bracketed by two looks at CLOCK_BOOTTIME; the bracket counts into the bound."""
        before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        utc = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        source, bound_us = self._trust()
        shift_us, known = self._shift()
        return UtcReading(
            boot_us=(before + after) // 2000,
            utc_us=utc // 1000 + shift_us,
            source=source if known else ClockSource.NONE,
            bound_us=bound_us + (after - before) // 2000 + 1,
        )

    def _trust(self) -> tuple[ClockSource, int]:
        match self._settings.source:
            case "none":
                return ClockSource.NONE, 0
            case "host":
                return ClockSource.RTC, round(self._settings.host_bound_s * 1e6)
            case "kernel":
                return self._trust_kernel()

    def _trust_kernel(self) -> tuple[ClockSource, int]:
        """By what disciplines the kernel's clock; else by the battery-backed one that set it at boot; else nobody vouches."""
        try:
            disciplined, bound_us = kernel_discipline()
        except OSError:  # a sandbox that denies even reading: `antoan gateway doctor` says so
            disciplined, bound_us = False, 0
        if disciplined:
            return DISCIPLINES[self._settings.disciplined_by], bound_us
        if self._settings.rtc_bound_s is not None and set_by_rtc():
            return ClockSource.RTC, round(self._settings.rtc_bound_s * 1e6)
        return ClockSource.NONE, 0

    def _shift(self) -> tuple[int, bool]:
        if self._settings.shift_file is None:
            return 0, True
        try:
            shift = json.loads(self._settings.shift_file.read_text())
        except FileNotFoundError:
            return 0, True
        return round(float(shift.get("shift_s", 0)) * 1e6), bool(shift.get("known", True))
