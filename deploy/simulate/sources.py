"""Where played values come from: a pure function of the played time, in seconds."""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_right
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from deploy.simulate.settings import Constant, Recording, Scenario, Source


class Player(Protocol):
    """The value of a channel at a played time."""

    def __call__(self, at_s: float) -> Decimal | None:
        """The physical value, None for 'no value'."""


def player(source: Source, folder: Path) -> Player:
    """The player of a source. `folder`: where relative paths start. Raises OSError, ValueError for a bad recording."""
    if isinstance(source, Constant):
        return lambda _at_s: source.value
    if isinstance(source, Scenario):
        return _scenario(source)
    return _recording(source, folder)


def ramp(start: Decimal, target: Decimal, from_s: float, duration_s: float) -> Player:
    """From a value to another in a straight line, then staying."""

    def play(at_s: float) -> Decimal:
        if duration_s <= 0 or at_s >= from_s + duration_s:
            return target
        return start + (target - start) * Decimal(max(0.0, at_s - from_s) / duration_s)

    return play


def noise(channel: str, at_s: float) -> Decimal:
    """A number from -1 to 1 that changes with every tenth of a second, the same at the same time in every run."""
    digest = hashlib.blake2b(f"{channel} {int(at_s * 10)}".encode(), digest_size=4).digest()
    return Decimal(int.from_bytes(digest, "big")) / Decimal(2**31) - 1


def _scenario(source: Scenario) -> Player:
    times = [step.at_s for step in source.steps]

    def play(at_s: float) -> Decimal:
        after = bisect_right(times, at_s)
        if after == 0 or after == len(times):
            return source.steps[max(0, after - 1)].value
        before, then = source.steps[after - 1], source.steps[after]
        return ramp(before.value, then.value, before.at_s, then.at_s - before.at_s)(at_s) or Decimal(0)

    return play


def _recording(source: Recording, folder: Path) -> Player:
    path = folder / source.file
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if source.column not in (reader.fieldnames or ()):
            raise ValueError(f"{path} has no column {source.column!r}; it has {', '.join(reader.fieldnames or ())}")
        texts = [row[source.column] for row in reader]
    if not texts:
        raise ValueError(f"{path} has no rows")

    def play(at_s: float) -> Decimal | None:
        text = texts[(source.from_row + int(at_s / source.interval_s)) % len(texts)]
        return Decimal(text) * source.scale + source.offset if text else None

    return play
