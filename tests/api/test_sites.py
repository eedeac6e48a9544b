"""Sites and live values: down the tree only; latest is last measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from store import people, sites
from tests.api.world import PHC, Api, World, get

SECOND = timedelta(seconds=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(("login", "sees"), [("admin", True), ("lan", True), ("huy", False), ("xa", False)])
async def test_a_site_is_seen_down_the_agency_tree_only(api: Api, login: str, sees: bool) -> None:
    client = await api.logged_in(login)
    site, point = api.world.site, api.world.points["co"]
    listed = await get(client, "/api/v1/sites")
    assert [s["id"] for s in listed["sites"]] == ([site] if sees else [])
    window = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-01T01:00:00Z"}
    for path, query in ((f"/api/v1/sites/{site}/live", {}), (f"/api/v1/points/{point}/readings", window)):
        async with client.get(path, params=query) as answer:
            assert answer.status == (200 if sees else 404), path


async def test_a_deployment_is_seen_by_its_own_agency_and_above_wherever_the_site_belongs(
    api: Api, world: World
) -> None:
    other = await sites.create_site(world.owner, agency=world.agencies["khác"], name="Cảng")
    await sites.create_deployment(world.owner, agency=world.agencies["huyện"], site=other, gateway="kit00009")
    above = await get(await api.logged_in("huy"), "/api/v1/sites")
    assert [(s["name"], s["kits"]) for s in above["sites"]] == [("Cảng", 1)]
    owner_of_the_site = await get(await api.logged_in("xa"), "/api/v1/sites")
    assert [(s["name"], s["kits"]) for s in owner_of_the_site["sites"]] == [("Cảng", 0)]


async def test_a_site_contact_sees_the_named_site_alone(api: Api, world: World) -> None:
    await sites.create_site(world.owner, agency=world.agencies["tỉnh"], name="Một cơ sở khác")
    contact = await people.create_person(
        world.owner, agency=world.agencies["tỉnh"], login="dau-moi", name="Đầu mối", role="site_contact", phc=PHC
    )
    client = await api.logged_in("dau-moi")
    assert (await get(client, "/api/v1/sites"))["sites"] == []
    await sites.name_contact(world.owner, world.site, contact)
    assert [s["id"] for s in (await get(client, "/api/v1/sites"))["sites"]] == [world.site]
    assert len((await get(client, f"/api/v1/sites/{world.site}/live"))["points"]) == 2


async def test_the_latest_value_is_the_last_measured_not_the_last_received(api: Api, world: World) -> None:
    t = now()
    await world.measured("co", [(t - SECOND, 123, 0)])
    await world.measured("co", [(t - 60 * SECOND, 999, 0)])
    client = await api.logged_in("lan")
    point = (await get(client, f"/api/v1/sites/{world.site}/live"))["points"][0]
    assert (point["value"], point["unit"], point["quality"]) == ("12.3", "[ppm]", "ok")
    assert datetime.fromisoformat(point["measured_at"]) == (t - SECOND).replace(
        microsecond=(t.microsecond // 1000) * 1000
    )


async def test_a_reading_dated_in_the_future_is_not_the_latest(api: Api, world: World) -> None:
    await world.measured("co", [(now() - SECOND, 123, 0), (now() + 300 * SECOND, 999, 0)])
    point = (await get(await api.logged_in("lan"), f"/api/v1/sites/{world.site}/live"))["points"][0]
    assert point["value"] == "12.3"
    listed = (await get(await api.logged_in("lan"), "/api/v1/sites"))["sites"][0]
    assert datetime.fromisoformat(listed["measured_at"]) < now()


async def test_a_reading_without_a_value_shows_its_quality_and_no_number(api: Api, world: World) -> None:
    await world.measured("co", [(now() - 2 * SECOND, 123, 0), (now() - SECOND, 0, 6)])
    point = (await get(await api.logged_in("lan"), f"/api/v1/sites/{world.site}/live"))["points"][0]
    assert (point["value"], point["quality"]) == (None, "comms_fault")


async def test_limit_lines_are_those_of_the_rules_that_select_the_point(api: Api, world: World) -> None:
    await world.rule("25")
    await world.rule("1200", gateway="kit00002")
    await world.rule("30", unit="mg/m3")
    points = (await get(await api.logged_in("lan"), f"/api/v1/sites/{world.site}/live"))["points"]
    assert [line["value"] for line in points[0]["limits"]] == [25.0]
    assert points[1]["limits"] == []


async def test_an_ended_deployment_is_not_measured_now(api: Api, world: World) -> None:
    await sites.end_deployment(world.owner, world.deployment)
    client = await api.logged_in("lan")
    site = (await get(client, "/api/v1/sites"))["sites"][0]
    assert (site["kits"], site["points"]) == (0, 0)
    assert (await get(client, f"/api/v1/sites/{world.site}/live"))["points"] == []
