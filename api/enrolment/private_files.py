"""Files that hold secrets: 0600 in 0700 folders, each whole or not at all after a power cut."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from api.enrolment.errors import AuthorityError

if TYPE_CHECKING:
    from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder 0700. Raises AuthorityError when it exists and others may enter or read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(folder)


def check_private(path: Path) -> None:
    """Raises AuthorityError unless only its owner may use it, and the owner is this process's user (or this is root)."""
    state = path.stat()
    if state.st_mode & 0o077:
        raise AuthorityError(f"{path} can be used by others: chmod go= {path}")
    if os.geteuid() not in {0, state.st_uid}:
        raise AuthorityError(f"{path} belongs to user {state.st_uid}, this process is {os.geteuid()}")


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file at once and durably."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_private(path: Path) -> bytes:
    """Read a secret. Raises AuthorityError when it is missing or others may read it."""
    try:
        check_private(path)
        return path.read_bytes()
    except OSError as error:
        raise AuthorityError(f"{path}: {error.strerror}") from error
