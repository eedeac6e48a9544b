"""What a run keeps of every entry but its last: the header fields that the links are rebuilt from.

history = [count, prev, kinds, boots, sources, offsets, bounds, beacons, leaves, sizes]

`kinds`, `sources`, `offsets`, `bounds`, `leaves` (how many) are columns of `count` values, `sizes` a column of all sizes of all
entries; `boots` and `beacons` are flat [from entry, octets, …] lists of changes. Offset and bound are 0 where the source is NONE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry import columns, fields, limits
from telemetry.errors import Malformed, TooLarge, Undecodable
from telemetry.link import Clock, ClockSource, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.link import Link


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a link that differ from entry to entry and cannot be recomputed."""

    kind: Kind
    boot: bytes
    clock: Clock
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, link: Link) -> Header:
        """The header part of a link."""
        return cls(link.kind, link.boot, link.clock, link.sizes)


def encode(prev: bytes, headers: Sequence[Header]) -> list[Any]:
    """The history of the entries before the last."""
    clocks = [header.clock for header in headers]
    return [
        len(headers),
        prev,
        _column([int(header.kind) for header in headers]),
        _changes([header.boot for header in headers]),
        _column([int(clock.source) for clock in clocks]),
        _column([clock.utc_offset_us or 0 for clock in clocks]),
        _column([clock.bound_us or 0 for clock in clocks]),
        _changes([clock.beacon for clock in clocks]),
        _column([len(header.sizes) for header in headers]),
        _column([size for header in headers for size in header.sizes]),
    ]


def check_head(history: Any) -> tuple[int, bytes]:  # noqa: ANN401
    """(count, prev) of a history; nothing is decompressed. Raises Malformed."""
    fields.array(history, 10, "history")
    count = fields.uint(history[0], limits.RUN_ENTRIES - 1, "history: count")
    if count == 0:
        raise Malformed("history: an entry alone has none")
    return count, fields.octets(history[1], limits.DIGEST_BYTES, "history: prev")


def decode(history: list[Any], last_sizes: tuple[int, ...]) -> list[Header]:
    """The headers of the entries before the last, within the bounds of a run. Raises Undecodable, TooLarge."""
    count: int = history[0]
    sizes = _split_sizes(_ints(history[8], count), history[9], last_sizes)
    kinds = _ints(history[2], count)
    sources, offsets, bounds = (_ints(history[at], count) for at in (4, 5, 6))
    boots = _unchanges(history[3], count, (limits.BOOT_BYTES,), "boots")
    beacons = _unchanges(history[7], count, (0, limits.BEACON_BYTES), "beacons")
    if not all(0 <= kind <= max(Kind) for kind in set(kinds)):
        raise Undecodable("history: unknown kind")
    clocks = map(_clock, sources, offsets, bounds, beacons)
    return [
        Header(Kind(kind), boot, clock, size)
        for kind, boot, clock, size in zip(kinds, boots, clocks, sizes, strict=True)
    ]


def _clock(source: int, offset: int, bound: int, beacon: bytes) -> Clock:
    if not 0 <= source <= max(ClockSource) or bound < 0 or (source == ClockSource.NONE and (offset or bound)):
        raise Undecodable("history: no such clock")
    if source == ClockSource.NONE:
        return Clock(beacon=beacon)
    return Clock(ClockSource(source), offset, bound, beacon)


def _split_sizes(leaves: list[int], column: Any, last_sizes: tuple[int, ...]) -> list[tuple[int, ...]]:  # noqa: ANN401
    if any(not 0 <= count <= limits.LEAVES for count in leaves):
        raise TooLarge(f"history: an entry has at most {limits.LEAVES} leaves")
    if sum(leaves) + len(last_sizes) > limits.RUN_LEAVES:
        raise TooLarge(f"history: {sum(leaves)} leaves where a run may have {limits.RUN_LEAVES}")
    flat = columns.decode(column, sum(leaves))
    if len(flat) and (int(flat.min()) < 0 or int(flat.max()) > limits.ENTRY_VALUES):
        raise TooLarge(f"history: sizes from 0 to {limits.ENTRY_VALUES} are expected")
    if int(flat.sum()) + sum(last_sizes) > limits.RUN_VALUES:
        raise TooLarge(f"history: more than {limits.RUN_VALUES} values in a run")
    sizes, at, plain = [], 0, flat.tolist()
    for count in leaves:
        entry = tuple(plain[at : at + count])
        if sum(entry) > limits.ENTRY_VALUES:
            raise TooLarge(f"history: more than {limits.ENTRY_VALUES} values in an entry")
        sizes.append(entry)
        at += count
    return sizes


def _column(values: list[int]) -> columns.Column:
    return columns.encode(np.array(values, np.int64))


def _ints(column: Any, n: int) -> list[int]:  # noqa: ANN401
    values: list[int] = columns.decode(column, n).tolist()
    return values


def _changes(items: list[bytes]) -> list[Any]:
    flat: list[Any] = []
    for number, item in enumerate(items):
        if not flat or flat[-1] != item:
            flat += [number, item]
    return flat


def _unchanges(flat: Any, count: int, lengths: tuple[int, ...], name: str) -> list[bytes]:  # noqa: ANN401
    if type(flat) is not list or len(flat) % 2 or not flat or flat[0] != 0:
        raise Undecodable(f"history: {name}: [0, octets, …] is expected")
    items: list[bytes] = []
    for at in range(0, len(flat), 2):
        item, end = flat[at + 1], flat[at + 2] if at + 2 < len(flat) else count
        if not isinstance(item, bytes) or len(item) not in lengths or type(end) is not int or end > count:
            raise Undecodable(f"history: {name}: octets of {lengths} bytes at entries below {count} are expected")
        if end <= len(items):
            raise Undecodable(f"history: {name}: changes must ascend")
        items.extend([item] * (end - len(items)))
    return items
