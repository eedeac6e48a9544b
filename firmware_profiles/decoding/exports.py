"""A logger's file → its readings, row by row, each fault with its line. Pure: text in, values out.

Strict: a row with another number of cells, a number that is none, a time that goes back, a table without an end are errors, since what
was cut off or edited by hand must not become half a shift. Columns that the profile does not know are named, not lost in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError, Raw, Reading
from firmware_profiles.decoding.texts import to_value
from firmware_profiles.qualities import quality_of
from firmware_profiles.schema.exports import StampTimes
from firmware_profiles.schema.values import FieldBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from firmware_profiles.schema import Profile
    from firmware_profiles.schema.exports import LoggerFile

MOST_CHARACTERS = 256 * 1024 * 1024
"""A month of seconds with thirty columns; a larger file is no logger's."""
MOST_COLUMNS = 512
_ZONE = re.compile(r"UTC(?P<sign>[+-])(?P<hours>\d{1,2}):(?P<minutes>\d{2})")


class LoggerFileError(Exception):
    """The file is not what the profile says. `line` counts from 1; 0 for the whole file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One row: when it began (and ended, where the file says so), in the zone of the instrument's clock, and its readings."""

    line: int
    start: datetime
    end: datetime | None
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Logged:
    """What a file holds."""

    form: str
    stated: Mapping[str, str]
    """What stands above the table, by key."""
    serial_number: str
    firmware: str
    calibrated: str
    rows: tuple[Row, ...]
    passed_over: tuple[str, ...]
    """Heads of columns that the profile does not know."""
    doubts: tuple[str, ...] = field(default=())
    """What a person should know: rows with failures, a zone that was given by hand."""


def form_of(profile: Profile, text: str) -> str:
    """Which of the profile's forms a file has. Raises LoggerFileError."""
    for name, form in profile.files.items():
        if re.match(form.begins, text):
            return name
    known = "; ".join(f"{name}: {form.summary}" for name, form in profile.files.items()) or "none"
    raise LoggerFileError(1, f"this is no file of {profile.id} (known forms: {known})")


def read_file(profile: Profile, text: str, zone: tzinfo | None, form: str | None = None) -> Logged:
    """The readings of a file. `zone` is that of the instrument's clock, needed where the file does not state it.

    Raises LoggerFileError.
    """
    if len(text) > MOST_CHARACTERS:
        raise LoggerFileError(0, f"{len(text)} characters are no logger's file")
    name = form or form_of(profile, text)
    spec = profile.files[name]
    lines = text.removeprefix("\ufeff").splitlines()
    head_at = _head(spec, lines)
    stated = _stated(spec, lines[: head_at - spec.rows_above])
    table = _Table(profile, spec, lines, head_at, _zone(spec, stated, zone))
    above = "\n".join(lines[: head_at - spec.rows_above])
    return Logged(
        name,
        stated,
        _found(spec.serial, above, "serial"),
        _found(spec.firmware, above, "firmware"),
        _found(spec.calibrated, above, "calibrated"),
        tuple(table.rows()),
        table.passed_over,
        tuple(table.doubts),
    )


def _head(spec: LoggerFile, lines: Sequence[str]) -> int:
    for number, line in enumerate(lines):
        if re.fullmatch(spec.head_first, line):
            if number < spec.rows_above or number + spec.rows_below >= len(lines):
                raise LoggerFileError(number + 1, "the head of the table is not whole")
            return number
    raise LoggerFileError(0, "there is no table in this file; was it cut off?")


def _stated(spec: LoggerFile, lines: Sequence[str]) -> dict[str, str]:
    found = (re.fullmatch(spec.key, line) for line in lines)
    return {m["key"].strip(): m["value"].strip() for m in found if m is not None}


def _found(pattern: str | None, text: str, group: str) -> str:
    found = re.search(pattern, text) if pattern is not None else None
    return found[group].strip() if found is not None else ""


def _zone(spec: LoggerFile, stated: Mapping[str, str], given: tzinfo | None) -> tzinfo:
    said = _ZONE.match(stated.get(spec.zone_key or "", ""))
    if said is None:
        if given is None:
            raise LoggerFileError(0, "the file does not say in which time zone its clock ran; name it with --zone")
        return given
    offset = timedelta(hours=int(said["hours"]), minutes=int(said["minutes"]))
    return timezone(-offset if said["sign"] == "-" else offset)


