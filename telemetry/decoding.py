"""From a parsed message to its columns: bounded by the sizes in its links, not yet proven against them (`proving` does that)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from telemetry import columns, history, layout, limits, tracks
from telemetry.content import ChannelDescriptor
from telemetry.errors import TooLarge, Undecodable
from telemetry.history import Header
from telemetry.leaves import order_of
from telemetry.link import Clock, Kind

if TYPE_CHECKING:
    from telemetry.layout import Layout
    from telemetry.message import Message
    from telemetry.tracks import Group, GroupPlan, Other, TimesPlan, TimesTrack


@dataclass(frozen=True, slots=True)
class Place:
    """Where the leaves of one entry are: its tracks (numbers) and their layout, its shown positions, its descriptors and events."""

    times: tuple[int, ...]
    groups: tuple[int, ...]
    layout: Layout
    shown: range | list[int]
    others: list[int]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The columns of a message. `hidden[entry]` maps positions of withheld leaves to their hashes."""

    headers: list[Header]
    places: list[Place]
    times: list[TimesTrack]
    groups: list[Group]
    others: list[Other]
    hidden: dict[int, dict[int, bytes]]


def decode(message: Message) -> Decoded:
    """Decode a message into buffers sized by its links. Raises Undecodable, TooLarge."""
    headers = headers_of(message)
    count = len(headers)
    hidden = _hidden(message.hidden, headers)
    readings = [number for number, header in enumerate(headers) if header.kind is Kind.READINGS]
    times_plain, groups_plain, others_plain = _three_arrays(message.data)
    budget = sum(len(header.sizes) for header in headers)
    times, groups = [], []
    for plain in times_plain:
        times.append(tracks.plan_times(plain, readings, count))
        budget = _spend(budget, len(times[-1].entries))
    for plain in groups_plain:
        groups.append(tracks.plan_group(plain, readings, count))
        budget = _spend(budget, len(groups[-1].entries) * len(groups[-1].channels))
    others = [tracks.read_other(plain, count) for plain in others_plain]
    if count == 1 and not hidden and not others:
        outline = _outline_of_one(
            headers[0].kind,
            headers[0].sizes,
            tuple([(plan.index, bool(plan.entries)) for plan in times]),
            tuple([(plan.channels, bool(plan.entries)) for plan in groups]),
        )
    else:
        outline = _outline(headers, times, groups, others, hidden)
    places, time_splits, group_splits = outline
    return Decoded(
        headers,
        places,
        [tracks.decode_times(plan, splits) for plan, splits in zip(times, time_splits, strict=True)],
        [tracks.decode_group(plan, splits) for plan, splits in zip(groups, group_splits, strict=True)],
        others,
        hidden,
    )


Outline = tuple[list["Place"], list[list[int]], list[list[int]]]
"""Places of all entries, splits of the time columns, splits of the groups. Nobody changes one: it is shared between messages."""


def _outline(
    headers: list[Header],
    times: list[TimesPlan],
    groups: list[GroupPlan],
    others: list[Other],
    hidden: dict[int, dict[int, bytes]],
) -> Outline:
    places = _place_all(headers, times, groups, others, hidden)
    return places, *_splits(headers, places, len(times), len(groups))


@lru_cache(maxsize=1024)
def _outline_of_one(
    kind: Kind,
    sizes: tuple[int, ...],
    times: tuple[tuple[int, bool], ...],
    groups: tuple[tuple[tuple[int, ...], bool], ...],
) -> Outline:
    """The outline of a message of one entry that is all columns: a kit's entries are alike for days. Raises Undecodable.

    `times` (index) and `groups` (channels) with whether the entry is in the track.
    """
    return _outline(
        [Header(kind, b"", Clock(), sizes)],
        [tracks.TimesPlan(index, [0] if held else [], None) for index, held in times],
        [tracks.GroupPlan(0, [0] if held else [], channels, None, None) for channels, held in groups],
        [],
        {},
    )


def headers_of(message: Message) -> list[Header]:
    """The headers of all entries of a message, within the bounds of a run. Raises Undecodable, TooLarge."""
    last = Header.of(message.last)
    if message.history is None:
        return [last]
    return [*history.decode(message.history, message.last.sizes), last]


def _spend(budget: int, leaves: int) -> int:
    """What is left of the leaves that the links count. Raises Undecodable once tracks claim more: they cost little to claim."""
    if leaves > budget:
        raise Undecodable("the tracks hold more leaves than the links")
    return budget - leaves


def _place_all(
    headers: list[Header],
    times: list[TimesPlan],
    groups: list[GroupPlan],
    others: list[Other],
    hidden: dict[int, dict[int, bytes]],
) -> list[Place]:
    """The place of every entry's leaves; every leaf that a link counts must be there or be hidden, and no other."""
    held_times = _holders([plan.entries for plan in times], len(headers))
    held_groups = _holders([plan.entries for plan in groups], len(headers))
    held_others = _others_by_entry(others, len(headers))
    indexes = [plan.index for plan in times]
    channels = [plan.channels for plan in groups]
    places = []
    for number, header in enumerate(headers):
        mine, ours = held_times[number], held_groups[number]
        arranged = layout.layout_of(tuple([indexes[at] for at in mine]), tuple([channels[at] for at in ours]))
        shown = _shown(len(header.sizes), hidden.get(number))
        if arranged.count + len(held_others[number]) != len(shown):
            raise Undecodable(
                f"entry {number} holds {arranged.count + len(held_others[number])} leaves, its link has {len(shown)}"
            )
        _check_kind(header.kind, arranged.count, [others[at] for at in held_others[number]])
        _check_other_sizes(header.sizes, shown, arranged.count, [others[at] for at in held_others[number]])
        places.append(Place(mine, ours, arranged, shown, held_others[number]))
    return places


