"""The spool's transactions. One thread at a time may use it; every write is one transaction and on disk when it returns."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gateway_agent.channels import Allocation, ChannelIdentity
from gateway_agent.spool.database import open_database, transaction
from gateway_agent.spool.errors import typed
from gateway_agent.spool.rows import Acknowledged, AlarmNoticeRow, EpochRow, EpochState, SpooledEntry
from telemetry.link import Kind
from telemetry.message import parse_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gateway_agent.spool.rows import Write

SEQS = 1 << 40  # an entry's position is epoch * SEQS + seq
MAX_NOTICES = 1000  # a kit whose alarms flap for days offline keeps the latest; entries hold all of them


class Spool:
    """All entries, heads and counters of one gateway."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path, vfs: str | None = None) -> Spool:
        """Open and check. Raises SpoolCorrupt, SpoolUnavailable."""
        return cls(open_database(path, vfs))

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._db.close()

    # -- epochs -----------------------------------------------------------------------------------------------------

    def epochs(self) -> tuple[EpochRow, ...]:
        """Every epoch, oldest first."""
        with _reading():
            return tuple(map(_epoch, self._db.execute("SELECT * FROM epoch ORDER BY epoch")))

    def begin_epoch(self, epoch: int, state: EpochState, genesis: bytes) -> None:
        """Begin a chain; every other epoch is closed (a pending one stays what it is until its entries are moved)."""
        with transaction(self._db):
            self._db.execute("UPDATE epoch SET state = 'closed' WHERE state = 'active'")
            self._db.execute(
                "INSERT INTO epoch (epoch, state, genesis, head) VALUES (?, ?, ?, ?)", (epoch, state, genesis, genesis)
            )

    def drop_epoch(self, epoch: int) -> None:
        """Forget a chain and its entries (a pending one, once its contents are sealed in the granted epoch)."""
        with transaction(self._db):
            self._db.execute("DELETE FROM entry WHERE position BETWEEN ? AND ?", _range(epoch))
            self._db.execute("DELETE FROM epoch WHERE epoch = ?", (epoch,))

    def mark_fork(self, epoch: int) -> None:
        """The server holds another entry under a number of this chain: nothing more is freed or sealed in it."""
        with transaction(self._db):
            self._db.execute("UPDATE epoch SET forked = 1 WHERE epoch = ?", (epoch,))

    # -- entries ----------------------------------------------------------------------------------------------------

    def write(self, write: Write) -> None:
        """Write entries and what must agree with them. On disk when it returns; all or nothing."""
        with transaction(self._db):
            self._insert(write)
            if write.moved is not None:
                epoch, seq = write.moved
                self._db.execute("DELETE FROM entry WHERE position = ?", (epoch * SEQS + seq,))
            for epoch, acknowledged in write.acknowledged.items():
                self._acknowledge(epoch, acknowledged)
            for name, value in write.counters.items():
                self._db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (name, value))
            for allocation in write.channels:
                self._store_channel(allocation)
            if write.alarm_state is not None:
                self._db.execute("INSERT OR REPLACE INTO alarm_state VALUES (1, ?)", (write.alarm_state,))
            for seq, wire in write.notices:
                self._db.execute("INSERT INTO notice (epoch, seq, wire) VALUES (?, ?, ?)", (write.epoch, seq, wire))
            if write.notices:
                self._db.execute("DELETE FROM notice WHERE id <= (SELECT max(id) FROM notice) - ?", (MAX_NOTICES,))

    def _insert(self, write: Write) -> None:
        if not write.entries:
            return
        self._db.executemany(
            "INSERT INTO entry (position, kind, digest, readings, lived_us, wire) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (write.epoch * SEQS + e.seq, int(e.kind), e.digest, e.readings, write.lived_us, e.wire)
                for e in write.entries
            ],
        )
        first, last = write.entries[0], write.entries[-1]
        moved = self._db.execute(
            "UPDATE epoch SET next_seq = ?, head = ? WHERE epoch = ? AND next_seq = ? AND forked = 0",
            (last.seq + 1, last.digest, write.epoch, first.seq),
        ).rowcount
        if moved != 1:
            raise ValueError(f"epoch {write.epoch}: seq {first.seq} does not follow what is spooled")
        if write.descriptor is not None:
            seq, described = write.descriptor
            self._db.execute(
                "UPDATE epoch SET descriptor_seq = ?, descriptor_of = ? WHERE epoch = ?", (seq, described, write.epoch)
            )

    def _acknowledge(self, epoch: int, acknowledged: Acknowledged) -> None:
        self._db.execute(
            "UPDATE epoch SET committed_seq = ?, ask = ?, committed_by = ? WHERE epoch = ?",
            (acknowledged.seq, acknowledged.ask, acknowledged.wire, epoch),
        )
        self._db.execute("DELETE FROM notice WHERE epoch = ? AND seq <= ?", (epoch, acknowledged.seq))

    def _store_channel(self, allocation: Allocation) -> None:
        identity = allocation.identity
        self._db.execute(
            "INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET serial = excluded.serial",
            (
                allocation.id,
                identity.instrument,
                identity.profile,
                identity.name,
                identity.unit,
                identity.exponent,
                identity.serial,
            ),
        )

    def read(self, epoch: int, first: int, max_bytes: int, max_entries: int) -> list[SpooledEntry]:
        """Consecutive entries from `first` on, at least one if it is there, then up to the bounds."""
        found: list[SpooledEntry] = []
        size = 0
        with _reading():
            rows = self._db.execute(
                "SELECT position, kind, digest, readings, wire, count FROM entry WHERE position BETWEEN ? AND ? "
                "ORDER BY position LIMIT ?",
                (epoch * SEQS + first, epoch * SEQS + SEQS - 1, max_entries),
            )
            for position, kind, digest, readings, wire, count in rows:
                size += len(wire)
                if found and size > max_bytes:
                    break
                found.append(SpooledEntry(position - epoch * SEQS, Kind(kind), digest, readings, wire, count))
        return found

    def holes(self, row: EpochRow) -> list[tuple[int, int]]:
        """(first, last) of the seqs that should be spooled and are not: what a damaged file has lost."""
        query = (
            "SELECT before + 1, first - 1 FROM ("
            "  SELECT position - count + 1 AS first, lag(position, 1, :gone) OVER (ORDER BY position) AS before FROM entry"
            "  WHERE position BETWEEN :low AND :high) WHERE first > before + 1"
        )
        low, high = _range(row.epoch)
        with _reading():
            last = self._db.execute(
                "SELECT max(position) FROM entry WHERE position BETWEEN ? AND ?", (low, high)
            ).fetchone()[0]
            gone = low + row.gone_to
            found = [(a - low, b - low) for a, b in self._db.execute(query, {"gone": gone, "low": low, "high": high})]
        behind = row.gone_to if last is None else last - low
        return found if behind >= row.tip else [*found, (behind + 1, row.tip)]

    def close_epoch(self, row: EpochRow, last: int, digest: bytes) -> None:
        """Nothing more is sealed in this chain, whose end is not trusted; what it has up to `last` is still published."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE epoch SET state = 'closed', next_seq = ?, head = ? WHERE epoch = ?",
                (last + 1, digest, row.epoch),
            )

    def replace(self, epoch: int, first: int, run: SpooledEntry) -> None:
        """Put a run, or a thinned one, in the place of the entries from `first` on that it holds."""
        with transaction(self._db):
            low, high = epoch * SEQS + first, epoch * SEQS + run.seq
            lived_us = self._db.execute(
                "SELECT max(lived_us) FROM entry WHERE position BETWEEN ? AND ?", (low, high)
            ).fetchone()[0]
            self._db.execute("DELETE FROM entry WHERE position BETWEEN ? AND ?", (low, high))
            self._db.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                (high, int(run.kind), run.digest, run.readings, lived_us, run.wire, run.count),
            )

    def digest(self, epoch: int, seq: int) -> bytes | None:
        """Our digest of a seq, the genesis for -1; None where the entry is no longer spooled."""
        query = (
            "SELECT genesis FROM epoch WHERE epoch = :epoch AND :seq = -1 UNION ALL "
            "SELECT digest FROM entry WHERE position = :position AND :seq >= 0 UNION ALL "
            "SELECT gone_digest FROM epoch WHERE epoch = :epoch AND gone_to = :seq AND :seq >= 0"
        )
        with _reading():
            found = self._db.execute(query, {"epoch": epoch, "seq": seq, "position": epoch * SEQS + seq}).fetchone()
        return (
            self._digest_in_run(epoch, seq)
            if found is None and seq >= 0
            else None
            if found is None
            else bytes(found[0])
        )

    def _digest_in_run(self, epoch: int, seq: int) -> bytes | None:
        """The digest of an entry inside a run."""
        entries = self.read(epoch, seq, 1, 1)
        if not entries or not entries[0].first <= seq <= entries[0].seq:
            return None
        digests = parse_message(entries[0].wire).contents().digests
        return digests[seq - entries[0].first]

    def readings_between(self, epoch: int, after: int, to: int) -> int:
        """Readings in the entries `after` + 1 .. `to` that are spooled."""
        with _reading():
            total = self._db.execute(
                "SELECT coalesce(sum(readings), 0) FROM entry WHERE position > ? AND position <= ?",
                (epoch * SEQS + after, epoch * SEQS + to),
            ).fetchone()[0]
        return int(total)

    # -- the rest ---------------------------------------------------------------------------------------------------

    def counters(self) -> Mapping[str, int]:
        """Every counter by name."""
        with _reading():
            return dict(self._db.execute("SELECT name, value FROM counter"))

    def channels(self) -> tuple[Allocation, ...]:
        """Every channel id ever given."""
        with _reading():
            rows = self._db.execute(
                "SELECT id, instrument, profile, name, unit, exponent, serial FROM channel ORDER BY id"
            )
            return tuple(Allocation(number, ChannelIdentity(*identity)) for number, *identity in rows)

    def alarm_state(self) -> bytes | None:
        """The saved state of the edge alarms."""
        with _reading():
            row = self._db.execute("SELECT state FROM alarm_state").fetchone()
        return None if row is None else bytes(row[0])

    def notices(self, after: int, limit: int) -> list[AlarmNoticeRow]:
        """Alarm notices with a higher id than `after`, oldest first."""
        with _reading():
            rows = self._db.execute(
                "SELECT id, epoch, seq, wire FROM notice WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
            )
            return [AlarmNoticeRow(*row) for row in rows]

    def notice_taken(self, number: int) -> None:
        """The broker has this notice."""
        with transaction(self._db):
            self._db.execute("DELETE FROM notice WHERE id = ?", (number,))

    @property
    def connection(self) -> sqlite3.Connection:
        """For the trimming of this package."""
        return self._db


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise typed(error) from error


def _range(epoch: int) -> tuple[int, int]:
    return epoch * SEQS, epoch * SEQS + SEQS - 1


def _epoch(
    row: tuple[
        int, str, bytes, int, bytes, int | None, bytes | None, int, bytes | None, int | None, int, int, bytes | None
    ],
) -> EpochRow:
    (
        epoch,
        state,
        genesis,
        next_seq,
        head,
        descriptor_seq,
        descriptor_of,
        committed,
        by,
        ask,
        forked,
        gone_to,
        gone,
    ) = row
    return EpochRow(
        epoch=epoch,
        state=EpochState(state),
        genesis=genesis,
        tip=next_seq - 1,
        head=head,
        descriptor_seq=descriptor_seq,
        descriptor_of=descriptor_of,
        acknowledged=Acknowledged(committed, ask, by),
        forked=bool(forked),
        gone_to=gone_to,
        gone_digest=gone,
    )