class _Table:
    """The rows of one table, read with its head."""

    def __init__(self, profile: Profile, spec: LoggerFile, lines: Sequence[str], head_at: int, zone: tzinfo) -> None:
        self._profile, self._spec, self._lines, self._zone = profile, spec, lines, zone
        self._first = head_at + spec.rows_below + 1
        self._heads = self._joined(lines[head_at - spec.rows_above : self._first])
        times = spec.times
        self._starts = self._in_order(times.headers if isinstance(times, StampTimes) else (times.header,))
        self._ends = self._in_order(times.until) if isinstance(times, StampTimes) else []
        self._start = None if isinstance(times, StampTimes) else self._stated_start(_stated(spec, lines[:head_at]))
        self._columns = self._places()
        self._failures = [(f.quality, f.well, i) for f in spec.failures for i in self._matching(f.header)]
        self.doubts: list[str] = []

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Heads of columns that nothing is read from."""
        used = (
            {place for place, _, _ in self._columns} | {i for _, _, i in self._failures} | {*self._starts, *self._ends}
        )
        return tuple(head for place, head in enumerate(self._heads) if head and place not in used)

    def rows(self) -> list[Row]:
        """Every row. Raises LoggerFileError."""
        found: list[Row] = []
        for number in range(self._first, len(self._lines)):
            line = self._lines[number]
            if self._spec.ends is not None and re.fullmatch(self._spec.ends, line):
                return self._proven(found, number)
            if not line.strip() and self._spec.ends is None:
                continue
            row = self._row(number + 1, line)
            if found and row.start <= found[-1].start:
                raise LoggerFileError(
                    row.line, f"{row.start} does not come after {found[-1].start}; was the file put together?"
                )
            found.append(row)
        if self._spec.ends is not None:
            raise LoggerFileError(len(self._lines), "the table does not end as such a file does; it was cut off")
        return self._proven(found, len(self._lines))

    def _proven(self, found: list[Row], number: int) -> list[Row]:
        if not found:
            raise LoggerFileError(number, "the table has no rows")
        return found

    def _row(self, number: int, line: str) -> Row:
        cells = [cell.strip() for cell in line.split(self._spec.delimiter)]
        while len(cells) > len(self._heads) and not cells[-1]:
            cells.pop()
        if len(cells) != len(self._heads):
            raise LoggerFileError(number, f"{len(cells)} cells stand where {len(self._heads)} are named")
        start, end = self._times(number, cells)
        return Row(number, start, end, self._readings(number, cells))

    def _readings(self, number: int, cells: Sequence[str]) -> dict[str, Reading]:
        raw: dict[str, Raw] = {}
        fields: dict[str, FieldBase] = {}
        for place, name, column in self._columns:
            text = cells[place].replace(self._spec.decimal, ".")
            try:
                raw[name] = to_value(text, self._heads[place], column.invalid)
            except DecodeError as error:
                raise LoggerFileError(number, f"column {error}") from error
            fields[name] = column
        readings = dict(to_readings(self._profile, fields, raw).readings)
        for quality, well, place in self._failures:
            if cells[place] not in well:
                self.doubts.append(f"line {number}: {self._heads[place]} says {cells[place]!r}")
                readings = {n: Reading(r.scaled, r.stated, quality_of(quality), quality) for n, r in readings.items()}
        return readings

    def _times(self, number: int, cells: Sequence[str]) -> tuple[datetime, datetime | None]:
        if self._start is None:
            return self._stamp(number, cells, self._starts), self._stamp(
                number, cells, self._ends
            ) if self._ends else None
        text = cells[self._starts[0]].replace(self._spec.decimal, ".")
        try:
            seconds = to_value(text, "elapsed", ())
        except DecodeError as error:
            raise LoggerFileError(number, str(error)) from error
        return self._start + timedelta(seconds=float(seconds)), None

    def _stamp(self, number: int, cells: Sequence[str], places: Sequence[int]) -> datetime:
        return self._parsed(number, " ".join(cells[place] for place in places), self._spec.times.formats)

    def _parsed(self, number: int, text: str, formats: Sequence[str]) -> datetime:
        for form in formats:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self._zone)
            except ValueError:
                continue
        raise LoggerFileError(number, f"{text!r} is not a time as this file writes it ({formats[0]})")

    def _stated_start(self, stated: Mapping[str, str]) -> datetime:
        keys = getattr(self._spec.times, "start_keys", ())
        if missing := [key for key in keys if key not in stated]:
            raise LoggerFileError(0, f"{', '.join(missing)} is not stated above the table")
        return self._parsed(0, " ".join(stated[key] for key in keys), self._spec.times.formats)

    def _joined(self, lines: Sequence[str]) -> list[str]:
        rows = [[cell.strip() for cell in line.split(self._spec.delimiter)] for line in lines]
        width = max(len(row) for row in rows)
        if width > MOST_COLUMNS:
            raise LoggerFileError(self._first, f"{width} columns are no logger's table")
        padded = [row + [""] * (width - len(row)) for row in rows]
        heads = [" ".join(part for part in column if part) for column in zip(*padded, strict=True)]
        while heads and not heads[-1]:
            heads.pop()
        return heads

    def _places(self) -> list[tuple[int, str, FieldBase]]:
        found: list[tuple[int, str, FieldBase]] = [
            (place, f"{column.channel}_{place}", column)
            for column in self._spec.columns
            for place in self._matching(column.header)[:1]
        ]
        if not found:
            raise LoggerFileError(
                self._first, f"no column of the profile is in it: {', '.join(filter(None, self._heads))}"
            )
        return found

    def _matching(self, header: str) -> list[int]:
        return [place for place, head in enumerate(self._heads) if re.fullmatch(header, head)]

    def _in_order(self, headers: Sequence[str]) -> list[int]:
        """The columns with these heads, each behind the one before: `Time` behind `Stop Date` is the time of the stop."""
        places: list[int] = []
        for header in headers:
            behind = [place for place in self._matching(header) if not places or place > places[-1]]
            if not behind:
                raise LoggerFileError(self._first, f"no column is headed as {header!r}")
            places.append(behind[0])
        return places
