"""Files that a logger writes, or its program exports: where the table is, which column is which channel, whose clock it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firmware_profiles.schema.channel import Name, Word
from firmware_profiles.schema.lines import Pattern
from firmware_profiles.schema.values import FieldBase
from telemetry.strict import StrictModel

Format = Annotated[str, Field(pattern="%")]
"""A time as `strptime` writes it: '%Y-%m-%d %H:%M:%S'."""


class ColumnField(FieldBase):
    """A column of the table."""

    channel: Name = Field(description="Channel it feeds")
    header: Pattern = Field(description="The whole head of the column, its rows joined by a blank, as a pattern")


class FailureColumn(StrictModel):
    """A column that tells of alarms and errors."""

    header: Pattern = Field(description="The whole head of the column, as a pattern")
    well: tuple[str, ...] = Field(default=("",), description="What stands in it while all is well")
    quality: Word = Field(description="The quality of the row when something else does")


class StampTimes(StrictModel):
    """Rows with the time in one or two columns."""

    by: Literal["stamp"]
    headers: tuple[Pattern, ...] = Field(
        min_length=1, max_length=2, description="The columns: date and time, or both in one"
    )
    formats: tuple[Format, ...] = Field(min_length=1, description="How it is written; the first that fits")
    until: tuple[Pattern, ...] = Field(
        default=(), max_length=2, description="The columns of the end, where rows have one"
    )


class ElapsedTimes(StrictModel):
    """Rows with the seconds since a start that the file states once."""

    by: Literal["elapsed"]
    header: Pattern = Field(description="The column with the seconds")
    start_keys: tuple[str, ...] = Field(
        min_length=1, description="Keys above the table that make up the start, in this order"
    )
    formats: tuple[Format, ...] = Field(
        min_length=1, description="How the start is written, its parts joined by a blank"
    )


Times = Annotated[StampTimes | ElapsedTimes, Field(discriminator="by")]


class LoggerFile(StrictModel):
    """One form of file."""

    summary: str = Field(description="What it holds")
    seen: tuple[str, ...] = Field(
        min_length=1, description="Where this very form was seen; 'constructed' where nowhere"
    )
    begins: Pattern = Field(description="How such a file begins: a pattern for its first characters")
    delimiter: Literal["\t", ",", ";"] = Field(description="What separates cells")
    decimal: Literal[".", ","] = Field(default=".", description="The decimal mark")
    key: Pattern = Field(description="A line above the table that states something: groups `key` and `value`")
    head_first: Pattern = Field(description="The line of the table's head that names the time column")
    rows_above: int = Field(default=0, ge=0, le=4, description="Further lines of the head above it")
    rows_below: int = Field(default=0, ge=0, le=4, description="Further lines of the head below it (units)")
    ends: Pattern | None = Field(
        default=None, description="The first line behind the table; the end of the file when none"
    )
    times: Times = Field(description="Where the time of a row stands")
    columns: tuple[ColumnField, ...] = Field(min_length=1, description="Which column is which channel")
    failures: tuple[FailureColumn, ...] = Field(default=(), description="Columns that must be empty")
    zone_key: str | None = Field(
        default=None, description="Key that states the time zone: 'UTC+07:00 (Asia/Ho_Chi_Minh)'"
    )
    serial: Pattern | None = Field(
        default=None, description="Serial number in what stands above the table: group `serial`"
    )
    firmware: Pattern | None = Field(default=None, description="Firmware there: group `firmware`")
    calibrated: Pattern | None = Field(default=None, description="Last calibration there: group `calibrated`")

    @model_validator(mode="after")
    def _groups_are_there(self) -> LoggerFile:
        wanted = {
            "key": ("key", "value"),
            "serial": ("serial",),
            "firmware": ("firmware",),
            "calibrated": ("calibrated",),
        }
        for name, groups in wanted.items():
            pattern = getattr(self, name)
            if missing := [g for g in groups if pattern is not None and f"(?P<{g}>" not in pattern]:
                raise ValueError(f"{name}: the pattern has no group {', '.join(missing)}")
        return self
