"""A person at the page: opens it, logs in, and notices what must never happen (errors, requests to elsewhere)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.api.world import PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

DESKTOP = (1280, 900)
PHONE = (360, 740)


@contextlib.asynccontextmanager
async def visit(
    browser: Browser, address: str, size: tuple[int, int] = DESKTOP, *, refused: str = ""
) -> AsyncIterator[Page]:
    """A page of that size. When the visit ends: no error was logged, nothing was asked of another host.

    `refused`: what the server is made to refuse on purpose, as the browser logs it: "400 (Bad Request)".
    """
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", base_url=address
    )
    context.set_default_timeout(15_000)
    page = await context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request", lambda asked: troubles.append(asked.url) if not asked.url.startswith((address, "data:")) else None
    )
    try:
        yield page
    finally:
        await context.close()
    expected = ["401 (Unauthorized)", *filter(None, [refused])]  # the page asks who is logged in before anybody is
    assert [trouble for trouble in troubles if not any(word in trouble for word in expected)] == []


async def log_in(page: Page, login: str = "lan") -> None:
    await page.goto("/")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector("nav")
