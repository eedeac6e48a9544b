"""Times as integers: UTC µs since 1970, as all typed access of hot paths speaks them; datetimes at the rim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """UTC µs since 1970, exactly."""
    return (moment - _START) // _MICROSECOND


def from_us(utc_us: int) -> datetime:
    """The datetime of UTC µs since 1970, exactly. Raises OverflowError outside the years 1 to 9999."""
    return _START + timedelta(microseconds=utc_us)
