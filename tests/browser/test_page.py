"""The page, driven for real: log in, a live value changes without reload, an alert is acknowledged."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.visit import DESKTOP, PHONE, log_in, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page, WebSocketRoute

    from tests.api.world import World

pytestmark = [pytest.mark.browser, pytest.mark.services]
SECOND = timedelta(seconds=1)


async def history(world: World, minutes: int = 20) -> None:
    """A calm past with a gap: noise around 78 dB(A), CO rising at the end."""
    end = datetime.now(UTC) - SECOND
    times = [end - (60 * minutes - s) * SECOND for s in range(60 * minutes)]
    noise = [(t, round(780 + 40 * math.sin(i / 37) + 25 * math.sin(i / 3.1)), 0) for i, t in enumerate(times)]
    co = [(t, round(60 + 8 * math.sin(i / 50) + max(0, i - 1080) ** 1.35 * 0.8), 0) for i, t in enumerate(times)]
    await world.measured("noise", [row for i, row in enumerate(noise) if not 500 < i < 700])
    await world.measured("co", co)
    await world.rule("25", unit="[ppm]")
    await world.rule("85", quantity="sound_level", unit="dB[SPL]{A}", kind="level", priority="high")


async def shoot(page: Page, artifacts: Path, name: str) -> None:
    """A screenshot of the whole screen, in the language and width that it is in; nothing reaches beyond the width."""
    await page.wait_for_timeout(300)  # uPlot draws in a microtask after the data; a picture has no event to await
    language = await page.evaluate("document.documentElement.lang")
    size = page.viewport_size
    assert size
    width = size["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} px"
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": width, "height": height})  # so that what is fixed stands at the end
    await page.screenshot(path=artifacts / f"{name}-{language}-{width}.png")
    await page.set_viewport_size(size)


async def test_a_live_value_changes_without_reload(browser: Browser, address: str, world: World) -> None:
    await history(world)
    async with visit(browser, address) as page:
        await log_in(page)
        await page.click("text=Nhà máy giấy Bãi Bằng")
        card = page.locator(f"[data-point='{world.points['noise']}']")
        await expect(card.locator(".chart")).not_to_have_attribute("data-readings", "0")
        before = int(await card.locator(".chart").get_attribute("data-readings") or 0)
        await page.evaluate("window.same = true")
        await world.measured("noise", [(datetime.now(UTC), 843, 0)])
        await expect(card.locator(".big")).to_have_text("84,3")
        await expect(card.locator(".age")).to_contain_text("vừa xong")
        await expect(card.locator(".chart")).to_have_attribute("data-readings", str(before + 1))
        await world.measured("noise", [(datetime.now(UTC) - 30 * SECOND, 999, 0)])  # late: not the latest
        await world.measured("noise", [(datetime.now(UTC) + 300 * SECOND, 999, 0)])  # of the future: neither
        await world.measured("noise", [(datetime.now(UTC), 851, 3)])
        await expect(card.locator(".big")).to_have_text("85,1")
        await expect(card.locator(".badge")).to_contain_text("Quá tải")
        assert await page.evaluate("window.same"), "the page was loaded again"


async def test_an_alert_is_seen_at_once_and_acknowledged(browser: Browser, address: str, world: World) -> None:
    await history(world, minutes=2)
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.click("nav >> text=Cảnh báo")
        await expect(page.locator("main")).to_contain_text("Không có cảnh báo nào đang mở.")
        number = await world.alert()
        await expect(page.locator(".alert.danger")).to_contain_text("NGUY HIỂM")
        await page.click("nav >> text=Cơ sở")
        await page.click(".danger-band")
        await expect(page.locator(".alert-value .big")).to_have_text("142,0")
        await expect(page.locator(".procedure")).to_contain_text("Không vào cứu")
        box = await page.locator("button.main").bounding_box()
        assert box
        assert box["height"] >= 64
        await page.click("button:has-text('Đã nhận')")
        await expect(page.locator(".taken-by")).to_contain_text("Cán bộ lan đã nhận lúc")
        await expect(page.locator(".danger-band")).to_have_count(0)
    taken = await world.owner.fetchrow(
        "SELECT state, person FROM alert_log WHERE alert = $1 AND fact = 'acknowledge'", number
    )
    assert taken
    assert (taken["state"], taken["person"]) == ("acknowledged", world.people["lan"])


async def test_the_page_comes_back_by_itself_after_the_line_was_down(
    browser: Browser, address: str, world: World
) -> None:
    await history(world, minutes=2)
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    async with visit(browser, address) as page:
        await page.route_web_socket("**/api/v1/live*", through)
        await log_in(page)
        await page.goto(f"/sites/{world.site}")
        big = page.locator(f"[data-point='{world.points['co']}'] .big")
        await expect(big).not_to_have_text("—")
        await expect(page.locator(".live")).to_be_visible()
        await lines[-1].close(code=1011)
        await expect(page.locator(".offline")).to_be_visible()
        await world.measured("co", [(datetime.now(UTC), 777, 0)])  # while nobody listens: the cursor brings it
        await expect(page.locator(".offline")).to_have_count(0)
        await expect(big).to_have_text("77,7")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_screen_fits_in_both_languages(
    browser: Browser, address: str, world: World, artifacts: Path, size: tuple[int, int], language: str
) -> None:
    await history(world)
    number = await world.alert(value=274)
    await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    async with visit(browser, address, size) as page:
        await page.goto("/")
        await page.evaluate(f"localStorage.setItem('antoan.language', '{language}')")
        await page.goto("/")
        await page.wait_for_selector("form")
        await shoot(page, artifacts, "1-log-in")
        await log_in(page)
        await page.wait_for_selector(".site")
        await shoot(page, artifacts, "2-sites")
        await page.goto(f"/sites/{world.site}")
        await expect(page.locator(".chart").first).not_to_have_attribute("data-readings", "0")
        await shoot(page, artifacts, "3-site")
        await page.goto("/alerts")
        await page.wait_for_selector(".alert")
        await shoot(page, artifacts, "4-alerts")
        await page.goto(f"/alerts/{number}")
        await expect(page.locator(".chart")).not_to_have_attribute("data-readings", "0")
        await shoot(page, artifacts, "5-alert")
        await page.goto("/alerts/health")
        await page.wait_for_selector(".figures")
        await shoot(page, artifacts, "6-alarm-health")
