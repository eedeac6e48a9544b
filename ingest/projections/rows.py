"""The projection `readings`: rows for SQL, laid out as binary COPY while the batch before is being copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingest.projections.marks import marks_of
from ingest.projections.place import place
from store import cursors, marks, readings
from store.readings import Doubt, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ingest.feed import Followed
    from ingest.projections.context import Context
    from ingest.projections.place import Block
    from store.connection import Connection
    from store.cursors import Waiting
    from store.marks import Mark

EMPTY = Rows(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int64)
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one batch of the record means for the tables."""

    binary: memoryview
    late: Rows
    future: Rows
    early: Rows
    waiting: list[Waiting]
    undescribed: int
    marks: list[Mark]


class ReadingRows:
    """Follows the record into `readings`, `readings_doubtful` and `readings_late`."""

    name = "readings"

    def __init__(self, retention_us: int, horizons: Callable[[], list[tuple[int, int]]]) -> None:
        """`retention_us`: older rows are late; `horizons`: what was dropped, (when, rows before this), in UTC µs."""
        self._retention_us = retention_us
        self._horizons = horizons

    def prepare(self, messages: Sequence[Followed], context: Context) -> Prepared:
        """Rows of a batch, sorted out by what is to become of them."""
        placed = [place(message, context) for message in messages]
        blocks = [block for one in placed for block in one.blocks]
        sound = [block.sound() for block in blocks]
        late, kept = self._split_late(sound)
        return Prepared(
            readings.binary([(b.time_us, b.values, b.channel_ids, b.codes) for b in kept]),
            _rows(late),
            _rows([block.take(block.future) for block in blocks if block.future is not None]),
            _rows([_early(block) for block in blocks if block.early is not None]),
            [waiting for one in placed for waiting in one.waiting],
            sum(one.undescribed for one in placed),
            marks_of(messages),
        )

    def kept_rows(self, messages: Sequence[Followed], context: Context) -> Rows:
        """The rows of `readings` that messages stand for; for verification."""
        blocks = [block.sound() for message in messages for block in place(message, context).blocks]
        return _rows(self._split_late(blocks)[1])

    async def write(self, connection: Connection, prepared: Prepared) -> None:
        """COPY the rows; part of the transaction that moves the cursors."""
        if prepared.binary:
            await readings.insert_binary(connection, prepared.binary)
        if len(prepared.future):
            await readings.insert_doubtful(connection, prepared.future, Doubt.FUTURE)
        if len(prepared.early):
            await readings.insert_doubtful(connection, prepared.early, Doubt.BEFORE_ENROLMENT)
        if len(prepared.late):
            await readings.count_late(connection, prepared.late)
        if prepared.marks:
            await marks.insert(connection, prepared.marks)
        if prepared.waiting:
            await cursors.wait(connection, self.name, prepared.waiting)
        await readings.notify(connection)

    async def tend(self, connection: Connection, *, now: bool = False) -> None:
        """Nothing is due beside the batches."""

    def forget(self) -> None:
        """Nothing is remembered between batches."""

    def _split_late(self, blocks: list[Block]) -> tuple[list[Block], list[Block]]:
        """Late blocks (counted), and those to insert; rows that retention has dropped since are in neither."""
        horizons = self._horizons()
        dropped_before = max((before for _, before in horizons), default=-(1 << 62))
        late, kept = [], []
        for block in blocks:
            if not len(block.time_us):
                continue
            oldest, received = int(block.time_us.min()), int(block.received_us.max())
            if oldest >= max(received - self._retention_us, dropped_before):
                kept.append(block)
                continue
            limit = _limits(block.received_us, self._retention_us, horizons)
            is_late = block.time_us < limit
            late.append(block.take(is_late))
            kept.append(block.take(~is_late & (block.time_us >= dropped_before)))
        return late, kept


def _limits(received_us: NDArray[np.int64], retention_us: int, horizons: list[tuple[int, int]]) -> NDArray[np.int64]:
    """Per receive time the oldest event time that was not late then."""
    limit = received_us - retention_us
    for at, before in horizons:
        limit = np.where(received_us >= at, np.maximum(limit, before), limit)
    return limit


def _early(block: Block) -> Block:
    mask = block.early if block.early is not None else np.zeros(len(block.time_us), np.bool_)
    return block.take(mask if block.future is None else mask & ~block.future)


def _rows(blocks: Sequence[Block]) -> Rows:
    if not blocks:
        return EMPTY
    return Rows(
        np.concatenate([np.tile(block.time_us, len(block.channels)) for block in blocks]),
        np.concatenate([block.values.ravel() for block in blocks]),
        np.concatenate([np.repeat(block.channel_ids, len(block.time_us)) for block in blocks]),
        np.concatenate([_codes(block) for block in blocks]),
        np.concatenate([np.tile(block.received_us, len(block.channels)) for block in blocks]),
    )


def _codes(block: Block) -> NDArray[np.uint8]:
    return np.zeros(block.values.size, np.uint8) if block.codes is None else block.codes.ravel()
