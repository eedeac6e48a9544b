"""The SQLite file: opened, checked, and written in transactions that are on disk when they return.

WAL with synchronous=EXTRA: a commit returns after the fsync of the WAL that holds it (sqlite.org/pragma.html#pragma_synchronous),
so whatever is published afterwards survives a power cut on a disk that keeps its promises. EXTRA is FULL that also syncs the
folder when the rollback journal of the file's making is deleted: if that deletion were undone by a power cut, the journal
would take the file back to before it was in WAL mode, and with it every entry (found by tests/gateway_agent/test_power_cut.py).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING

from gateway_agent.spool.errors import SpoolCorrupt, SpoolUnavailable, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_VERSION = 2
BUSY_S = 5.0


def open_database(path: Path, vfs: str | None = None) -> sqlite3.Connection:
    """Open or make the spool file and check it. `vfs` names another SQLite VFS (tests that cut the power).

    Raises SpoolCorrupt when its pages or its version are not what this program writes, SpoolUnavailable when it cannot be
    opened or is open elsewhere.
    """
    uri = f"file:{path}" + (f"?vfs={vfs}" if vfs else "")
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    except sqlite3.Error as error:
        raise typed(error) from error
    try:
        _prepare(connection)
    except sqlite3.Error as error:
        connection.close()
        raise typed(error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = EXTRA")  # before WAL is set: see above
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -2048")  # 2 MiB: appends and short range reads need no more
    connection.execute("PRAGMA journal_size_limit = 4194304")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        with transaction(connection):
            for statement in _statements():
                connection.execute(statement)
    elif version == 1:
        with transaction(connection):
            connection.execute("ALTER TABLE entry ADD COLUMN count INTEGER NOT NULL DEFAULT 1")
            connection.execute("PRAGMA user_version = 2")
    elif version != SCHEMA_VERSION:
        raise SpoolCorrupt(f"spool: version {version}, this program writes {SCHEMA_VERSION}")
    faults = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
    if faults != ["ok"]:
        raise SpoolCorrupt(f"spool: {'; '.join(faults)}")


def _statements() -> Iterator[str]:
    text = (resources.files("gateway_agent.spool") / "schema.sql").read_text(encoding="utf-8")
    code = "\n".join(line.partition("--")[0] for line in text.splitlines())
    return (statement for statement in code.split(";") if statement.strip())


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: on disk when the block is left, undone when it raises. SQLite's errors come out typed."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise typed(error) from error


def lock_folder(folder: Path) -> int:
    """Make this process the only gateway of `folder`; returns the descriptor that holds the lock until it is closed.

    Raises SpoolUnavailable when another process holds it: two writers of one chain would fork it.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise SpoolUnavailable(f"{folder}: another gateway process runs on this folder") from error
    return descriptor
