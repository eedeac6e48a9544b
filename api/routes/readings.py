"""Readings of a point for a chart."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.context import now
from api.gaps import gaps_of
from api.models.readings import Gap, Readings, Window
from api.problems import Invalid, NotFound
from api.routing import Call, Route
from store import sites_readings
from telemetry.quality import Quality

LONGEST = timedelta(days=31)


async def window(call: Call) -> Readings:
    """The readings of a window in at most `buckets` columns."""
    asked = call.queried(Window)
    if not timedelta(0) < asked.until - asked.since <= LONGEST:
        raise Invalid("query: until must be after since, by 31 days at most")
    point = call.ids["point"]
    placed = await sites_readings.channels_of(call.context.pool, call.viewer.id, point)
    if placed is None:
        raise NotFound("there is no such point")
    return await _readings(call, point, placed, asked)


async def _readings(call: Call, point: int, placed: list[sites_readings.PlacedChannel], asked: Window) -> Readings:
    """The channel placed last gives unit and resolution; those with others are another quantity and not on this chart."""
    unit, exponent = (placed[-1].unit, placed[-1].exponent) if placed else ("", 0)
    placed = [p for p in placed if (p.unit, p.exponent) == (unit, exponent)]
    length = asked.until - asked.since
    bucket = max(length / asked.buckets, sites_readings.finest(length))
    found = await sites_readings.buckets(call.context.pool, placed, asked.since, asked.until, bucket)
    interval = max(
        (timedelta(microseconds=p.interval_us) for p in placed if p.interval_us), default=timedelta(seconds=1)
    )
    holes = gaps_of([b.last_us for b in found], _covered(asked, placed), bucket, interval)
    return Readings(
        point=point,
        unit=unit,
        since=asked.since,
        until=asked.until,
        bucket_s=bucket.total_seconds(),
        time_ms=[b.last_us // 1000 for b in found],
        low=[_scaled(b.low, exponent) for b in found],
        high=[_scaled(b.high, exponent) for b in found],
        mean=[_scaled(b.mean, exponent) for b in found],
        quality=[Quality.of_code(b.quality).word for b in found],
        gaps=[Gap(since=since, until=until) for since, until in holes],
    )


def _covered(asked: Window, placed: list[sites_readings.PlacedChannel]) -> tuple[datetime, datetime]:
    """The part of the window in which something could have been measured."""
    since = max(asked.since, min((p.from_at for p in placed), default=asked.until))
    return since, min(asked.until, now())


def _scaled(value: float | None, exponent: int) -> float | None:
    """Rounded to a digit more than the instrument has: a mean of integers needs no more on a chart."""
    return None if value is None else round(value * 10.0**exponent, max(0, -exponent) + 1)


ROUTES = (
    Route("GET", "/api/v1/points/{point}/readings", window, "Readings of a point for a chart", Readings, query=Window),
)
