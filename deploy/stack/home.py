"""Where unpacked packages and the demonstration's data rest, and as whom a database runs.

PostgreSQL refuses to run as root. Started by root, it runs as `nobody`, so root's folder must be one that others may
walk through.
"""

from __future__ import annotations

import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import StackError

PRIVATE = 0o700
WALKABLE = 0o711  # where we are root and the service is not: it must reach its own files inside ours
HELPER = "nobody"  # initdb wants a name in the password file, and this one is on every Linux


@dataclass(frozen=True)
class RunAs:
    """A user that a child process becomes."""

    uid: int
    gid: int


def run_as() -> RunAs | None:
    """The user that services become: `nobody` when we are root, else nobody else (None)."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(HELPER)
    return RunAs(entry.pw_uid, entry.pw_gid)


def require_name() -> None:
    """Raise StackError when the user we are has no name on this machine: initdb would refuse."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise StackError(
            f"user id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL needs; "
            "run as a user that has one, or as root"
        ) from error


def home() -> Path:
    """The private folder: $ANTOAN_HOME, or `antoan` in the cache folder of this user.

    Created; StackError if it cannot be used.
    """
    chosen = _choose()
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(
            f"{chosen}: cannot be created ({error.strerror}); set ANTOAN_HOME to a folder you may write"
        ) from error
    if run_as() is not None:
        _require_walkable(chosen)
    return chosen


def _choose() -> Path:
    if given := os.environ.get("ANTOAN_HOME"):
        return Path(given).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/antoan")
    if cache := os.environ.get("XDG_CACHE_HOME"):
        return Path(cache).absolute() / "antoan"
    own = Path(os.environ.get("HOME", "/nonexistent"))
    if os.access(own, os.W_OK):
        return own / ".cache" / "antoan"
    return _temporary()


def _temporary() -> Path:
    """A user without a home (such as `nobody`): a folder that must be ours alone, since its parent belongs to everyone."""
    folder = Path(tempfile.gettempdir()) / f"antoan-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise StackError(f"{folder}: belongs to someone else; set ANTOAN_HOME to a folder of your own")
    return folder


def _require_walkable(folder: Path) -> None:
    for place in (folder, *folder.parents):
        if not place.stat().st_mode & 0o001:
            raise StackError(
                f"{place}: PostgreSQL does not run as root but as {HELPER!r}, who may not walk through this folder; "
                "set ANTOAN_HOME to one that others may walk through, such as /var/cache/antoan"
            )
