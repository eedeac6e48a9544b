"""Counts of pulses → the raw values: how many, and how many a minute."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from firmware_profiles.decoding.results import DecodeError, Raw

if TYPE_CHECKING:
    from firmware_profiles.schema.pulses import PulseInterface

_CAPTURED = re.compile(rb"\s*(\d{1,20})[\s,;]{1,4}(\d{1,20})[\s,;]{1,4}(\d{1,9}(?:\.\d{1,9})?)\s*")


def take_pulses(interface: PulseInterface, start: int, end: int, interval_s: Decimal) -> dict[str, Raw]:
    """The raw values of an interval, from the counter before and after it. The counter may have begun again at zero once.

    Raises DecodeError `malformed` for an interval without duration or a count that the counter cannot show.
    """
    size = 1 << interface.counter_bits
    if interval_s <= 0 or not 0 <= start < size or not 0 <= end < size:
        raise DecodeError("malformed", f"{start} to {end} in {interval_s} s is no count of this counter")
    pulses = (end - start) % size
    with localcontext() as context:
        context.prec = 30
        known: dict[str, Raw] = {
            "pulses": pulses,
            "per_minute": pulses * 60 / interval_s,
            "per_second": pulses / interval_s,
            "interval_s": interval_s,
        }
    return {name: known[field.of] for name, field in interface.fields.items()}


def captured_pulses(captured: bytes) -> tuple[int, int, Decimal]:
    """Count before, count after and seconds between, written as three numbers. Raises DecodeError."""
    found = _CAPTURED.fullmatch(captured)
    if found is None:
        raise DecodeError("malformed", "give the count before, the count after and the seconds between")
    start, end, interval_s = (Decimal(piece.decode("ascii")) for piece in found.groups())
    return int(start), int(end), interval_s
