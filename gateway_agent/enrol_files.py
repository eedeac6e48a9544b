"""The state folder of an identity: files 0600 in folders 0700, and installation that a power cut cannot tear.

New files are staged under a folder of their stage. Its mark `complete` says that all are there; from then on installation
only goes forward: each staged file is moved into place, then the mark is removed. Whoever opens the folder finishes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway_agent.enrol_errors import EnrolmentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SEALING_KEY: Final = "keys/sealing.pem"
TLS_KEY: Final = "keys/tls.pem"
RECORD: Final = "enrolment/record.cbor"
CERTIFICATE: Final = "enrolment/certificate.pem"
CA: Final = "enrolment/ca.pem"
SERVER_KEY: Final = "enrolment/server_key.pem"
GATEWAY: Final = "enrolment/gateway.json"
ALL: Final = (SEALING_KEY, TLS_KEY, RECORD, CERTIFICATE, CA, SERVER_KEY, GATEWAY)

_PURPOSE: Final = "purpose"
_COMPLETE: Final = "complete"


class Stage(StrEnum):
    """What the staged files are for: a renewal must not throw away the keys of an enrolment whose answer was lost."""

    ENROL = "pending-enrolment"
    RENEW = "pending-renewal"


@contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """One process at a time looks at or changes the files; held for moments, never over the network. Makes the folder."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(state_dir / ".identity.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def stage_keys(state_dir: Path, stage: Stage, purpose: str, fresh: Mapping[str, bytes]) -> dict[str, bytes]:
    """Keys for a purpose (which token, or a renewal): those staged for it before, else `fresh`, durable before use.

    A server may have bound a token to keys whose answer was lost, so they must be the same when asked again.
    """
    pending = state_dir / stage
    if _read(pending / _PURPOSE) == purpose.encode():
        staged = {name: _read(pending / name) for name in fresh}
        if all(staged.values()):
            return {name: data for name, data in staged.items() if data}
    shutil.rmtree(pending, ignore_errors=True)
    for name, data in fresh.items():
        _write(pending / name, data)
    _write(pending / _PURPOSE, purpose.encode())
    return dict(fresh)


def install(state_dir: Path, stage: Stage, purpose: str, files: Mapping[str, bytes]) -> None:
    """Put these files and the staged keys into place: all of them, whatever happens after the mark is written.

    Raises EnrolmentError when the staged keys are no longer those of this purpose.
    """
    pending = state_dir / stage
    if _read(pending / _PURPOSE) != purpose.encode():
        raise EnrolmentError(f"another process has enrolled or renewed {state_dir} meanwhile")
    for name, data in files.items():
        _write(pending / name, data)
    _write(pending / _COMPLETE, b"")
    finish(state_dir)


def finish(state_dir: Path) -> None:
    """Finish installations that were interrupted after their mark; does nothing else."""
    for stage in Stage:
        if (state_dir / stage / _COMPLETE).exists():
            _move_into_place(state_dir, state_dir / stage)


def _move_into_place(state_dir: Path, pending: Path) -> None:
    for name in ALL:
        target = state_dir / name
        if (pending / name).exists():
            _folder(target.parent)
            (pending / name).replace(target)
            _sync_folder(target.parent)
    (pending / _PURPOSE).unlink(missing_ok=True)
    _sync_folder(pending)
    (pending / _COMPLETE).unlink()
    shutil.rmtree(pending)


def _write(path: Path, data: bytes) -> None:
    _folder(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _folder(folder: Path) -> None:
    """Make a folder whose name is on the disk before anything is put in it."""
    if not folder.is_dir():
        _folder(folder.parent)
        folder.mkdir(mode=0o700)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
