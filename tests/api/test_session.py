"""Log-in, its cookie, its limits, and who may still come in."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.rate_limit import MAX_KEYS, WINDOW_S, RateLimit
from api.service import serving
from store import people
from tests.api.world import PASSWORD, PHC, Api, World, get

if TYPE_CHECKING:
    import aiohttp

    from api.settings import ApiSettings

PATH = "/api/v1/session"
RIGHT = {"login": "lan", "password": PASSWORD}


async def test_the_right_password_opens_a_session_with_a_guarded_cookie(
    api: Api, stranger: aiohttp.ClientSession
) -> None:
    answer = await stranger.post(PATH, json={"login": "LAN", "password": PASSWORD})
    assert answer.status == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie  # no TLS on loopback: the browser would never send it back
    token = cookie.partition("=")[2].partition(";")[0]
    kept = await api.world.owner.fetchval("SELECT token_hash FROM session")
    assert kept == hashlib.sha256(token.encode()).digest()
    assert (await get(stranger, PATH))["person"]["agency"] == "tỉnh"


async def test_behind_tls_the_cookie_is_secure_and_hsts_is_sent(world: World, settings: ApiSettings) -> None:
    async with serving(settings.model_copy(update={"behind_tls": True})) as port:
        api = Api(f"http://127.0.0.1:{port}", world)
        answer = await api.client().post(PATH, json=RIGHT)
        assert "; Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        await api.close()


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(stranger: aiohttp.ClientSession) -> None:
    answers = [
        await stranger.post(PATH, json={"login": login, "password": "sai"}) for login in ("lan", "nobody", "x" * 100)
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({await answer.text() for answer in answers}) == 1


async def test_after_too_many_failures_even_the_right_password_waits(stranger: aiohttp.ClientSession) -> None:
    for _ in range(5):
        assert (await stranger.post(PATH, json={"login": "lan", "password": "sai"})).status == 401
    refused = await stranger.post(PATH, json=RIGHT)
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= WINDOW_S


async def test_logging_out_ends_the_session_on_the_server(api: Api) -> None:
    client = await api.logged_in("lan")
    assert (await client.delete(PATH)).status == 204
    assert (await client.get(PATH)).status == 401
    assert await api.world.owner.fetchval("SELECT count(*) FROM session") == 0


async def test_a_disabled_person_and_an_expert_whose_time_is_over_are_out_at_once(api: Api, world: World) -> None:
    client = await api.logged_in("lan")
    await people.disable_person(world.owner, "lan")
    assert (await client.get(PATH)).status == 401
    await people.create_person(
        world.owner, agency=world.agencies["tỉnh"], login="expert", name="Chuyên gia", role="expert", phc=PHC,
        valid_until=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    expert = await api.logged_in("expert")
    assert (await expert.get("/api/v1/sites")).status == 200
    await world.owner.execute("UPDATE person SET valid_until = now() - interval '1 s' WHERE login = 'expert'")
    assert (await expert.get("/api/v1/sites")).status == 401


async def test_every_route_but_log_in_and_health_wants_a_session(stranger: aiohttp.ClientSession) -> None:
    for path in ("/sites", "/sites/1/live", "/points/1/readings", "/alerts", "/alerts/1", "/session", "/live"):
        assert (await stranger.get(f"/api/v1{path}")).status == 401, path
    for path in ("/alerts/1/acknowledge", "/alerts/1/reset"):
        assert (await stranger.post(f"/api/v1{path}", json={})).status == 401, path
    assert (await get(stranger, "/api/v1/health"))["database"] is None


async def test_health_tells_an_administrator_which_database_and_edition(api: Api) -> None:
    told = await get(await api.logged_in("admin"), "/api/v1/health")
    assert "TimescaleDB" in told["database"]
    assert told["lag_s"] == 0.0


def test_the_limit_slides_and_forgets() -> None:
    limit = RateLimit(2)
    limit.failed("a", 0.0)
    assert limit.wait_s("a", 1.0) == 0
    limit.failed("a", 100.0)
    assert limit.wait_s("a", 101.0) == WINDOW_S - 101
    assert limit.wait_s("a", WINDOW_S + 1) == 0
    limit.failed("a", WINDOW_S + 1)
    assert limit.wait_s("a", WINDOW_S + 2) > 0
    limit.succeeded("a")
    assert limit.wait_s("a", WINDOW_S + 2) == 0


def test_the_limits_memory_is_bounded() -> None:
    limit = RateLimit(1)
    for number in range(MAX_KEYS + 10):
        limit.failed(str(number), 0.0)
    assert limit.wait_s("0", 1.0) == 0
    assert limit.wait_s(str(MAX_KEYS), 1.0) > 0
