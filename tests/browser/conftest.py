"""The real page in a real browser: the API serves the page that Vite built, Chromium is driven by Playwright."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright

from api.service import serving
from api.settings import ApiSettings
from deploy.build_page import build_page
from tests.api.world import World, make_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from deploy.stack.chromium import Chromium
    from tests.support.database import Database

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def page_dir() -> Path:
    build_page(ROOT)
    return ROOT / "api" / "web" / "dist"


@pytest.fixture
async def world(database: Database) -> World:
    return await make_world(database)


@pytest.fixture
async def address(world: World, page_dir: Path) -> AsyncIterator[str]:
    """Where the page is served."""
    settings = ApiSettings(port=0, database=world.database.login("antoan_api"), page_dir=page_dir)
    async with serving(settings) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def browser(chromium: Chromium) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, **chromium.environment}
        browser = await playwright.chromium.launch(
            executable_path=chromium.program, args=list(chromium.flags), env=environment
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Screenshots are kept here."""
    folder = ROOT / "test-artifacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