def _splits(
    headers: list[Header], places: list[Place], times: int, groups: int
) -> tuple[list[list[int]], list[list[int]]]:
    """How many values each entry has in each track, summed up: [0, n0, n0 + n1, …]. Bounded by the signed sizes."""
    time_counts: list[list[int]] = [[] for _ in range(times)]
    group_counts: list[list[int]] = [[] for _ in range(groups)]
    for header, place in zip(headers, places, strict=True):
        sizes: Any = header.sizes
        if isinstance(place.shown, list):
            sizes = [header.sizes[at] for at in place.shown]
        for track, at in zip(place.times, place.layout.times, strict=True):
            time_counts[track].append(sizes[at])
        for track, at_all in zip(place.groups, place.layout.groups, strict=True):
            group_counts[track].append(layout.common_count(sizes, at_all))
    return (
        [list(accumulate(counts, initial=0)) for counts in time_counts],
        [list(accumulate(counts, initial=0)) for counts in group_counts],
    )


def _holders(entries: list[list[int]], count: int) -> list[tuple[int, ...]]:
    """For every entry the numbers of the tracks that hold it."""
    if count == 1:
        return [tuple(number for number, held in enumerate(entries) if held)]
    held: list[list[int]] = [[] for _ in range(count)]
    for number, track in enumerate(entries):
        for entry in track:
            held[entry].append(number)
    return [tuple(numbers) for numbers in held]


def _others_by_entry(others: list[Other], count: int) -> list[list[int]]:
    held: list[list[int]] = [[] for _ in range(count)]
    before = 0
    for number, (entry, _) in enumerate(others):
        if entry < before:
            raise Undecodable("descriptors and events must ascend by entry")
        held[entry].append(number)
        before = entry
    for numbers in held:
        keys = [order_of(others[number][1]) for number in numbers]
        if any(first >= second for first, second in pairwise(keys)):
            raise Undecodable("descriptors and events of an entry must ascend by (type, id), without duplicates")
    return held


def _check_kind(kind: Kind, readings: int, others: list[Other]) -> None:
    if readings and kind is not Kind.READINGS:
        raise Undecodable(f"an entry of kind {kind.name} holds readings")
    if kind is not Kind.DESCRIPTOR and any(isinstance(content, ChannelDescriptor) for _, content in others):
        raise Undecodable(f"an entry of kind {kind.name} holds descriptors")


def _check_other_sizes(sizes: tuple[int, ...], shown: range | list[int], after: int, others: list[Other]) -> None:
    for place, (_, content) in zip(shown[after:], others, strict=True):
        if sizes[place] != len(content.body):
            raise Undecodable(f"leaf {place}: a body of {len(content.body)} bytes where the link has {sizes[place]}")


def _shown(leaves: int, hidden: dict[int, bytes] | None) -> range | list[int]:
    if not hidden:
        return range(leaves)
    return [place for place in range(leaves) if place not in hidden]


def _hidden(plain: Any, headers: list[Header]) -> dict[int, dict[int, bytes]]:  # noqa: ANN401
    """Hidden = null or [entries, positions, hashes]: columns of m numbers and 32·m octets, ascending."""
    if plain is None:
        return {}
    if type(plain) is not list or len(plain) != 3 or not isinstance(plain[2], bytes) or not plain[2]:
        raise Undecodable("hidden: [entries, positions, hashes] is expected")
    width = limits.DIGEST_BYTES
    count, rest = divmod(len(plain[2]), width)
    if rest or count > limits.RUN_LEAVES:
        raise TooLarge(f"hidden: at most {limits.RUN_LEAVES} hashes of {width} bytes are expected")
    hidden: dict[int, dict[int, bytes]] = {}
    before = (-1, -1)
    pairs = zip(columns.decode(plain[0], count).tolist(), columns.decode(plain[1], count).tolist(), strict=True)
    for at, (entry, place) in enumerate(pairs):
        if (entry, place) <= before or not 0 <= entry < len(headers) or not 0 <= place < len(headers[entry].sizes):
            raise Undecodable("hidden: positions must ascend and exist")
        hidden.setdefault(entry, {})[place] = plain[2][at * width : (at + 1) * width]
        before = (entry, place)
    return hidden


def _three_arrays(data: Any) -> tuple[list[Any], list[Any], list[Any]]:  # noqa: ANN401
    if type(data) is not list or len(data) != 3 or any(type(part) is not list for part in data):
        raise Undecodable("data: [times, groups, others] is expected")
    if sum(len(part) for part in data) > limits.RUN_LEAVES:
        raise TooLarge(f"data: more than {limits.RUN_LEAVES} tracks")
    return data[0], data[1], data[2]
