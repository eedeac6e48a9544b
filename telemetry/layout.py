"""Which leaf of an entry is which: leaves are in order of (type, id), so positions follow from what an entry holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from telemetry.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions, among the shown leaves of an entry, of its time columns and of the channels of its groups."""

    times: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    count: int


@lru_cache(maxsize=1024)
def layout_of(times: tuple[int, ...], groups: tuple[tuple[int, ...], ...]) -> Layout:
    """The layout of an entry with these time column indexes and groups of channels. Raises Undecodable for duplicates."""
    channels = sorted(channel for group in groups for channel in group)
    indexes = sorted(times)
    if len(set(channels)) != len(channels) or len(set(indexes)) != len(indexes):
        raise Undecodable("an entry holds a time column or a channel twice")
    place = {channel: len(indexes) + at for at, channel in enumerate(channels)}
    return Layout(
        times=tuple(indexes.index(index) for index in times),
        groups=tuple(tuple(place[channel] for channel in group) for group in groups),
        count=len(indexes) + len(channels),
    )


def common_count(sizes: Sequence[int], places: tuple[int, ...]) -> int:
    """The one size that all channels of a group have in an entry. Raises Undecodable."""
    counts = {sizes[place] for place in places}
    if len(counts) != 1:
        raise Undecodable("channels of one group have different sizes")
    return counts.pop()
