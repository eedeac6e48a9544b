"""All four readings of a number that lies in several registers, side by side: what tells the right word order at a glance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from firmware_profiles.decoding.numbers import read_number
from firmware_profiles.schema.values import WIDTH

if TYPE_CHECKING:
    from firmware_profiles.schema import Channel, ModbusInterface, RegisterField

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_TINY, _HUGE = 1e-4, 1e7
"""What is measured at a workplace, in its usual unit, lies between these, or is zero."""


@dataclass(frozen=True, slots=True)
class Readings:
    """One field's bytes, read in every order."""

    field: str
    data: bytes
    declared: str
    values: dict[str, float]
    plausible: frozenset[str]

    @property
    def verdict(self) -> str:
        """In words: whether the declared order is the one that makes sense."""
        if self.declared in self.plausible and len(self.plausible) == 1:
            return f"only {self.declared} makes sense, as the profile says"
        if self.declared in self.plausible:
            return f"{self.declared}, as the profile says, makes sense; so may others: compare with the display"
        likely = " or ".join(sorted(self.plausible)) or "none of the four"
        return f"{self.declared}, as the profile says, makes no sense; {likely} does: is the word order another?"


def four_readings(interface: ModbusInterface, channels: dict[str, Channel], start: int, data: bytes) -> list[Readings]:
    """The numbers of four bytes in `data`, which was read from register `start`."""
    found = []
    for name, field in interface.fields.items():
        place = (field.address - start) * 2
        piece = data[place : place + 4] if place >= 0 else b""
        if WIDTH.get(field.type) == 4 and field.order is not None and len(piece) == 4 and field.bits is None:
            values = {order: _physical(piece, field, order) for order in ORDERS}
            channel = channels.get(field.channel or name)
            plausible = frozenset(order for order, value in values.items() if _is_plausible(value, channel))
            found.append(Readings(name, piece, field.order, values, plausible))
    return found


def _physical(piece: bytes, field: RegisterField, order: str) -> float:
    value = read_number(piece, field.type, order)
    return float(value) * float(field.scale) + float(field.offset)


def _is_plausible(value: float, channel: Channel | None) -> bool:
    if not math.isfinite(value) or (value != 0 and not _TINY <= abs(value) <= _HUGE):
        return False
    limits = channel.range if channel is not None else None
    if limits is None:
        return True
    low, high = limits.low or Decimal("-inf"), limits.high or Decimal("inf")
    return float(low) <= value <= float(high)
