"""Readings not sealed yet, in a file that outlives the process: `kill -9` loses none of them.

Each reading is numbered when its driver hands it over; the number of the last sealed one is committed with its entry, so a
reading is sealed exactly once whenever the process dies. Nothing here is fsynced: a power cut may take the readings since
the last seal (seconds), which were never promised; a torn tail is cut by its checksum.

    file     (state record*)*             emptied when all its readings are sealed
    state    "S" boot(16) source(u8) has_offset(u8) offset(i64) bound(i64) crc32      what follows belongs to it
    record   "R" number(u64) channel(u16) t_us(i64) value(i64) quality(u8) crc32
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway_agent.batch import Reading
from telemetry.link import Clock, ClockSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STATE = struct.Struct("<c16sBBqq")
_RECORD = struct.Struct("<cQHqqB")
_CRC = struct.Struct("<I")
_STATE_BYTES = _STATE.size + _CRC.size
_RECORD_BYTES = _RECORD.size + _CRC.size
COMPACT_BYTES = 1 << 20  # a file that never runs empty is written anew from here on


@dataclass(frozen=True, slots=True)
class Recovered:
    """Readings of one boot and clock state that a process before this one had not sealed."""

    boot: bytes
    clock: Clock
    readings: tuple[Reading, ...]
    last_number: int


class Journal:
    """The file. The collector's loop owns it."""

    def __init__(self, path: Path, sealed_number: int) -> None:
        """Open, or make. `sealed_number`: the last reading that the spool says is sealed. Raises OSError."""
        self.number = sealed_number
        self._path = path
        self._file = _open(path)
        self._state = b""
        data = _content(self._file)
        self._recovered, self._size = _parse(data, sealed_number)
        os.ftruncate(self._file, self._size)
        if self._recovered:
            self.number = self._recovered[-1].last_number

    def recovered(self) -> Sequence[Recovered]:
        """What an earlier process had taken and not sealed, in order."""
        return self._recovered

    def begin(self, boot: bytes, clock: Clock) -> None:
        """Readings from now on belong to this boot and clock state."""
        body = _STATE.pack(
            b"S",
            boot,
            int(clock.source),
            clock.utc_offset_us is not None,
            clock.utc_offset_us or 0,
            clock.bound_us or 0,
        )
        self._state = body + _CRC.pack(zlib.crc32(body))
        self._write(self._state)

    def append(self, readings: Sequence[Reading]) -> None:
        """Number the readings and keep them. Raises OSError when the disk takes no more: numbered, but not kept."""
        records = bytearray()
        for channel, t_us, value, quality in readings:
            self.number += 1
            body = _RECORD.pack(b"R", self.number, channel, t_us, value, quality)
            records += body
            records += _CRC.pack(zlib.crc32(body))
        self._write(records)

    def sealed(self, number: int) -> None:
        """Readings up to `number` are sealed and on disk. Raises OSError."""
        if number >= self.number:
            os.ftruncate(self._file, 0)
            self._size = 0
            self._write(self._state)
        elif self._size > COMPACT_BYTES:
            self._compact(number)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, data: bytes | bytearray) -> None:
        written = os.write(self._file, data)
        if written != len(data):
            os.ftruncate(self._file, self._size)
            raise OSError(errno.ENOSPC, "journal: the disk is full")
        self._size += written

    def _compact(self, number: int) -> None:
        """Keep only what is unsealed, in a new file that takes the old one's place in one step."""
        kept = _unsealed(_content(self._file), number)
        draft = self._path.with_suffix(".new")
        file = _open(draft)
        os.ftruncate(file, 0)
        if os.write(file, kept) != len(kept):
            os.close(file)
            raise OSError(errno.ENOSPC, "journal: the disk is full")
        os.replace(draft, self._path)  # noqa: PTH105  (says that it is atomic)
        os.close(self._file)
        self._file, self._size = file, len(kept)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _content(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _blocks(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of every whole block, up to the first that is not."""
    at, blocks = 0, []
    while at < len(data):
        size = _STATE_BYTES if data[at : at + 1] == b"S" else _RECORD_BYTES
        block = data[at : at + size]
        if len(block) < size or block[-4:] != _CRC.pack(zlib.crc32(block[:-4])):
            break
        blocks.append((at, at + size))
        at += size
    return blocks


def _parse(data: bytes, sealed_number: int) -> tuple[list[Recovered], int]:
    """What is unsealed, by boot and clock state; and how many bytes of the file are whole."""
    found: list[Recovered] = []
    state: tuple[bytes, Clock] | None = None
    readings: list[Reading] = []
    last, end = sealed_number, 0
    for start, end in _blocks(data):  # noqa: B007  (the last end is the answer)
        if data[start : start + 1] == b"S":
            _close(found, state, readings, last)
            _, boot, source, has_offset, offset_us, bound_us = _STATE.unpack(data[start : start + _STATE.size])
            state = boot, Clock(ClockSource(source), offset_us, bound_us) if has_offset else Clock()
            readings = []
            continue
        _, number, *reading = _RECORD.unpack(data[start : start + _RECORD.size])
        if number > sealed_number:
            readings.append(Reading(*reading))
            last = number
    _close(found, state, readings, last)
    return found, end


def _close(found: list[Recovered], state: tuple[bytes, Clock] | None, readings: list[Reading], last: int) -> None:
    if state is not None and readings:
        found.append(Recovered(*state, tuple(readings), last))


def _unsealed(data: bytes, number: int) -> bytes:
    """Every state, and the records above `number`."""
    return b"".join(
        data[start:end]
        for start, end in _blocks(data)
        if data[start : start + 1] == b"S" or _RECORD.unpack(data[start : start + _RECORD.size])[1] > number
    )
