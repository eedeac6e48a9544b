"""The record: appending by its owner, reading by anyone who follows it, in commit order."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from store import copying, receipts
from store.named import sql
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import asyncpg
    from numpy.typing import NDArray

    from store.connection import Connection

CHANGED_CHANNEL: Final = "antoan_record"
"""NOTIFY after each commit; the payload names the partitions, joined by commas. It wakes; cursors decide."""


class State(IntEnum):
    """What a message of the record is to its chain."""

    LINKED = 0
    FORK = 1
    """Authentic, but its number was taken: kept, marked, passed over by projections."""
    UNDECODABLE = 2
    """Linked, but its data cannot be decoded: kept, marked, passed over by projections."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to append: an entry, or a run whose first `skip` entries are in the record already."""

    gateway: str
    epoch: int
    partition: int
    first_seq: int
    seq: int
    skip: int
    readings: int
    kind: int
    state: State
    digest: bytes
    sealed: bytes
    event_from_us: int | None
    event_to_us: int | None

    @property
    def entries(self) -> int:
        """Entries in the message, skipped ones included."""
        return self.seq - self.first_seq + 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a partition stands: the last position assigned, and the receive time (UTC µs) of the commit."""

    position: int
    received_us: int


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of the record as it is read back, in either form."""

    received_us: int
    position: int
    first_seq: int
    seq: int
    gateway: str
    epoch: int
    skip: int
    readings: int
    partition: int
    kind: int
    state: State
    digest: bytes
    sealed: bytes
    receipts: bytes | None

    @property
    def entries(self) -> int:
        """Entries in the message, skipped ones included."""
        return self.seq - self.first_seq + 1

    def positions_and_received(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Position and receive time (UTC µs) of each entry after the skipped ones."""
        if self.receipts is not None:
            return receipts.unpack(self.receipts)
        count = self.entries - self.skip
        first = self.position - count + 1
        return np.arange(first, self.position + 1), np.full(count, self.received_us, np.int64)


_COLUMNS: Final = (
    "received", "position", "first_seq", "seq", "event_from", "event_to", "gateway", "epoch", "entries", "skip", "readings",
    "partition", "kind", "state", "digest", "sealed",
)  # fmt: skip
_FIXED: Final = struct.Struct(">iqiqiqiq")
_NUMBERS: Final = struct.Struct(">iiiiiiiiihihih")
_NULL: Final = struct.pack(">i", -1)
_TIME: Final = struct.Struct(">iq")


def _time(utc_us: int | None) -> bytes:
    if utc_us is None:
        return _NULL
    held = min(max(utc_us, copying.TIME_MIN_US), copying.TIME_MAX_US)
    return _TIME.pack(8, held - copying.EPOCH_US)


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def binary_row(message: NewMessage, place: Place, more: bytes | None = None) -> bytes:
    """One row of `record` for binary COPY; with `more` (receipts) one of `record_run`."""
    return b"".join((
        (16 if more is None else 17).to_bytes(2, "big"),
        _FIXED.pack(8, place.received_us - copying.EPOCH_US, 8, place.position, 8, message.first_seq, 8, message.seq),
        _time(message.event_from_us), _time(message.event_to_us),
        _field(message.gateway.encode()),
        _NUMBERS.pack(4, message.epoch, 4, message.entries, 4, message.skip, 4, message.readings,
                      2, message.partition, 2, message.kind, 2, message.state),
        _field(message.digest), _field(message.sealed),
        b"" if more is None else _field(more),
    ))  # fmt: skip


async def advance(connection: Connection, wanted: Mapping[int, int]) -> dict[int, Place]:
    """Lock partitions and take so many positions of each; part of the commit. Returns their places after it."""
    rows = await connection.fetch(sql("partition/advance"), list(wanted), list(wanted.values()))
    return {row["partition"]: Place(row["position"], to_us(row["received"])) for row in rows}


async def positions(connection: Connection) -> dict[int, int]:
    """Partition → the last position assigned."""
    return {row["partition"]: row["position"] for row in await connection.fetch(sql("partition/positions"))}


async def append(connection: Connection, messages: Sequence[tuple[NewMessage, Place]]) -> None:
    """Append messages at their places; part of the commit. Raises asyncpg.PostgresError."""
    rows = b"".join([binary_row(message, place) for message, place in messages])
    await copying.copy_binary(connection, "record", _COLUMNS, rows)


async def append_runs(connection: Connection, runs: Sequence[tuple[NewMessage, Place, bytes]]) -> None:
    """Append to the second form of the record, each with its packed receipts."""
    rows = b"".join([binary_row(message, place, packed) for message, place, packed in runs])
    await copying.copy_binary(connection, "record_run", (*_COLUMNS, "receipts"), rows)


async def notify(connection: Connection, partitions: Sequence[int]) -> None:
    """Wake the followers of the partitions when this transaction commits."""
    await connection.execute(sql("record/notify"), CHANGED_CHANNEL, ",".join(map(str, partitions)))


def stored_message(row: asyncpg.Record) -> StoredMessage:
    """A row of either form."""
    return StoredMessage(
        received_us=to_us(row["received"]),
        position=row["position"],
        first_seq=row["first_seq"],
        seq=row["seq"],
        gateway=row["gateway"],
        epoch=row["epoch"],
        skip=row["skip"],
        readings=row["readings"],
        partition=row["partition"],
        kind=row["kind"],
        state=State(row["state"]),
        digest=row["digest"],
        sealed=row["sealed"],
        receipts=row["receipts"],
    )


async def after(
    connection: Connection, partition: int, place: Place, *, messages: int = 512, max_bytes: int = 8 << 20
) -> list[StoredMessage]:
    """Messages of a partition after a place in commit order: at most so many, and so many bytes (but at least one)."""
    received = from_us(place.received_us)
    rows = await connection.fetch(sql("record/after"), partition, place.position, received, messages, max_bytes)
    return [stored_message(row) for row in rows]


async def chain(
    connection: Connection, gateway: str, epoch: int, seq: int = -1, position: int = 0, *, messages: int = 256
) -> list[StoredMessage]:
    """Messages of a chain after (seq, position), in order of their last seq, forks among them; page with the last one's."""
    rows = await connection.fetch(sql("record/chain"), gateway, epoch, seq, messages, position)
    return [stored_message(row) for row in rows]


async def spanning(connection: Connection, gateway: str, from_us_: int, to_us_: int) -> list[StoredMessage]:
    """Linked messages of a gateway that may hold readings of a span of event time (UTC µs, both ends included)."""
    rows = await connection.fetch(sql("record/spanning"), gateway, from_us(from_us_), from_us(to_us_))
    return [stored_message(row) for row in rows]


async def find(connection: Connection, gateway: str, epoch: int, seq: int) -> tuple[int, bytes, bytes] | None:
    """The linked message that holds an entry: (its last seq, its digest, its bytes); None when the record has none."""
    row = await connection.fetchrow(sql("record/find"), gateway, epoch, seq)
    return None if row is None else (row["seq"], row["digest"], row["sealed"])


async def has_fork(connection: Connection, gateway: str, epoch: int, seq: int, digest: bytes) -> bool:
    """Whether this fork is kept already."""
    return bool(await connection.fetchval(sql("record/has_fork"), gateway, epoch, seq, digest))
