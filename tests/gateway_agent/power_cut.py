"""A disk that remembers which writes were fsynced: SQLite's own file layer with a recorder in between, through ctypes.

`PowerCut` registers an SQLite VFS that passes every call to the real one and notes writes, truncations, syncs and deletions.
`image` then makes the files as a power cut at any moment may leave them: what was synced is there, each later write is there,
missing or torn, as a seed decides. Needs an interpreter whose sqlite3 module uses a shared libsqlite3.
"""

from __future__ import annotations

import ctypes
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECTOR = 512
_OK = 0


class _Vfs(ctypes.Structure):
    """struct sqlite3_vfs, sqlite.org/c3ref/vfs.html"""


_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)  # the name as an address: SQLite keeps it, so it must be passed on as it is, not as a copy
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
_Vfs._fields_ = [
    ("iVersion", ctypes.c_int),
    ("szOsFile", ctypes.c_int),
    ("mxPathname", ctypes.c_int),
    ("pNext", ctypes.c_void_p),
    ("zName", ctypes.c_char_p),
    ("pAppData", ctypes.c_void_p),
    ("xOpen", _OPEN),
    ("xDelete", _DELETE),
    ("rest", ctypes.c_void_p * 14),
]

_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """struct sqlite3_io_methods, sqlite.org/c3ref/io_methods.html"""

    _fields_ = (
        ("iVersion", ctypes.c_int),
        ("xClose", ctypes.c_void_p),
        ("xRead", ctypes.c_void_p),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        ("rest", ctypes.c_void_p * 13),
    )


@dataclass(frozen=True)
class Operation:
    """Something that happened to a file."""

    path: str
    kind: str  # write, truncate, sync, delete
    offset: int = 0
    data: bytes = b""


@dataclass
class PowerCut:
    """The recorder. `len(operations)` is the moment."""

    name: str = "powercut"
    operations: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        library = _library()
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        library.sqlite3_vfs_find.argtypes = (ctypes.c_char_p,)
        self._library = library
        self._real = library.sqlite3_vfs_find(None)
        self._vfs = _Vfs()
        ctypes.memmove(ctypes.byref(self._vfs), self._real, ctypes.sizeof(_Vfs))
        self._vfs.zName = self.name.encode()
        self._real_open, self._real_delete = self._real.contents.xOpen, self._real.contents.xDelete
        self._vfs.xOpen, self._vfs.xDelete = _OPEN(self._open), _DELETE(self._delete)
        self._kept: list[Any] = []  # what C points to must outlive this
        if library.sqlite3_vfs_register(ctypes.byref(self._vfs), 0) != _OK:
            raise RuntimeError("sqlite3_vfs_register")

    def close(self) -> None:
        """Take the VFS away again; every connection through it must be closed."""
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def image(self, moment: int, folder: Path, seed: int) -> None:
        """Write the files as they may stand after a power cut at `moment`. Only base names are kept."""
        chance = random.Random(seed)  # noqa: S311  (a test's dice)
        for path in sorted({operation.path for operation in self.operations[:moment]}):
            content = _survivors([o for o in self.operations[:moment] if o.path == path], chance)
            if content is not None:
                (folder / Path(path).name).write_bytes(content)

    # -- called by SQLite -------------------------------------------------------------------------------------------

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:  # noqa: ANN401
        result = int(self._real_open(ctypes.addressof(self._real.contents), name, file, flags, out))
        if result != _OK or name is None:
            return result
        path, pointer = ctypes.string_at(name).decode(), ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        real = ctypes.cast(pointer[0] or 0, ctypes.POINTER(_Methods)).contents
        mine = _Methods()
        ctypes.memmove(ctypes.byref(mine), ctypes.byref(real), ctypes.sizeof(_Methods))
        real_write, real_truncate, real_sync = real.xWrite, real.xTruncate, real.xSync

        def write(this: int, data: int, size: int, offset: int) -> int:
            self.operations.append(Operation(path, "write", offset, ctypes.string_at(data, size)))
            return int(real_write(this, data, size, offset))

        def truncate(this: int, size: int) -> int:
            self.operations.append(Operation(path, "truncate", size))
            return int(real_truncate(this, size))

        def sync(this: int, how: int) -> int:
            self.operations.append(Operation(path, "sync"))
            return int(real_sync(this, how))

        mine.xWrite, mine.xTruncate, mine.xSync = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
        pointer[0] = ctypes.addressof(mine)
        self._kept.append((mine, real_write, real_truncate, real_sync))
        return result

    def _delete(self, _vfs: int, name: bytes, sync_folder: int) -> int:
        self.operations.append(Operation(name.decode(), "delete"))
        if sync_folder:
            self.operations.append(Operation(name.decode(), "sync"))
        return int(self._real_delete(ctypes.addressof(self._real.contents), name, sync_folder))


def _survivors(operations: list[Operation], chance: random.Random) -> bytes | None:
    """The content of one file: synced operations for certain, later ones perhaps. None: the file is not there."""
    synced = max((n for n, operation in enumerate(operations) if operation.kind == "sync"), default=-1)
    content: bytearray | None = bytearray() if synced >= 0 or chance.random() < 0.5 else None
    for number, operation in enumerate(operations):
        if number > synced and chance.random() < 0.5:
            continue
        if operation.kind == "delete":
            content = None
        elif operation.kind == "truncate" and content is not None:
            del content[operation.offset :]
        elif operation.kind == "write":
            content = _written(bytearray() if content is None else content, operation, number > synced, chance)
    return None if content is None else bytes(content)


def _written(content: bytearray, operation: Operation, unsure: bool, chance: random.Random) -> bytearray:
    data = operation.data
    if unsure and len(data) > SECTOR and chance.random() < 0.3:
        data = data[: chance.randrange(0, len(data), SECTOR)]  # torn
    end = operation.offset + len(data)
    content.extend(bytes(max(0, end - len(content))))
    content[operation.offset : end] = data
    return content


def _library() -> Any:  # noqa: ANN401  (a ctypes library)
    try:
        library = ctypes.CDLL("libsqlite3.so.0")
        library.sqlite3_libversion.restype = ctypes.c_char_p
        version: bytes = library.sqlite3_libversion()
    except (OSError, AttributeError):
        pytest.skip("this Python's sqlite3 has its SQLite built in: no file layer can be put in between")
    if version.decode() != sqlite3.sqlite_version:
        pytest.skip("this Python's sqlite3 uses another SQLite than libsqlite3.so.0")
    return library
