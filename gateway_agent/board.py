"""What the kernel says of a kit's board: wear of its storage, undervoltage by its sensor. Read below a root folder; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPENT: Final = 0x0B
"""`life_time`: steps of 10 % of the life used, 0x0B when exceeded (JESD84-B51 EXT_CSD 268, 269; Linux mmc-dev-attrs)."""
WORN_FROM: Final = 0x08
"""70 to 80 % used: time to have another card at hand."""
SENSOR: Final = "rpi_volt"
"""The kernel's hwmon driver for the Pi's supply; `in0_lcrit_alarm` is 1 when it was too low."""


def wear(root: Path) -> Iterator[tuple[str, int]]:
    """Each storage that reports it (eMMC does, most SD cards do not): its name and the worse of its two estimates."""
    for file in sorted((root / "sys/block").glob("mmcblk*/device/life_time")):
        steps = _numbers(file)
        if steps and max(steps) > 0:
            yield file.parts[-3], max(steps)


def wear_words(steps: int) -> str:
    """An estimate in words."""
    return "its rated life is spent" if steps >= SPENT else f"{steps * 10 - 10} to {steps * 10} % of its life used"


def low_voltage(root: Path) -> bool | None:
    """Whether the sensor's alarm is set; None on a board that has no such sensor."""
    for name in sorted((root / "sys/class/hwmon").glob("hwmon*/name")):
        try:
            if name.read_text(encoding="ascii").strip() == SENSOR:
                return (name.parent / "in0_lcrit_alarm").read_text(encoding="ascii").strip() == "1"
        except OSError:
            continue
    return None


def _numbers(file: Path) -> list[int]:
    try:
        return [int(word, 16) for word in file.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return []
