"""Shifts: when a dose or a TWA begins and ends, in local time. A sum begins with the shift, not with power-on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from telemetry.strict import StrictModel
from telemetry.zones import known_zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


class Shift(StrictModel):
    """The shifts of a workplace: they begin at these local times each day and last `length_h`."""

    timezone: str = Field(default="Asia/Ho_Chi_Minh", description="IANA time zone of the workplace")
    starts: tuple[str, ...] = Field(
        min_length=1, max_length=8, description="local times at which shifts begin, such as 06:00"
    )
    length_h: float = Field(default=8, gt=0, le=24, description="hours from the beginning to the end of a shift")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return known_zone(name)

    @field_validator("starts")
    @classmethod
    def _times(cls, starts: tuple[str, ...]) -> tuple[str, ...]:
        for start in starts:
            time.fromisoformat(start)
        return tuple(sorted(starts))

    @model_validator(mode="after")
    def _apart(self) -> Shift:
        minutes = [clock.hour * 60 + clock.minute for clock in map(time.fromisoformat, self.starts)]
        following = [*minutes[1:], minutes[0] + 1440]
        if any(after - before < self.length_h * 60 for before, after in zip(minutes, following, strict=True)):
            raise ValueError("a shift begins before the one before it has ended")
        return self

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _clocks(self) -> tuple[time, ...]:
        return tuple(time.fromisoformat(start) for start in self.starts)

    def at(self, utc_us: int) -> tuple[int, int]:
        """The shift at that instant (UTC µs), or the next one: [begin, end) in UTC µs."""
        here = (_EPOCH + utc_us * _US).astimezone(self._zone)
        length_us = round(self.length_h * 3_600_000_000)
        for days in range(-2, 3):  # a shift may have begun the day before; a day without its hour is passed over
            day = here.date() + timedelta(days=days)
            for clock in self._clocks:
                begin_us = (datetime.combine(day, clock, self._zone) - _EPOCH) // _US
                if utc_us < begin_us + length_us:
                    return begin_us, begin_us + length_us
        raise AssertionError("a shift begins at least once a day")
