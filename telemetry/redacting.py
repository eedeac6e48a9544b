"""Withholding leaves: the same links and signature, with chosen contents replaced by their hashes.

Salts of the shown leaves replace the block keys, so that nobody can try out values against the hashes of the withheld ones.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry import columns, limits, quality_runs, salting, tracks
from telemetry.content import Hidden, Times, Values
from telemetry.link import Kind
from telemetry.message import build_message
from telemetry.tracks import Group, TimesTrack

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.content import Content
    from telemetry.message import Message
    from telemetry.opened import Opened

Shown = list[tuple[int, "Content"]]
"""(entry number, content) in order."""


def redact(message: Message, hide: Callable[[int, int], bool]) -> Message:
    """The same entries with every leaf (entry number, leaf number) replaced by its hash for which `hide` is true.

    Withheld leaves of the given message stay withheld. Raises Undecodable, Altered: only what is proven is redacted.
    """
    whole = message.contents()
    shown: Shown = []
    hidden: list[tuple[int, int, bytes]] = []
    salts: list[bytes] = []
    for number, entry_salts in enumerate(_salts_by_leaf(message, whole)):
        hashes = whole.leaf_hashes(number)
        for at, content in enumerate(whole.entry_contents(number)):
            if isinstance(content, Hidden) or hide(number, at):
                hidden.append((number, at, hashes[at]))
            else:
                shown.append((number, content))
                salts.append(entry_salts[at])
    if not hidden:
        return message
    return build_message(message.sign1, message.history, b"".join(salts), _write_hidden(hidden), _data(shown, whole))


def _salts_by_leaf(message: Message, whole: Opened) -> list[dict[int, bytes]]:
    """For every entry the salts of its shown leaves, by position."""
    shown = [
        [at for at, content in enumerate(whole.entry_contents(number)) if not isinstance(content, Hidden)]
        for number in range(message.count)
    ]
    counts = [len(places) for places in shown]
    entries = salting.by_entry(message.salts, message.hidden is not None, message.first_seq, counts)
    width = limits.SALT_BYTES
    return [
        {at: salts[width * n : width * n + width] for n, at in enumerate(places)}
        for places, salts in zip(shown, entries, strict=True)
    ]


def _write_hidden(hidden: list[tuple[int, int, bytes]]) -> list[Any]:
    entries, places, hashes = zip(*hidden, strict=True)
    return [columns.encode(np.array(entries)), columns.encode(np.array(places)), b"".join(hashes)]


def _data(shown: Shown, whole: Opened) -> list[Any]:
    """The data section of what is shown."""
    readings = [number for number, link in enumerate(whole.links) if link.kind is Kind.READINGS]
    times: dict[int, list[tuple[int, Times]]] = {}
    channels: dict[tuple[int, int], list[tuple[int, Values]]] = {}
    others: list[list[Any]] = []
    for number, content in shown:
        if isinstance(content, Times):
            times.setdefault(content.index, []).append((number, content))
        elif isinstance(content, Values):
            channels.setdefault((content.times_index, content.channel), []).append((number, content))
        else:
            others.append(tracks.write_other(number, content))
    return [
        [_times(index, pieces, readings) for index, pieces in sorted(times.items())],
        _groups(channels, readings),
        others,
    ]


def _times(index: int, pieces: list[tuple[int, Times]], readings: list[int]) -> list[Any]:
    entries = [number for number, _ in pieces]
    arrays = [content.times for _, content in pieces]
    track = TimesTrack(index, entries, _splits([len(array) for array in arrays]), np.concatenate(arrays))
    return tracks.write_times(track, None if entries == readings else entries)


def _groups(channels: dict[tuple[int, int], list[tuple[int, Values]]], readings: list[int]) -> list[Any]:
    """Channels that are shown in the same entries, at the same time column and lengths, are one group."""
    alike: dict[tuple[int, tuple[int, ...], tuple[int, ...]], list[list[Values]]] = {}
    for (index, _), pieces in sorted(channels.items(), key=lambda item: item[0]):
        key = (index, tuple(n for n, _ in pieces), tuple(len(content.values) for _, content in pieces))
        alike.setdefault(key, []).append([content for _, content in pieces])
    groups = []
    for (index, entries, counts), rows in alike.items():
        group = Group(
            index,
            list(entries),
            _splits(list(counts)),
            tuple(row[0].channel for row in rows),
            np.stack([np.concatenate([content.values for content in row]) for row in rows]),
            tuple(quality_runs.join(content.quality or () for content in row) for row in rows),
        )
        groups.append(tracks.write_group(group, None if list(entries) == readings else list(entries)))
    return groups


def _splits(counts: list[int]) -> list[int]:
    return list(accumulate(counts, initial=0))
