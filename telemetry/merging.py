"""Data sections joined end to end: tracks of the same shape become one longer track."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry import quality_runs, tracks
from telemetry.link import Kind
from telemetry.tracks import Group, TimesTrack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.decoding import Decoded
    from telemetry.history import Header


def merge_data(parts: Sequence[Decoded], headers: Sequence[Header]) -> list[Any]:
    """The data section of all parts as one; `headers` are those of all entries."""
    times: dict[int, list[tuple[int, TimesTrack]]] = {}
    groups: dict[tuple[int, tuple[int, ...]], list[tuple[int, Group]]] = {}
    others: list[list[Any]] = []
    start = 0
    for part in parts:
        for track in part.times:
            times.setdefault(track.index, []).append((start, track))
        for group in part.groups:
            groups.setdefault((group.index, group.channels), []).append((start, group))
        others += [tracks.write_other(start + number, content) for number, content in part.others]
        start += len(part.headers)
    readings = [number for number, header in enumerate(headers) if header.kind is Kind.READINGS]
    joined_times = [_join_times(pieces) for _, pieces in sorted(times.items())]
    joined_groups = [_join_groups(pieces) for _, pieces in sorted(groups.items())]
    return [
        [tracks.write_times(track, _where(track.entries, readings)) for track in joined_times],
        [tracks.write_group(group, _where(group.entries, readings)) for group in joined_groups],
        others,
    ]


def _where(entries: list[int], readings: list[int]) -> list[int] | None:
    return None if entries == readings else entries


def _join_times(pieces: list[tuple[int, TimesTrack]]) -> TimesTrack:
    entries, splits = _join_places([(start, track.entries, track.splits) for start, track in pieces])
    return TimesTrack(pieces[0][1].index, entries, splits, np.concatenate([track.times for _, track in pieces]))


def _join_groups(pieces: list[tuple[int, Group]]) -> Group:
    entries, splits = _join_places([(start, group.entries, group.splits) for start, group in pieces])
    first = pieces[0][1]
    values = np.concatenate([group.values for _, group in pieces], axis=1)
    rows = zip(*(group.quality for _, group in pieces), strict=True)
    return Group(first.index, entries, splits, first.channels, values, tuple(quality_runs.join(row) for row in rows))


def _join_places(pieces: list[tuple[int, list[int], list[int]]]) -> tuple[list[int], list[int]]:
    entries: list[int] = []
    splits = [0]
    for start, numbers, own in pieces:
        entries += [start + number for number in numbers]
        base = splits[-1]
        splits += [base + at for at in own[1:]]
    return entries, splits
