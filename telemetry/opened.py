"""Proven contents as numpy columns: what ingest, replay and evidence work on. No Python object per value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from telemetry.chain import Head
    from telemetry.content import ChannelDescriptor, Content, Event, Hidden, Int64s, QualityRuns
    from telemetry.link import Link


@dataclass(frozen=True, slots=True)
class Columns:
    """Channels that share one time column over the same entries of the message.

    `values[c, i]` of `channels[c]` was measured at `times[i]` µs since boot. `splits` (len(entries) + 1) cuts the N columns by entry:
    entry number `entries[k]` of the message (0 = first) holds `splits[k]:splits[k + 1]`; boot and clock are those of that entry's link.
    """

    times_index: int
    channels: tuple[int, ...]
    entries: Int64s
    splits: Int64s
    times: Int64s | None
    """(N,) µs since boot; None when the time column is withheld."""
    values: Int64s
    """(len(channels), N)"""
    quality: tuple[QualityRuns, ...]
    """Per channel: maximal (length, code) runs over the N values."""

    def quality_codes(self) -> NDArray[np.uint8]:
        """(len(channels), N) codes of `telemetry.quality.Quality`."""
        raise NotImplementedError

    def entry_of(self) -> Int64s:
        """(N,) number of the entry (in the message) that each value belongs to."""
        return np.repeat(self.entries, np.diff(self.splits))


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose contents are decoded and proven against the signed link."""

    links: tuple[Link, ...]
    digests: tuple[bytes, ...]
    columns: tuple[Columns, ...]
    descriptors: tuple[tuple[int, ChannelDescriptor], ...]
    """(entry number, descriptor), in leaf order."""
    events: tuple[tuple[int, Event], ...]
    """(entry number, event), in leaf order."""
    hidden: int
    """How many leaves are withheld."""

    @property
    def readings(self) -> int:
        """How many values are there, over all channels."""
        return sum(block.values.size for block in self.columns)

    def confirm(self, head: Head) -> None:
        """For a run that overlaps `head`: the entry at `head.seq` has `head.digest`. Raises Fork."""
        raise NotImplementedError

    def utc_offsets_us(self) -> tuple[int | None, ...]:
        """Per entry: what to add to times since boot to get UTC µs, None while unknown."""
        return tuple(link.clock.utc_offset_us for link in self.links)

    def entry_contents(self, number: int) -> Iterator[Content | Hidden]:
        """The leaves of one entry in leaf order (for evidence, splitting and tests; not for the fast path)."""
        raise NotImplementedError
