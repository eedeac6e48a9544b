"""Ascending sets of small integers as flat [first, count, first, count, …]: channels of a group, entries that hold a track."""

from __future__ import annotations

from typing import Any

from telemetry.errors import Undecodable


def encode(numbers: list[int]) -> list[int]:
    """Ranges of strictly ascending numbers, as few as possible."""
    flat: list[int] = []
    for number in numbers:
        if flat and flat[-2] + flat[-1] == number:
            flat[-1] += 1
        else:
            flat += [number, 1]
    return flat


def decode(flat: Any, end: int, name: str) -> list[int]:  # noqa: ANN401
    """The numbers, all below `end`. Raises Undecodable: not ascending, out of bounds, empty ranges, not as few as possible."""
    if type(flat) is not list or len(flat) % 2 or not flat:
        raise Undecodable(f"{name}: ranges [first, count, …] are expected")
    numbers: list[int] = []
    after = -1  # the first range may begin at 0; a later one leaves at least one number out
    for at in range(0, len(flat), 2):
        first, count = flat[at], flat[at + 1]
        if type(first) is not int or type(count) is not int or first <= after or count < 1 or first + count > end:
            raise Undecodable(f"{name}: ranges must ascend, be apart and stay below {end}")
        numbers.extend(range(first, first + count))
        after = first + count
    return numbers
