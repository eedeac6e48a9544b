"""Readings for a chart: decimated, with gaps and quality; from raw rows or rollups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.gaps import EPOCH, gaps_of
from tests.api.world import Api, World, get

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def text(moment: datetime) -> str:
    return moment.isoformat()


async def test_a_short_window_keeps_every_reading(api: Api, world: World) -> None:
    start = datetime.now(UTC) - 60 * SECOND
    await world.measured("co", [(start + i * SECOND, 100 + i, 0) for i in range(50) if not 20 <= i < 30])
    query = {"since": text(start), "until": text(start + 60 * SECOND), "buckets": "600"}
    found = await get(await api.logged_in("lan"), f"/api/v1/points/{world.points['co']}/readings", **query)
    assert len(found["time_ms"]) == 40
    assert found["mean"][:3] == found["low"][:3] == [10.0, 10.1, 10.2]
    assert found["unit"] == "[ppm]"
    assert len(found["gaps"]) == 1
    gap = found["gaps"][0]
    length = datetime.fromisoformat(gap["until"]) - datetime.fromisoformat(gap["since"])
    assert length == 11 * SECOND


async def test_a_long_window_is_decimated_with_lowest_and_highest_and_doubt_kept(api: Api, world: World) -> None:
    start = datetime.now(UTC) - 3600 * SECOND
    rows = [(start + i * SECOND, 500 + (400 if i == 1800 else 0), 3 if i == 1800 else 0) for i in range(3600)]
    await world.measured("co", rows)
    query = {"since": text(start), "until": text(start + 3600 * SECOND), "buckets": "60"}
    found = await get(await api.logged_in("lan"), f"/api/v1/points/{world.points['co']}/readings", **query)
    assert len(found["time_ms"]) == 60
    assert max(found["high"]) == 90.0
    assert found["quality"].count("saturated") == 1
    assert found["gaps"] == []


async def test_readings_without_a_value_leave_a_hole_in_the_line(api: Api, world: World) -> None:
    start = datetime.now(UTC) - 30 * SECOND
    await world.measured("co", [(start + i * SECOND, 0 if i == 5 else 100, 6 if i == 5 else 0) for i in range(10)])
    query = {"since": text(start), "until": text(start + 20 * SECOND)}
    found = await get(await api.logged_in("lan"), f"/api/v1/points/{world.points['co']}/readings", **query)
    assert found["mean"].index(None) == 5
    assert found["quality"][5] == "comms_fault"


async def test_days_come_from_the_rollups(api: Api, world: World) -> None:
    minutes = [NOON + timedelta(minutes=i) for i in range(60)]
    started = NOON - timedelta(days=1)
    await world.owner.execute("UPDATE placement SET from_at = $1", started)
    await world.owner.execute("UPDATE deployment SET started_at = $1", started)
    await world.owner.executemany(
        "INSERT INTO rollup_1m (bucket, sum, min, max, last_us, ok_us, channel, count) VALUES ($1, 6000, 90, 110, 59000000, "
        "60000000, $2, 60)",
        [(minute, world.channels["co"]) for minute in minutes],
    )
    query = {"since": text(NOON - timedelta(hours=12)), "until": text(NOON + timedelta(hours=12)), "buckets": "48"}
    found = await get(await api.logged_in("lan"), f"/api/v1/points/{world.points['co']}/readings", **query)
    assert len(found["time_ms"]) == 2
    assert (found["low"], found["high"], found["mean"]) == ([9.0, 9.0], [11.0, 11.0], [10.0, 10.0])
    assert len(found["gaps"]) == 2
    finer = await get(
        await api.logged_in("lan"), f"/api/v1/points/{world.points['co']}/readings", **{**query, "buckets": "2000"}
    )
    assert (finer["bucket_s"], len(finer["time_ms"]), len(finer["gaps"])) == (60.0, 60, 2)


async def test_a_window_that_ends_before_it_begins_or_is_too_long_is_refused(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    for until in (NOON, NOON - SECOND, NOON + timedelta(days=32)):
        path = f"/api/v1/points/{world.points['co']}/readings"
        assert (await client.get(path, params={"since": text(NOON), "until": text(until)})).status == 400


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=50))
def test_gaps_and_readings_never_overlap_and_order_is_kept(seconds: list[int]) -> None:
    times = [EPOCH + s * SECOND for s in sorted(seconds)]
    us = [s * 1_000_000 for s in sorted(seconds)]
    gaps = gaps_of(us, (EPOCH, EPOCH + 10_000 * SECOND), SECOND, SECOND)
    assert gaps == sorted(gaps)
    assert all(since < until for since, until in gaps)
    assert not any(since < time < until for since, until in gaps for time in times)
