"""Alerts: seen down the tree, taken by a person, closed by the life cycle, each with its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.world import Api, World, get

if TYPE_CHECKING:
    import aiohttp


async def act(
    client: aiohttp.ClientSession, alert: int, what: str, note: str = "", **more: str
) -> aiohttp.ClientResponse:
    return await client.post(f"/api/v1/alerts/{alert}/{what}", json={"note": note, **more})


async def test_an_alert_is_listed_with_value_set_point_and_place(api: Api, world: World) -> None:
    number = await world.alert()
    (alert,) = (await get(await api.logged_in("lan"), "/api/v1/alerts"))["alerts"]
    assert (alert["id"], alert["value"], alert["set_point"], alert["unit"]) == (number, "142.0", "25", "[ppm]")
    assert (alert["priority"], alert["state"], alert["actions"]) == ("urgent", "unacknowledged", ["acknowledge"])
    assert (alert["place"], alert["site_name"]) == ("Bồn chứa số 2, đáy bồn", "Nhà máy giấy Bãi Bằng")
    assert alert["title"]["vi"] == "CO nguy hiểm đến tính mạng"


async def test_acknowledging_says_who_and_when_and_stays_in_the_trace(api: Api, world: World) -> None:
    number = await world.alert()
    client = await api.logged_in("lan")
    answer = await act(client, number, "acknowledge", "Đang đến")
    assert answer.status == 200
    taken = await answer.json()
    assert taken["alert"]["acknowledged_by"] == "Cán bộ lan"
    assert taken["alert"]["state"] == "acknowledged"
    assert taken["alert"]["actions"] == []
    steps = [(step["what"], step["who"], step["detail"]) for step in taken["trace"]]
    assert [what for what, _, _ in steps] == ["reading", "received", "raise", "acknowledge"]
    assert steps[-1] == ("acknowledge", "Cán bộ lan", "Đang đến")
    assert (await act(client, number, "acknowledge")).status == 409


async def test_opening_an_alert_is_noted_once(api: Api, world: World) -> None:
    number = await world.alert()
    client = await api.logged_in("lan")
    for _ in range(2):
        seen = await get(client, f"/api/v1/alerts/{number}")
    assert [step["who"] for step in seen["trace"] if step["what"] == "seen"] == ["Cán bộ lan"]
    assert seen["procedure"].startswith("Rời khỏi bồn ngay.")


async def test_a_latched_danger_is_closed_by_a_reset_that_says_what_was_done(api: Api, world: World) -> None:
    number = await world.alert()
    client = await api.logged_in("lan")
    await act(client, number, "acknowledge")
    assert (await act(client, number, "reset", "quá sớm")).status == 409
    await world.owner.execute("SELECT alert_advance($1, 'return', NULL, '')", number)
    assert (await act(client, number, "reset", "")).status == 400
    assert (await act(client, number, "reset", "Đã thông gió")).status == 409
    assert (await act(client, number, "reset", "Đã thông gió", cause="bad luck", action="ventilated")).status == 400
    answer = await act(client, number, "reset", "Đo lại 2 ppm", cause="ventilation", action="ventilated")
    closed = (await answer.json())["alert"]
    assert (closed["state"], closed["close_cause"], closed["close_action"]) == ("normal", "ventilation", "ventilated")
    assert (await get(client, "/api/v1/alerts"))["alerts"] == []
    assert len((await get(client, "/api/v1/alerts", state="all"))["alerts"]) == 1


@pytest.mark.parametrize(
    ("login", "sees"), [("admin", True), ("lan", True), ("xem", True), ("huy", False), ("xa", False)]
)
async def test_an_alert_is_seen_down_the_agency_tree_only(api: Api, world: World, login: str, sees: bool) -> None:
    number = await world.alert()
    client = await api.logged_in(login)
    assert bool((await get(client, "/api/v1/alerts"))["alerts"]) is sees
    assert (await client.get(f"/api/v1/alerts/{number}")).status == (200 if sees else 404)
    expected = 404 if not sees else 403 if login == "xem" else 200
    assert (await act(client, number, "acknowledge")).status == expected


async def test_a_sites_card_counts_what_is_open_and_names_the_gravest(api: Api, world: World) -> None:
    await world.alert()
    await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    client = await api.logged_in("lan")
    (site,) = (await get(client, "/api/v1/sites"))["sites"]
    assert (site["open_alerts"], site["worst"]) == (2, "urgent")
    points = (await get(client, f"/api/v1/sites/{world.site}/live"))["points"]
    assert [point["alert"] for point in points] == ["urgent", "high"]


async def shelve(client: aiohttp.ClientSession, alert: int, hours: int) -> aiohttp.ClientResponse:
    return await client.post(f"/api/v1/alerts/{alert}/shelve", json={"minutes": hours * 60, "reason": "đang sửa"})


async def test_an_alarm_is_shelved_for_a_time_with_its_reason_and_brought_back(api: Api, world: World) -> None:
    number = await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    client = await api.logged_in("lan")
    shelved = (await (await shelve(client, number, 4)).json())["alert"]
    assert (shelved["state"], shelved["actions"]) == ("shelved", ["bring_back"])
    assert (shelved["aside"]["reason"], shelved["aside"]["by"]) == ("đang sửa", "Cán bộ lan")
    assert (await shelve(client, number, 24 * 8)).status == 400
    assert (await shelve(client, number, -1)).status == 400
    back = await client.post(f"/api/v1/alerts/{number}/bring_back")
    assert (await back.json())["alert"]["aside"] is None
    assert (await client.post(f"/api/v1/alerts/{number}/bring_back")).status == 409


async def test_a_danger_to_life_is_never_set_aside(api: Api, world: World) -> None:
    number = await world.alert()
    client = await api.logged_in("lan")
    assert (await shelve(client, number, 1)).status == 409
    assert (await client.post(f"/api/v1/alerts/{number}/remove", json={"reason": "phiền"})).status == 409
    assert (await get(client, f"/api/v1/alerts/{number}"))["alert"]["state"] == "unacknowledged"


async def test_an_alarm_out_of_service_stays_so_until_somebody_brings_it_back(api: Api, world: World) -> None:
    number = await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    client = await api.logged_in("lan")
    answer = await client.post(f"/api/v1/alerts/{number}/remove", json={"reason": "cảm biến hỏng"})
    removed = (await answer.json())["alert"]
    assert (removed["state"], removed["aside"]["action"], removed["aside"]["until"]) == (
        "out_of_service",
        "remove",
        None,
    )
    onlooker = await api.logged_in("xem")
    assert (await onlooker.post(f"/api/v1/alerts/{number}/bring_back")).status == 403


async def test_the_health_of_the_alarms_is_counted_for_those_who_see_them(api: Api, world: World) -> None:
    for _ in range(3):
        await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    client = await api.logged_in("lan")
    await act(client, await world.alert(), "acknowledge")
    found = await get(client, "/api/v1/alarm_health", days="7")
    assert (found["alerts"], found["urgent"], found["high"], found["unacknowledged"]) == (4, 1, 3, 3)
    assert (found["frequent"][0]["rule"], found["frequent"][0]["alerts"]) == ("rule", 3)
    assert found["chattering"][0]["alerts"] == 1
    assert (found["stale"], found["dead_letters"]) == ([], 0)
    assert 0 <= found["acknowledged_median_s"] < 60
    assert (await get(await api.logged_in("huy"), "/api/v1/alarm_health"))["alerts"] == 0


async def test_a_dead_letter_is_seen_and_sent_again_by_an_administrator(api: Api, world: World) -> None:
    number = await world.alert()
    letter = await world.owner.fetchval(
        """WITH r AS (INSERT INTO alert_recipient (name, medium, address) VALUES ('trực', 'email', 'a@b.vn') RETURNING id)
           INSERT INTO alert_notification (alert, change, recipient, state, error)
           SELECT $1, 'raised', id, 'dead', '550 no such user' FROM r RETURNING id""",
        number,
    )
    admin = await api.logged_in("admin")
    (found,) = (await get(admin, "/api/v1/dead_letters"))["letters"]
    assert (found["id"], found["alert"], found["error"]) == (letter, number, "550 no such user")
    assert (await (await api.logged_in("lan")).get("/api/v1/dead_letters")).status == 403
    assert (await admin.post(f"/api/v1/dead_letters/{letter}/send_again")).status == 204
    assert (await admin.post(f"/api/v1/dead_letters/{letter}/send_again")).status == 404
    assert await world.owner.fetchval("SELECT state FROM alert_notification WHERE id = $1", letter) == "waiting"
