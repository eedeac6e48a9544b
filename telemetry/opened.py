"""Proven contents as numpy columns: what ingest, replay and evidence work on. No Python object per value."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from telemetry import quality_runs
from telemetry.content import ChannelDescriptor, Event, Hidden, Times, Values
from telemetry.errors import Fork, Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from telemetry.chain import Head
    from telemetry.content import Content, Int64s, QualityRuns
    from telemetry.decoding import Decoded
    from telemetry.link import Link
    from telemetry.proving import Proof
    from telemetry.tracks import Group, TimesTrack


@dataclass(frozen=True, slots=True)
class Columns:
    """Channels that share one time column over the same entries of the message.

    `values[c, i]` of `channels[c]` was measured at `times[i]` µs since boot. `splits` (len(entries) + 1) cuts the N columns
    by entry: entry number `entries[k]` of the message (0 = first) holds `splits[k]:splits[k + 1]`; boot and clock are those
    of that entry's link.
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

    @property
    def all_ok(self) -> bool:
        """Whether every value of every channel has quality OK."""
        whole = quality_runs.whole(self.values.shape[1])
        return all(runs == whole for runs in self.quality)

    def quality_codes(self) -> NDArray[np.uint8]:
        """(len(channels), N) codes of `telemetry.quality.Quality`."""
        codes = np.zeros(self.values.shape, np.uint8)
        whole = quality_runs.whole(self.values.shape[1])
        for row, runs in zip(codes, self.quality, strict=True):
            if runs != whole:
                row[:] = quality_runs.spread(runs)
        return codes

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
    _decoded: Decoded
    _proof: Proof

    @property
    def readings(self) -> int:
        """How many values are there, over all channels."""
        return sum(block.values.size for block in self.columns)

    def confirm(self, head: Head) -> None:
        """For a run that overlaps `head`: the entry at `head.seq` has `head.digest`. Raises Fork."""
        number = head.seq - self.links[0].seq
        found = self.links[0].prev if number == -1 else self.digests[number]
        if found != head.digest:
            raise Fork(f"gateway {head.gateway} epoch {head.epoch} seq {head.seq}: another entry of that number")

    def utc_offsets_us(self) -> tuple[int | None, ...]:
        """Per entry: what to add to times since boot to get UTC µs, None while unknown."""
        return tuple(link.clock.utc_offset_us for link in self.links)

    def leaf_hashes(self, number: int) -> list[bytes]:
        """The leaf hashes of one entry, in leaf order."""
        return list(self._proof.leaves[number])

    def entry_contents(self, number: int) -> Iterator[Content | Hidden]:
        """The leaves of one entry in leaf order (for evidence, splitting and tests; not for the fast path)."""
        place, sizes = self._decoded.places[number], self.links[number].sizes
        hidden = self._decoded.hidden.get(number, {})
        shown = dict(zip(place.shown, _contents_of(self._decoded, number), strict=True))
        for at, size in enumerate(sizes):
            yield Hidden(hidden[at], size) if at in hidden else shown[at]


def opened(decoded: Decoded, proof: Proof) -> Opened:
    """The public view of what was decoded and proven."""
    tracks: dict[int, list[TimesTrack]] = {}
    for track in decoded.times:
        tracks.setdefault(track.index, []).append(track)
    descriptors = tuple((n, c) for n, c in decoded.others if isinstance(c, ChannelDescriptor))
    events = tuple((n, c) for n, c in decoded.others if isinstance(c, Event))
    return Opened(
        proof.links,
        proof.digests,
        tuple(_columns(group, tracks.get(group.index, [])) for group in decoded.groups),
        descriptors,
        events,
        sum(len(places) for places in decoded.hidden.values()),
        decoded,
        proof,
    )


def _columns(group: Group, times: list[TimesTrack]) -> Columns:
    return Columns(
        group.index,
        group.channels,
        np.array(group.entries, np.int64),
        np.array(group.splits, np.int64),
        _times_of(group, times),
        group.values,
        group.quality,
    )


def _times_of(group: Group, times: list[TimesTrack]) -> Int64s | None:
    """The times of a group's values; None where some are withheld. Raises Undecodable for unequal lengths."""
    for track in times:
        if track.entries == group.entries:
            if track.splits != group.splits:
                raise Undecodable(f"time column {group.index} has another length than its values")
            return track.times
    pieces = {
        entry: track.times[start:end]
        for track in times
        for entry, (start, end) in zip(track.entries, pairwise(track.splits), strict=True)
    }
    if any(entry not in pieces for entry in group.entries):
        return None
    chosen = [pieces[entry] for entry in group.entries]
    if [len(piece) for piece in chosen] != [end - start for start, end in pairwise(group.splits)]:
        raise Undecodable(f"time column {group.index} has another length than its values")
    return np.concatenate(chosen) if chosen else np.empty(0, np.int64)


def _contents_of(decoded: Decoded, number: int) -> list[Content]:
    """The shown contents of one entry, in leaf order."""
    place = decoded.places[number]
    contents: list[Content | None] = [None] * len(place.shown)
    for track, at in zip(place.times, place.layout.times, strict=True):
        times = decoded.times[track]
        piece = times.entries.index(number)
        contents[at] = Times(times.index, times.times[times.splits[piece] : times.splits[piece + 1]])
    for track, at_all in zip(place.groups, place.layout.groups, strict=True):
        group = decoded.groups[track]
        piece = group.entries.index(number)
        start, end = group.splits[piece], group.splits[piece + 1]
        for row, at in enumerate(at_all):
            runs = quality_runs.cut(group.quality[row], group.splits)[piece]
            contents[at] = Values(group.channels[row], group.index, group.values[row, start:end], runs)
    for at, other in enumerate(place.others, place.layout.count):
        contents[at] = decoded.others[other][1]
    return [content for content in contents if content is not None]
