"""Foreign hosts and pages are refused; every answer carries its security headers; the page is served whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from api.security import check_host, check_origin, host_name
from tests.api.world import PASSWORD, Api

if TYPE_CHECKING:
    from yarl import URL

from api.problems import Forbidden

LOG_IN = {"login": "lan", "password": PASSWORD}


async def test_a_foreign_host_name_is_refused_everywhere(stranger: aiohttp.ClientSession) -> None:
    for path in ("/", "/api/v1/health", "/api/v1/sites"):
        assert (await stranger.get(path, headers={"Host": "evil.example"})).status == 403, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_foreign_page_can_change_nothing(api: Api, headers: dict[str, str]) -> None:
    client = await api.logged_in("lan")
    assert (await client.post("/api/v1/session", json=LOG_IN, headers=headers)).status == 403
    assert (await client.delete("/api/v1/session", headers=headers)).status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect("/api/v1/live", headers=headers)
    own = {"Origin": api.base, "Sec-Fetch-Site": "same-origin"}
    assert (await client.delete("/api/v1/session", headers=own)).status == 204


async def test_a_form_of_a_foreign_page_is_no_json(stranger: aiohttp.ClientSession) -> None:
    assert (await stranger.post("/api/v1/session", data=LOG_IN)).status == 400


@pytest.mark.parametrize(
    "path", ["/", "/sites/3", "/alerts", "/assets/main-abc.js", "/nothing.js", "/api/v1/health", "/api/nothing"]
)
async def test_every_answer_carries_the_security_headers(stranger: aiohttp.ClientSession, path: str) -> None:
    answer = await stranger.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Python" not in answer.headers.get("Server", "")


async def test_the_page_is_fresh_and_its_hashed_assets_are_kept(stranger: aiohttp.ClientSession) -> None:
    page = await stranger.get("/sites/3")
    assert (page.content_type, page.headers["Cache-Control"]) == ("text/html", "no-cache")
    asset = await stranger.get("/assets/main-abc.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Encoding"] == "gzip"
    again = await stranger.get("/assets/main-abc.js", headers={"If-None-Match": asset.headers["ETag"]})
    assert again.status == 304
    api = await stranger.get("/api/v1/health")
    assert api.headers["Cache-Control"] == "no-store"


async def test_nothing_outside_the_page_folder_is_served(stranger: aiohttp.ClientSession, page_url: URL) -> None:
    for path in ("/%2e%2e/secret", "/assets/%2e%2e/%2e%2e/secret", "/.sources"):
        assert (await stranger.get(page_url.with_path(path, encoded=True))).status == 404, path


async def test_a_body_that_is_too_long_is_refused_unread(stranger: aiohttp.ClientSession) -> None:
    answer = await stranger.post("/api/v1/session", data=b"[" * 20_000, headers={"Content-Type": "application/json"})
    assert answer.status in {400, 413}


def test_host_names_are_compared_without_their_port() -> None:
    assert host_name("LocalHost:80") == "localhost"
    assert host_name("[::1]:80") == "[::1]"
    with pytest.raises(Forbidden):
        check_host("localhost.evil.example", ("localhost",))


def test_an_origin_must_be_the_very_host_and_port() -> None:
    check_origin("http://localhost:8080", "same-origin", "localhost:8080")
    check_origin(None, None, "localhost:8080")
    with pytest.raises(Forbidden):
        check_origin("http://localhost:9090", None, "localhost:8080")
