"""Who may look at the kit's page and who may give orders: password, session, Host and Origin."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from gateway_agent.agent import serve
from gateway_agent.control import SOCKET
from gateway_agent.page.server import GUESS_S, GUESSES, SESSION_S, Guard, build_app
from gateway_agent.settings import GatewaySettings
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PASSWORD = "sao-la-4711"


def settings(folder: Path) -> GatewaySettings:
    (folder / "sticker").write_text(PASSWORD)
    page = {"password_file": folder / "sticker", "names": ["kit.local"]}
    return GatewaySettings.model_validate({"gateway": GATEWAY, "state_dir": folder, "page": page})


def guard(folder: Path) -> tuple[Guard, list[float]]:
    page, now = settings(folder).page, [0.0]
    assert page is not None
    return Guard(page, lambda: now[0]), now


def test_the_host_is_an_address_or_a_name_of_the_kit(tmp_path: Path) -> None:
    kit, _ = guard(tmp_path)
    assert all(kit.host(host) for host in ("192.168.4.1:8080", "10.0.0.7", "[fe80::1]:8080", "kit.local:8080"))
    assert not any(
        kit.host(host) for host in ("evil.example", "kit.local.evil.example:8080", "", "kit.local@evil.example")
    )


def test_a_session_ends_and_guessing_is_stopped(tmp_path: Path) -> None:
    kit, now = guard(tmp_path)
    session = kit.log_in(PASSWORD)
    assert session is not None
    assert kit.knows(session)
    now[0] = SESSION_S
    assert not kit.knows(session)
    for _ in range(GUESSES):
        assert kit.log_in("x") is None
    assert kit.log_in(PASSWORD) is None, "too many wrong ones"
    now[0] += GUESS_S
    assert kit.log_in(PASSWORD) is not None


def test_an_empty_password_file_opens_nothing(tmp_path: Path) -> None:
    kit, _ = guard(tmp_path)
    (tmp_path / "sticker").write_text("\n")
    assert kit.log_in("") is None


@asynccontextmanager
async def page(folder: Path, *, running: bool = True) -> AsyncIterator[tuple[ClientSession, str]]:
    config = settings(folder)
    assert config.page is not None
    task = asyncio.create_task(serve(config, identity(folder), TurnedClock(), [meter()])) if running else None
    if task is not None:
        await until((folder / SOCKET).exists)
    server = TestServer(build_app(config, config.page))
    await server.start_server()
    address = f"http://127.0.0.1:{server.port}"
    async with ClientSession(address, cookie_jar=CookieJar(unsafe=True)) as client:
        yield client, address
    await server.close()
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_orders_come_from_the_page_itself_and_only_those_that_it_may_give(tmp_path: Path) -> None:
    async with page(tmp_path) as (client, address):
        own = {"Origin": address}
        assert (await client.get("/api/state")).status == 401
        assert (await client.post("/api/order", json={"do": "test"}, headers=own)).status == 401
        assert (await client.post("/login", json={"password": PASSWORD})).status == 403
        assert (
            await client.post("/login", json={"password": PASSWORD}, headers={"Origin": "http://evil.example"})
        ).status == 403
        entered = await client.post("/login", json={"password": PASSWORD}, headers=own)
        assert entered.status == 200
        assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in entered.headers["Set-Cookie"].split(";")}
        state = await client.get("/api/state")
        assert state.status == 200
        assert "default-src 'self'" in state.headers["Content-Security-Policy"]
        assert (await client.get("/api/state", headers={"Host": "evil.example"})).status == 421
        note = {"do": "note", "text": "a"}
        assert (await client.post("/api/order", json=note)).status == 403
        assert (await client.post("/api/order", json=note, headers=own)).status == 200
        assert (await client.post("/api/order", json={"do": "photo", "path": "x"}, headers=own)).status == 400
        assert (await client.post("/api/order", data=b"[1]", headers=own)).status == 400
        refused = await client.post("/api/order", json={"do": "end_measurement"}, headers=own)
        assert (refused.status, (await refused.json())["refused"]) == (409, "no measurement is under way")


async def test_photos_are_jpegs_and_nothing_else_of_the_folder_is_served(tmp_path: Path) -> None:
    async with page(tmp_path) as (client, address):
        own = {"Origin": address}
        await client.post("/login", json={"password": PASSWORD}, headers=own)
        kept = await client.post("/api/photo/noise1", data=b"\xff\xd8\xff\xe0 a picture", headers=own)
        name = (await kept.json())["photo"]
        assert await (await client.get(f"/api/photo/{name}")).read() == b"\xff\xd8\xff\xe0 a picture"
        assert (await client.post("/api/photo/noise1", data=b"#!/bin/sh", headers=own)).status == 409
        for other in ("placements.json", "..%2Fspool.db", "..%2F..%2Fetc%2Fpasswd"):
            assert (await client.get(f"/api/photo/{other}")).status == 404


async def test_without_the_gateway_the_page_says_so(tmp_path: Path) -> None:
    async with page(tmp_path, running=False) as (client, address):
        await client.post("/login", json={"password": PASSWORD}, headers={"Origin": address})
        answer = await client.get("/api/state")
        assert answer.status == 503
        assert "no gateway answers" in (await answer.json())["refused"]
