"""A logger's file → a sealed chain of its own: descriptors, readings, and a note that commits to the file by its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deploy.imports.keeping import importer_id
from telemetry import quality_runs
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.descriptor import Certificate, ChannelModel, Instrument
from telemetry.events import Note
from telemetry.link import Clock, ClockSource, Kind
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from firmware_profiles.decoding.exports import Logged, Row
    from firmware_profiles.loader import Loaded
    from telemetry.content import ChannelDescriptor, Content
    from telemetry.cose import SigningKey

EPOCH = 0
ROWS_AN_ENTRY = 600
"""Ten minutes of seconds: with thirty channels 18,000 values, well under the bounds of an entry and of a message."""
CLOCK_BOUND_US = 3_600_000_000
"""The clock of an instrument that nobody compared: taken as right to an hour, and said so in the chain."""
_START = b"antoan/1/import\0"


@dataclass(frozen=True, slots=True)
class SealedImport:
    """A sealed import: its messages in order, and what they commit to."""

    messages: tuple[bytes, ...]
    start: Head
    end: Head
    file_digest: bytes


def start_of(importer: str, file_digest: bytes) -> Head:
    """Where the chain of a file begins: its `prev` commits to the file, so that no other file can take its place."""
    return Head(importer, EPOCH, -1, hashlib.sha256(_START + file_digest).digest())


def seal_file(
    loaded: Loaded, logged: Logged, data: bytes, key: SigningKey, random_bytes: Callable[[int], bytes]
) -> SealedImport:
    """Seal what was read of a file. Deterministic but for the salts. Raises SealError."""
    digest = hashlib.sha256(data).digest()
    start = start_of(importer_id(key.public), digest)
    sealer = Sealer(start, key, random_bytes)
    began = logged.rows[0].start
    clock = Clock(ClockSource.RTC, _utc_us(began), CLOCK_BOUND_US)
    boot, numbers = digest[:16], _numbers(logged)
    messages: list[bytes] = []

    def seal(kind: Kind, contents: Sequence[Content], descriptor: int | None) -> None:
        sealed = sealer.seal(kind, contents, boot=boot, clock=clock, descriptor=descriptor)
        messages.append(sealed.wire)

    seal(Kind.DESCRIPTOR, [_descriptor(loaded, logged, name, number) for name, number in numbers.items()], None)
    note = Note(mark=f"import {loaded.profile.id} {logged.form}", text_digest=digest)
    seal(Kind.EVENT, [note.to_event(0)], 0)
    for contents in _readings(logged, numbers, began):
        seal(Kind.READINGS, contents, 0)
    return SealedImport(tuple(messages), start, sealer.head, digest)


def _numbers(logged: Logged) -> dict[str, int]:
    """Channel numbers, in the order of the table."""
    names = dict.fromkeys(name for row in logged.rows for name in row.readings)
    return {name: number for number, name in enumerate(names)}


def _descriptor(loaded: Loaded, logged: Logged, name: str, number: int) -> ChannelDescriptor:
    profile = loaded.profile
    channel = profile.channels[name]
    model = ChannelModel(
        name=name,
        quantity=channel.quantity,
        unit=channel.unit,
        exponent=channel.exponent,
        instrument=Instrument(maker=profile.maker, model=profile.model, serial=logged.serial_number),
        profile=profile.id,
        profile_digest=loaded.digest,
        calibration=_calibration(logged.calibrated),
    )
    return model.to_content(number)


def _calibration(stated: str) -> Certificate | None:
    """The day of the last adjustment, where the file states it as a day of ISO 8601."""
    day = stated[:10]
    return Certificate(date=day) if len(day) == 10 and day[4] == day[7] == "-" else None


def _readings(logged: Logged, numbers: dict[str, int], began: datetime) -> Iterator[list[Content]]:
    for first in range(0, len(logged.rows), ROWS_AN_ENTRY):
        rows = logged.rows[first : first + ROWS_AN_ENTRY]
        contents: list[Content] = []
        for name, number in numbers.items():
            there = [row for row in rows if name in row.readings]
            if there:
                contents += [Times(number, _times(there, began)), _values(there, name, number)]
        yield contents


def _times(rows: Sequence[Row], began: datetime) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([_utc_us(row.start) - _utc_us(began) for row in rows], dtype=np.int64)


def _values(rows: Sequence[Row], name: str, number: int) -> Values:
    readings = [row.readings[name] for row in rows]
    values = np.array([reading.scaled or 0 for reading in readings], dtype=np.int64)
    runs = quality_runs.of_codes(np.array([int(reading.quality) for reading in readings], dtype=np.uint8))
    return Values(number, number, values, runs)


def _utc_us(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
