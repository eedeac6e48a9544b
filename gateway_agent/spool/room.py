"""Room in the spool, the cheapest loss first: what the server has, then nothing (runs), then fine detail, then the oldest entries.

1. Committed entries, oldest first (`trim`).
2. Entries that wait are merged into runs, which lose nothing and take a third of the room. A gateway without a connection does this
   as they gather (`merge_waiting`): a month is then sent as it lies, message by message.
3. The channels measured most often are thinned to their statistics in the oldest runs: each column is replaced by the hash that its
   link commits to, so the chain still verifies, and a signed event says what went and what it was like.
4. The oldest entries go; a signed `lost` event says so (`trim`).

One step at a time, so that sealing never waits long for the spool's thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from gateway_agent.spool.rows import ROW_BYTES, EpochState, SpooledEntry
from gateway_agent.spool.spool import SEQS
from gateway_agent.spool.trim import lose_oldest, trim_committed
from telemetry.content import Values
from telemetry.errors import TelemetryError
from telemetry.events import Thinned
from telemetry.limits import ARCHIVE_BYTES, MESSAGE_BYTES
from telemetry.message import parse_message
from telemetry.quality import Quality
from telemetry.redacting import redact
from telemetry.run import merge_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from gateway_agent.spool.rows import Acknowledged, EpochRow, Trimmed
    from gateway_agent.spool.spool import Spool
    from telemetry.message import Message

RECENT: Final = 64
"""Entries at the end of a chain that stay as they are: they are being sent, or will be within the minute."""
MERGED: Final = 1024
"""Entries looked at for one run."""
FULL_BYTES: Final = 3 * MESSAGE_BYTES
"""Of single entries make a message that is nearly full: merging takes two thirds away."""
LOOKED_AT: Final = 64
"""Runs looked at for one that can be thinned."""
RATE: Final = 64
"""Values in an entry above which a column is worth thinning: below, its hash takes more room than it does."""


@dataclass(slots=True)
class Room:
    """What one step made: entries that went, bytes that became free, readings that were thinned away and what they were like."""

    removed: list[tuple[Trimmed, int]] = field(default_factory=list)
    freed: int = 0
    thinned_readings: int = 0
    thinned: Thinned | None = None


def make_room(
    spool: Spool, *, acknowledged: Mapping[int, Acknowledged], older_than_lived_us: int, excess_bytes: int
) -> Room:
    """One step towards `excess_bytes` less. `acknowledged` is what the server is known to have, by epoch."""
    removed = trim_committed(
        spool, acknowledged=acknowledged, older_than_lived_us=older_than_lived_us, excess_bytes=excess_bytes
    )
    if removed or excess_bytes <= 0:
        return Room(removed)
    for row in spool.epochs():
        if row.forked or row.state is EpochState.PENDING:
            continue
        after = max(row.gone_to, acknowledged.get(row.epoch, row.acknowledged).seq)
        if room := _merge(spool, row, after) or _thin(spool, row, after):
            return room
    return Room(lose_oldest(spool, acknowledged=acknowledged, excess_bytes=excess_bytes))


def merge_waiting(spool: Spool, acknowledged: Mapping[int, Acknowledged]) -> int:
    """Merge the oldest entries that wait into one run, if they fill a message; the bytes that became free."""
    for row in spool.epochs():
        if row.forked or row.state is EpochState.PENDING:
            continue
        after = max(row.gone_to, acknowledged.get(row.epoch, row.acknowledged).seq)
        if (room := _merge(spool, row, after, least_bytes=FULL_BYTES)) is not None:
            return room.freed
    return 0


def _merge(spool: Spool, row: EpochRow, after: int, *, least_bytes: int = 0) -> Room | None:
    """The oldest single entries after `after` as one run; None where there are too few."""
    for first in _singles(spool, row, after):
        entries = spool.read(row.epoch, first, 1 << 40, MERGED)
        waiting = []
        for number, entry in enumerate(entries):
            if entry.count > 1 or entry.seq != first + number or entry.seq > row.tip - RECENT:
                break
            waiting.append(entry)
        enough = len(waiting) == MERGED or sum(len(entry.wire) for entry in waiting) >= least_bytes
        if len(waiting) < RECENT or not enough:
            continue
        run, took = merge_within([parse_message(entry.wire) for entry in waiting], MESSAGE_BYTES)
        before = sum(len(entry.wire) + ROW_BYTES for entry in waiting[:took])
        if took < 2:
            continue
        last = waiting[took - 1]
        readings = sum(entry.readings for entry in waiting[:took])
        spool.replace(row.epoch, first, SpooledEntry(last.seq, last.kind, last.digest, readings, run.wire, took))
        return Room(freed=before - len(run.wire) - ROW_BYTES)
    return None


def _singles(spool: Spool, row: EpochRow, after: int) -> Iterator[int]:
    """Where rows of one entry begin that might be merged: the oldest few."""
    rows = spool.connection.execute(
        "SELECT position FROM entry WHERE position > ? AND position <= ? AND count = 1 ORDER BY position LIMIT 64",
        (row.epoch * SEQS + after, row.epoch * SEQS + row.tip - RECENT),
    ).fetchall()
    return (position - row.epoch * SEQS for (position,) in rows)


def _thin(spool: Spool, row: EpochRow, after: int) -> Room | None:
    """The most frequent channels of the oldest entry or run that has such, replaced by their hashes."""
    for entry in spool.read(row.epoch, after + 1, 1 << 40, LOOKED_AT):
        if entry.seq > row.tip - RECENT:
            return None
        try:
            message = parse_message(entry.wire, ARCHIVE_BYTES)
            room = None if message.hidden is not None else _thinned(spool, row.epoch, entry, message)
        except TelemetryError:  # a run that does not open is the server's to judge
            continue
        if room is not None:
            return room
    return None


def _thinned(spool: Spool, epoch: int, entry: SpooledEntry, message: Message) -> Room | None:
    opened = message.contents()
    leaves = [list(opened.entry_contents(number)) for number in range(message.count)]
    columns = [leaf for contents in leaves for leaf in contents if isinstance(leaf, Values)]
    frequent = _frequent(columns)
    if not frequent:
        return None
    less = redact(message, lambda number, at: _is_of(leaves[number][at], frequent))
    freed = len(entry.wire) - len(less.wire)
    if freed <= 0:
        return None
    going = [column for column in columns if column.channel in frequent]
    gone = sum(len(column.values) for column in going)
    kept = SpooledEntry(entry.seq, entry.kind, entry.digest, entry.readings - gone, less.wire, entry.count)
    spool.replace(epoch, entry.first, kept)
    event = Thinned(
        first_seq=entry.first,
        last_seq=entry.seq,
        channels=sorted(frequent),
        statistics=[_statistics(going, channel) for channel in sorted(frequent)],
        cause="spool full",
    )
    return Room(freed=freed, thinned_readings=gone, thinned=event)


def _frequent(columns: Sequence[Values]) -> set[int]:
    """The channels with the most values an entry, if that is more than `RATE`."""
    most: dict[int, int] = {}
    for column in columns:
        most[column.channel] = max(most.get(column.channel, 0), len(column.values))
    highest = max(most.values(), default=0)
    return {channel for channel, values in most.items() if values == highest} if highest > RATE else set()


def _is_of(leaf: object, channels: set[int]) -> bool:
    return isinstance(leaf, Values) and leaf.channel in channels


def _statistics(columns: Sequence[Values], channel: int) -> list[int]:
    """[count, min, max, sum] of the readings of a channel that had a value."""
    values = np.concatenate([_valued(column) for column in columns if column.channel == channel])
    if not len(values):
        return [0, 0, 0, 0]
    return [len(values), int(values.min()), int(values.max()), int(values.sum())]


def _valued(column: Values) -> NDArray[np.int64]:
    """The values of a column behind whose quality a number stands."""
    runs = column.quality or ((len(column.values), 0),)
    kept = np.repeat([Quality.of_code(code).has_value for _, code in runs], [length for length, _ in runs])
    valued: NDArray[np.int64] = column.values[kept]
    return valued
