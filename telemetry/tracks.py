"""The data of a message: what stands beside the signed links, by track, over all its entries.

data   = [times, groups, others]
times  = [j, entries, column] each          the time column j of those entries, one after the other
groups = [j, entries, channels, block, qualities] each     channels that share the time column j over those entries
others = [entry, 2, channel, body] | [entry, 3, type, t, body] each, in leaf order

`entries` is null (every entry of kind READINGS) or ranges; `channels` are ranges. `block` is one column of all channels after one
another, or an array of one column per channel. `qualities` is null (all OK) or per channel null or flat runs over the track.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry import columns, fields, limits, quality_runs, ranges
from telemetry.content import ChannelDescriptor, Event
from telemetry.errors import Malformed, Undecodable

if TYPE_CHECKING:
    from telemetry.content import Int64s, QualityRuns


@dataclass(frozen=True, slots=True)
class TimesPlan:
    """A time track as the message claims it; not decoded yet."""

    index: int
    entries: list[int]
    column: Any


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group of channels as the message claims it; not decoded yet."""

    index: int
    entries: list[int]
    channels: tuple[int, ...]
    block: Any
    qualities: Any


@dataclass(frozen=True, slots=True)
class TimesTrack:
    """A decoded time track; `splits` cuts `times` by `entries`."""

    index: int
    entries: list[int]
    splits: list[int]
    times: Int64s


@dataclass(frozen=True, slots=True)
class Group:
    """A decoded group; `values[c, splits[i]:splits[i + 1]]` is channel c in entry number `entries[i]`."""

    index: int
    entries: list[int]
    splits: list[int]
    channels: tuple[int, ...]
    values: Int64s
    quality: tuple[QualityRuns, ...]


Other = tuple[int, ChannelDescriptor | Event]


def plan_times(plain: Any, readings: list[int], count: int) -> TimesPlan:  # noqa: ANN401
    """Read the outside of a time track. `readings` are the entries of kind READINGS, `count` how many entries there are."""
    index, entries, column = _array(plain, 3, "times")
    return TimesPlan(_index(index), _entries(entries, readings, count), column)


def plan_group(plain: Any, readings: list[int], count: int) -> GroupPlan:  # noqa: ANN401
    """Read the outside of a group of channels."""
    index, entries, channels, block, qualities = _array(plain, 5, "group")
    numbers = tuple(ranges.decode(channels, limits.CHANNEL_MAX + 1, "channels"))
    if len(numbers) > limits.LEAVES:
        raise Undecodable(f"group: {len(numbers)} channels where an entry has at most {limits.LEAVES} leaves")
    return GroupPlan(_index(index), _entries(entries, readings, count), numbers, block, qualities)


def read_other(plain: Any, count: int) -> Other:  # noqa: ANN401
    """Read a descriptor or event with the number of its entry."""
    try:
        if type(plain) is list and len(plain) == 4 and plain[1] == 2:
            channel = fields.uint(plain[2], limits.CHANNEL_MAX, "descriptor: channel")
            body = fields.octets(plain[3], None, "descriptor: body")
            return _entry(plain[0], count), ChannelDescriptor(channel, body)
        if type(plain) is list and len(plain) == 5 and plain[1] == 3:
            kind = fields.uint(plain[2], 2**32 - 1, "event: type")
            event = Event(kind, fields.int64(plain[3], "event: t"), fields.octets(plain[4], None, "event: body"))
            return _entry(plain[0], count), event
    except Malformed as error:
        raise Undecodable(str(error)) from error
    raise Undecodable("others: [entry, 2, channel, body] or [entry, 3, type, t, body] is expected")


def write_other(number: int, content: ChannelDescriptor | Event) -> list[Any]:
    """A descriptor or event as it stands on the wire."""
    if isinstance(content, ChannelDescriptor):
        return [number, 2, content.channel, content.body]
    return [number, 3, content.type, content.t, content.body]


def decode_times(plan: TimesPlan, splits: list[int]) -> TimesTrack:
    """Decode a time track into `splits[-1]` values. Raises Undecodable."""
    return TimesTrack(plan.index, plan.entries, splits, columns.decode(plan.column, splits[-1]))


def decode_group(plan: GroupPlan, splits: list[int]) -> Group:
    """Decode a group into channels × `splits[-1]` values. Raises Undecodable."""
    count, width = splits[-1], len(plan.channels)
    values = _decode_block(plan.block, width, count)
    return Group(plan.index, plan.entries, splits, plan.channels, values, _decode_qualities(plan, count))


def write_times(track: TimesTrack, entries: list[int] | None) -> list[Any]:
    """A time track as it stands on the wire; `entries` None for every entry of kind READINGS."""
    where = None if entries is None else ranges.encode(entries)
    return [track.index, where, columns.encode_times(track.times)]


def write_group(group: Group, entries: list[int] | None) -> list[Any]:
    """A group as it stands on the wire."""
    whole = quality_runs.whole(group.splits[-1])
    qualities: list[Any] | None = None
    if any(runs != whole for runs in group.quality):
        qualities = [None if runs == whole else quality_runs.to_flat(runs) for runs in group.quality]
    where = None if entries is None else ranges.encode(entries)
    return [group.index, where, ranges.encode(list(group.channels)), _encode_block(group.values), qualities]


_SEPARATE_FROM = 64
"""Values a channel from which a column per channel is tried beside one joint column (shorter ones lose to their own headers)."""


def _encode_block(values: Int64s) -> list[Any]:
    joint = columns.encode(values.reshape(-1))
    if values.shape[0] == 1 or values.shape[1] < _SEPARATE_FROM or joint[0] in (columns.CONSTANT, columns.AFFINE):
        return joint
    separate = [columns.encode(row) for row in values]
    return separate if columns.size(separate) < columns.size(joint) else joint


def _decode_block(block: Any, width: int, count: int) -> Int64s:  # noqa: ANN401
    if type(block) is not list or not block:
        raise Undecodable("group: a block is a column or an array of columns")
    if type(block[0]) is int:
        return columns.decode(block, width * count).reshape(width, count)
    if len(block) != width:
        raise Undecodable(f"group: {len(block)} columns for {width} channels")
    values = np.empty((width, count), np.int64)
    for row, column in zip(values, block, strict=True):
        row[:] = columns.decode(column, count)
    return values


def _decode_qualities(plan: GroupPlan, count: int) -> tuple[QualityRuns, ...]:
    whole, width = quality_runs.whole(count), len(plan.channels)
    if plan.qualities is None:
        return (whole,) * width
    flat = _array(plan.qualities, width, "group: qualities")
    return tuple(whole if runs is None else quality_runs.from_flat(runs, count) for runs in flat)


def _entries(plain: Any, readings: list[int], count: int) -> list[int]:  # noqa: ANN401
    return readings if plain is None else ranges.decode(plain, count, "entries")


def _entry(plain: Any, count: int) -> int:  # noqa: ANN401
    return fields.uint(plain, count - 1, "entry")


def _index(plain: Any) -> int:  # noqa: ANN401
    if type(plain) is not int or not 0 <= plain < limits.LEAVES:
        raise Undecodable(f"time column: an index below {limits.LEAVES} is expected")
    return plain


def _array(plain: Any, length: int, name: str) -> list[Any]:  # noqa: ANN401
    if type(plain) is not list or len(plain) != length:
        raise Undecodable(f"{name}: an array of {length} is expected")
    return plain
