"""A small world for the API's tests: an agency tree, people in it, a site with a kit, and the API served for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from yarl import URL

from api.service import serving
from api.settings import ApiSettings
from tests.api.world import Api, World, make_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.database import Database


@pytest.fixture
async def world(database: Database) -> World:
    return await make_world(database)


@pytest.fixture
def page_dir(tmp_path: Path) -> Path:
    """A page of three files, as Vite would leave them."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>AnToan</title>", encoding="utf-8")
    (folder / "assets" / "main-abc.js").write_text("export {};" * 100, encoding="utf-8")
    (folder / "icon.svg").write_text("<svg/>", encoding="utf-8")
    return folder


@pytest.fixture
def settings(world: World, page_dir: Path) -> ApiSettings:
    return ApiSettings(port=0, database=world.database.login("antoan_api"), page_dir=page_dir, login_attempts=5)


@pytest.fixture
async def api(world: World, settings: ApiSettings) -> AsyncIterator[Api]:
    async with serving(settings) as port:
        base = f"http://127.0.0.1:{port}"
        made = Api(base, world)
        yield made
        await made.close()


@pytest.fixture
async def stranger(api: Api) -> aiohttp.ClientSession:
    """A client that has not logged in."""
    return api.client()


@pytest.fixture
def page_url(api: Api) -> URL:
    """The served page's address."""
    return URL(api.base)
