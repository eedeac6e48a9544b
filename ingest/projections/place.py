"""Where readings belong: server-wide channel and UTC time, for whole blocks of columns at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.timing import utc_us_by_entry
from store.cursors import Waiting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingest.feed import Followed
    from ingest.projections.context import Context
    from store.channels import Channel
    from telemetry.opened import Columns, Opened

FUTURE_US: Final = 600_000_000
"""A reading dated this long after its receipt is doubtful: clocks of kits are trusted to ten minutes."""


@dataclass(frozen=True, slots=True)
class Block:
    """Readings of channels that share a time column. Times and receive times in UTC µs.

    `entry` numbers the record's entry that each column belongs to, growing; values of one entry stay together.
    """

    channels: tuple[Channel, ...]
    channel_ids: NDArray[np.int32]
    time_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    entry: NDArray[np.int64]
    values: NDArray[np.int64]
    """(channels, times)"""
    codes: NDArray[np.uint8] | None
    """(channels, times); None: all of quality ok."""
    future: NDArray[np.bool_] | None
    """Dated in the future; None: none is."""
    early: NDArray[np.bool_] | None
    """Dated before the enrolment; None: none is."""

    def sound(self) -> Block:
        """The block without doubtful columns."""
        if self.future is None and self.early is None:
            return self
        doubtful = np.zeros(len(self.time_us), np.bool_)
        for mask in (self.future, self.early):
            if mask is not None:
                doubtful |= mask
        return self.take(~doubtful)

    def take(self, mask: NDArray[np.bool_]) -> Block:
        """The columns for which the mask holds."""
        return Block(
            self.channels,
            self.channel_ids,
            self.time_us[mask],
            self.received_us[mask],
            self.entry[mask],
            self.values[:, mask],
            None if self.codes is None else self.codes[:, mask],
            None if self.future is None else self.future[mask],
            None if self.early is None else self.early[mask],
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A message's readings in their places, those that must wait, and how many have no known channel."""

    blocks: tuple[Block, ...]
    waiting: tuple[Waiting, ...]
    undescribed: int


NOTHING: Final = Placed((), (), 0)


def place(message: Followed, context: Context) -> Placed:
    """Place the readings of a message; `context` has been resolved for it."""
    if message.opened is None or not message.readings:
        return NOTHING
    opened = message.opened
    offsets = _offsets(message, opened, context)
    blocks, undescribed = [], 0
    for columns in opened.columns:
        block, unknown = _block(message, columns, offsets, context)
        undescribed += unknown
        if block is not None:
            blocks.append(block)
    return Placed(tuple(blocks), _waiting(message, opened, offsets), undescribed)


def _offsets(message: Followed, opened: Opened, context: Context) -> list[int | None]:
    own = opened.utc_offsets_us()
    if message.only is not None:
        return [message.only_offset_us if number == message.only else None for number in range(len(own))]
    if None not in own:
        return list(own)
    return [
        context.offsets_us.get((message.gateway, link.boot)) if offset is None else offset
        for offset, link in zip(own, opened.links, strict=True)
    ]


def _waiting(message: Followed, opened: Opened, offsets: list[int | None]) -> tuple[Waiting, ...]:
    if None not in offsets or message.only is not None:
        return ()
    with_values = {
        int(number)
        for columns in opened.columns
        for number, length in zip(columns.entries, np.diff(columns.splits), strict=True)
        if length
    }
    return tuple(
        Waiting(message.gateway, link.boot, message.epoch, link.seq, int(_received(message, np.array([number]))[0]))
        for number, (link, offset) in enumerate(zip(opened.links, offsets, strict=True))
        if offset is None and number >= message.skip and number in with_values
    )


def _received(message: Followed, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Receive times of entries of the message by their number."""
    if message.each_received_us is None:
        return np.full(len(numbers), message.received_us, np.int64)
    return message.each_received_us[numbers - message.skip]


def _block(
    message: Followed, columns: Columns, offsets: list[int | None], context: Context
) -> tuple[Block | None, int]:
    opened = message.opened
    if columns.times is None or opened is None or not len(columns.entries):
        return None, 0
    numbers = columns.entry_of()
    own = [offsets[number] for number in columns.entries.tolist()]
    kept = np.array([offset is not None for offset in own])[np.repeat(np.arange(len(own)), np.diff(columns.splits))]
    kept &= numbers >= message.skip
    known = context.channels.get((message.gateway, message.epoch, opened.links[0].descriptor or 0), {})
    if opened.links[0].descriptor is None:
        known = {}
    rows = [row for row, channel in enumerate(columns.channels) if channel in known]
    unknown = (len(columns.channels) - len(rows)) * int(kept.sum())
    if not rows or not kept.any():
        return None, unknown
    times = utc_us_by_entry(columns.times, columns.splits, own)
    codes = None if columns.all_ok else columns.quality_codes()
    values = columns.values
    if len(rows) != len(columns.channels):
        values, codes = values[rows], None if codes is None else codes[rows]
    if not kept.all():
        times, numbers, values = times[kept], numbers[kept], values[:, kept]
        codes = None if codes is None else codes[:, kept]
    channels = tuple(known[columns.channels[row]] for row in rows)
    received = _received(message, numbers) if len(opened.links) > 1 else np.full(len(times), message.received_us)
    enrolled_us = context.enrolled_us[message.gateway, message.epoch]
    future, early = times > received + FUTURE_US, times < enrolled_us
    return (
        Block(
            channels,
            np.array([channel.id for channel in channels], np.int32),
            times,
            received,
            numbers + opened.links[0].seq,
            values,
            codes,
            future if future.any() else None,
            early if early.any() else None,
        ),
        unknown,
    )
