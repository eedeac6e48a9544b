"""What can be wrong with the spool; the type decides the reaction."""

from __future__ import annotations

import sqlite3


class SpoolError(Exception):
    """The base of every error of the spool."""


class SpoolUnavailable(SpoolError):  # noqa: N818  (named for the state it reports)
    """Nothing was written: disk full, read-only, input/output error. Reaction: keep the work, try again."""


class SpoolCorrupt(SpoolError):  # noqa: N818
    """The file does not hold what this gateway wrote. Reaction: set it aside, seal under a new key until re-enrolled."""


_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


def typed(error: sqlite3.Error) -> SpoolError:
    """The spool's error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = SpoolCorrupt if code is not None and code & 0xFF in _CORRUPT else SpoolUnavailable
    return kind(f"spool: {error}")
