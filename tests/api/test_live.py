"""The live socket: what arrives is told at once, a lost line goes on from its cursor, a slow browser starts anew."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from api.live.cursor import Cursor, parse
from api.live.subscriber import MAX_QUEUED, Subscriber
from api.models.live import LiveAlerts, LiveReadings, LiveReset
from store.sites_news import Arrived, Head
from tests.api.world import Api, World, get

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

SECOND = timedelta(seconds=1)
HERE = Cursor({3: Head(7, datetime(2026, 1, 5, tzinfo=UTC))})


async def told(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of that kind."""
    async with asyncio.timeout(10):
        while True:
            message: dict[str, Any] = json.loads(await socket.receive_str())
            if message["type"] == kind:
                return message


def reading(point: int = 1, value: int = 5) -> Arrived:
    return Arrived(point, 1_000_000, value, -1, 0)


async def test_a_reading_is_told_when_it_is_projected(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    async with client.ws_connect("/api/v1/live", params={"site": world.site}) as socket:
        await told(socket, "tick")  # it is subscribed by now
        t = datetime.now(UTC)
        await world.measured("co", [(t, 123, 0), (t + SECOND / 10, 0, 6)])
        message = await told(socket, "readings")
    assert [(r["point"], r["value"], r["quality"]) for r in message["readings"]] == [
        (world.points["co"], "12.3", "ok"),
        (world.points["co"], None, "comms_fault"),
    ]


async def test_a_lost_line_goes_on_from_its_cursor_without_loss(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    t = datetime.now(UTC)
    await world.measured("co", [(t, 100, 0)])
    cursor = ""
    async with asyncio.timeout(10):
        while not cursor.startswith("3-1-"):  # the follower has seen it
            cursor = (await get(client, f"/api/v1/sites/{world.site}/live"))["cursor"]
    await world.measured("co", [(t + SECOND, 101, 0)])
    await world.measured("noise", [(t + SECOND, 800, 0)])
    heard: set[tuple[int, str]] = set()
    async with client.ws_connect("/api/v1/live", params={"site": world.site, "cursor": cursor}) as socket:
        await world.measured("co", [(t + 2 * SECOND, 102, 0)])
        while len(heard) < 3:
            heard |= {(r["point"], r["value"]) for r in (await told(socket, "readings"))["readings"]}
    co, noise = world.points["co"], world.points["noise"]
    assert heard == {(co, "10.1"), (noise, "80.0"), (co, "10.2")}


async def test_a_backlog_makes_the_page_start_anew_instead_of_flooding_it(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    async with client.ws_connect("/api/v1/live", params={"site": world.site}) as socket:
        await told(socket, "tick")
        t = datetime.now(UTC)
        await world.measured("co", [(t - 3600 * SECOND, 1, 0), (t, 2, 0)])
        await told(socket, "reset")


async def test_changed_alerts_are_told_to_every_open_page(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    async with client.ws_connect("/api/v1/live") as socket:
        await told(socket, "tick")
        await world.alert()
        await told(socket, "alerts")


@pytest.mark.parametrize("site", ["0", "x", "999999"])
async def test_a_site_that_is_not_seen_cannot_be_followed(api: Api, site: str) -> None:
    client = await api.logged_in("lan")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await client.ws_connect("/api/v1/live", params={"site": site})


async def test_another_agencys_site_cannot_be_followed(api: Api, world: World) -> None:
    client = await api.logged_in("xa")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await client.ws_connect("/api/v1/live", params={"site": world.site})


async def test_the_queue_of_a_slow_browser_is_bounded_and_ends_in_a_reset() -> None:
    slow = Subscriber({1: "kit00001"})
    for _ in range(MAX_QUEUED):
        slow.tell_readings([reading()], HERE)
    slow.tell_readings([reading()], HERE)
    assert isinstance(await slow.next(0.1), LiveReset)
    assert await slow.next(0.01) is None


async def test_a_subscriber_hears_of_its_own_points_alone_and_of_alerts_once() -> None:
    mine = Subscriber({1: "kit00001"})
    mine.tell_readings([reading(2)], HERE)
    mine.tell_alerts(HERE)
    mine.tell_alerts(HERE)
    mine.tell_readings([reading(1), reading(2)], HERE)
    assert isinstance(await mine.next(0.1), LiveAlerts)
    message = await mine.next(0.1)
    assert isinstance(message, LiveReadings)
    assert [r.point for r in message.readings] == [1]
    assert await mine.next(0.01) is None


def test_a_cursor_survives_its_text_form() -> None:
    assert parse(HERE.text()) == HERE
    assert parse("") == Cursor({})
    older = Cursor({})
    assert [step[0] for step in older.steps_to(HERE)] == [3]
    assert list(HERE.steps_to(older)) == []


@pytest.mark.parametrize("text", ["x", "3-1", "g-1-1", "3-1-99999999999999999", "3--1", "3-1-1." * 200, "3-1-1.."])
def test_what_is_no_cursor_is_no_cursor(text: str) -> None:
    assert parse(text) is None
