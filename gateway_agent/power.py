"""The supply of a Raspberry Pi, as its firmware sees it: undervoltage explains a bad hour, so it stands beside the measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Final

THROTTLED: Final = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
NOW: Final = {0: "undervoltage", 1: "frequency capped", 2: "throttled", 3: "too hot"}
"""Bits of get_throttled (Raspberry Pi documentation, vcgencmd); 16 bits higher: since boot."""
LOOK_S: Final = 10.0


def states(bits: int) -> tuple[list[str], list[str]]:
    """What holds now, and what held since boot."""
    return [word for bit, word in NOW.items() if bits >> bit & 1], [
        word for bit, word in NOW.items() if bits >> (bit + 16) & 1
    ]


def read_bits(file: Path = THROTTLED) -> int | None:
    """The firmware's word; None on a machine that has none."""
    try:
        return int(file.read_text(encoding="ascii").strip(), 16)
    except (OSError, ValueError):
        return None


class Supply:
    """Looks and tells what has changed."""

    def __init__(self, file: Path = THROTTLED) -> None:
        self.fault = ""
        self._file = file
        self._seen: tuple[list[str], list[str]] = ([], [])

    def look(self) -> str | None:
        """A mark for the chain when something changed: what began, what happened between two looks, or that all is well again."""
        bits = read_bits(self._file)
        if bits is None:
            return None
        now, since = states(bits)
        before, self._seen = self._seen, (now, since)
        self.fault = f"supply: {', '.join(now)}: use the supply made for the Pi" if now else ""
        if now != before[0]:
            return f"supply: {', '.join(now)}" if now else "supply: good again"
        if between := [word for word in since if word not in before[1] and word not in now]:
            return f"supply: {', '.join(between)} since boot"
        return None
