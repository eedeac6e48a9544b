"""Readings of a point in a window, decimated for a chart."""

from __future__ import annotations

from pydantic import Field

from api.models.base import Form, Id, Moment


class Window(Form):
    """Which part of a point's readings is wanted."""

    since: Moment = Field(description="first moment")
    until: Moment = Field(description="moment after the last; at most 31 days later")
    buckets: int = Field(default=600, ge=10, le=2000, description="at most this many columns in the answer")


class Gap(Form):
    """A stretch without readings."""

    since: Moment
    until: Moment


class Readings(Form):
    """Columns of equal length: per time bucket that holds readings, lowest, highest and mean value, and quality."""

    point: Id
    unit: str
    since: Moment
    until: Moment
    bucket_s: float = Field(gt=0, description="length of a bucket, seconds")
    time_ms: list[int] = Field(description="time of the bucket's last reading, ms since 1970-01-01T00:00Z")
    low: list[float | None] = Field(description="null: no usable value in the bucket")
    high: list[float | None]
    mean: list[float | None]
    quality: list[str] = Field(description="`ok`, or a quality word of the bucket that is not `ok`")
    gaps: list[Gap]
