"""A damaged spool: every row that can still be read is taken over into a new file; what cannot is a gap with first and last.

Rows are read one by one, by their position, so that one bad page costs its own rows only. Each entry must be the one that was sealed:
its message says so by digest. Small tables are taken where they can be read; a counter that is lost begins at what the entries say.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

from gateway_agent.spool.database import open_database, transaction
from telemetry.errors import TelemetryError
from telemetry.limits import ARCHIVE_BYTES
from telemetry.message import parse_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL: Final = ("epoch", "channel", "counter", "alarm_state", "notice")
LONGEST_STEP: Final = 1 << 20
"""Positions passed over at once where nothing can be read: an epoch's numbers end somewhere."""
PORTION: Final = 500


def salvage(damaged: Path, path: Path) -> int:
    """Make `path` from what can be read of `damaged`; returns how many entries that were. Raises SpoolUnavailable.

    Without a readable table of epochs nothing is taken: entries whose chain is unknown cannot be sent.
    """
    with closing(sqlite3.connect(f"file:{damaged}?mode=rw", uri=True, isolation_level=None)) as old:
        old.execute("PRAGMA query_only = ON")
        new = open_database(path)
        try:
            kept = _small(old, new)
            return _entries(old, new) if kept["epoch"] else 0
        finally:
            new.close()


def _small(old: sqlite3.Connection, new: sqlite3.Connection) -> dict[str, int]:
    kept = {}
    for table in SMALL:
        rows: list[tuple[Any, ...]] = []
        with suppress(sqlite3.Error):
            rows.extend(old.execute(f"SELECT * FROM {table}"))  # noqa: S608  (names above)
        with transaction(new):
            for row in rows:
                marks = ", ".join("?" * len(row))
                with suppress(sqlite3.IntegrityError):
                    new.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608
        kept[table] = len(rows)
    return kept


def _entries(old: sqlite3.Connection, new: sqlite3.Connection) -> int:
    count = 0
    portion: list[tuple[Any, ...]] = []
    for row in _readable(old):
        if _is_sealed(row):
            portion.append(row)
        if len(portion) == PORTION:
            count += _insert(new, portion)
            portion = []
    return count + _insert(new, portion)


def _insert(new: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> int:
    with transaction(new):
        for row in rows:
            new.execute(f"INSERT OR IGNORE INTO entry VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    return len(rows)


def _is_sealed(row: tuple[Any, ...]) -> bool:
    """Whether the wire is a message whose last digest is the one in the row."""
    try:
        return bool(parse_message(row[WIRE], ARCHIVE_BYTES).digest == row[DIGEST])
    except TelemetryError:
        return False


DIGEST, WIRE = 2, 5
"""Columns of `entry`: position, kind, digest, readings, lived_us, wire, count."""


def _readable(old: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Every row of `entry` that can be read, in order. Where reading fails, go on behind it by growing steps."""
    position, step = -1, 1
    end = _end(old)
    while position < end:
        try:
            row = old.execute(
                "SELECT * FROM entry WHERE position > ? ORDER BY position LIMIT 1", (position,)
            ).fetchone()
        except sqlite3.Error:
            position, step = position + step, min(2 * step, LONGEST_STEP)
            continue
        if row is None:
            return
        yield tuple(row)
        position, step = row[0], 1


def _end(old: sqlite3.Connection) -> int:
    """Behind the last position of the last epoch."""
    with suppress(sqlite3.Error):
        found = old.execute("SELECT max(epoch * (1 << 40) + next_seq) FROM epoch").fetchone()[0]
        if found is not None:
            return int(found)
    return -1
