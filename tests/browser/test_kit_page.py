"""The kit's own page in a real browser on a phone: a measurement from the sticker's password to its end, in both languages."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from playwright.async_api import expect

from gateway_agent.agent import serve
from gateway_agent.control import SOCKET
from gateway_agent.drivers.base import Unreachable
from gateway_agent.page.server import build_app
from gateway_agent.settings import GatewaySettings
from tests.browser.visit import PHONE, visit
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until
from tests.gateway_agent.test_care import chain, checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.gateway_agent.parts import Meter

pytestmark = pytest.mark.services
PASSWORD = "sao-la-4711"


@asynccontextmanager
async def kit(folder: Path, *meters: Meter) -> AsyncIterator[str]:
    """A running gateway and its page; the page's address."""
    (folder / "sticker").write_text(PASSWORD + "\n")
    settings = GatewaySettings.model_validate({
        "gateway": GATEWAY, "state_dir": folder, "site": "Xưởng đúc Bình An", "seal": {"interval_s": 0.1},
        "page": {"password_file": folder / "sticker", "port": 8080},
    })  # fmt: skip
    assert settings.page is not None
    gateway = asyncio.create_task(serve(settings, identity(folder), TurnedClock(), meters))
    await until((folder / SOCKET).exists)
    runner = web.AppRunner(build_app(settings, settings.page))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        gateway.cancel()
        await asyncio.gather(gateway, return_exceptions=True)


async def log_in(page: Page) -> None:
    await page.goto("/")
    await page.fill("input[type=password]", PASSWORD)
    await page.click("button[type=submit]")


async def fits(page: Page) -> None:
    """Nothing is wider than the phone, every target is 48 px high."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    heights = await page.eval_on_selector_all(
        "button, input", "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 48
    values = await page.eval_on_selector_all(
        ".value", "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert not values or min(values) >= 40


async def test_a_measurement_is_checked_begun_and_ended_without_coverage(
    tmp_path: Path, browser: Browser, artifacts: Path
) -> None:
    noise = checkable()
    gas = meter("gas1", period_s=0.05, answers=Unreachable("unplugged", "no such port"))
    async with kit(tmp_path, noise, gas) as address, visit(browser, address, PHONE) as page:
        await log_in(page)
        await expect(page.locator(".verdict")).to_have_text("✗ CHƯA (1)")
        await expect(page.locator("section.card").first).to_contain_text("gas1 không trả lời")
        await expect(page.get_by_text("Xưởng đúc Bình An")).to_be_visible()
        await expect(page.locator(".foot button")).to_be_disabled()
        await fits(page)
        await page.screenshot(path=artifacts / "kit-not-ready-vi.png", full_page=True)
        gas.answers = 412
        await page.click("text=Thử lại")
        await expect(page.locator(".verdict")).to_have_text("✓ SẴN SÀNG")
        await page.click("#i-noise1 summary >> nth=0")
        await page.click("text=Bắt đầu kiểm tra")
        await expect(page.locator("#i-noise1")).to_contain_text("ĐANG KIỂM TRA")
        await page.fill("#r-noise1", "94.0")
        await page.fill("#d-noise1", "B&K 4231 số 7")
        seen = noise.count
        await until(lambda: noise.count > seen + 10)
        await page.click("text=Ghi trước hiệu chỉnh")
        await expect(page.locator(".said")).to_contain_text("đo được 93.8, chuẩn 94.0 ± 0.5: ĐẠT")
        await fits(page)
        await page.screenshot(path=artifacts / "kit-check-vi.png", full_page=True)
        await page.click("text=Kết thúc kiểm tra")
        await page.click("text=EN")
        await expect(page.locator(".verdict")).to_have_text("✓ READY")
        await page.click("text=Start measuring")
        await expect(page.get_by_role("button", name="Legal")).to_be_disabled()
        await page.click("text=Screening")
        await expect(page.locator(".foot button")).to_contain_text("Measuring 00:00:")
        await fits(page)
        await page.screenshot(path=artifacts / "kit-measuring-en.png", full_page=True)
        await page.click(".foot button")
        await expect(page.locator(".foot button")).to_have_text("Start measuring")
    words = [type(body).__name__ for body in chain(tmp_path)]
    assert words.count("FieldCheck") == 1
    assert words.count("Measurement") == 2


async def test_placement_and_note_are_kept_outside_the_chain_and_proved_in_it(
    tmp_path: Path, browser: Browser, artifacts: Path
) -> None:
    async with kit(tmp_path, checkable()) as address, visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.click("#i-noise1 summary >> nth=1")
        await page.fill("#h-noise1", "1.5")
        await page.fill("#p-noise1", "cạnh búa máy số 2")
        await page.fill("#g-noise1", "N-07")
        await page.click("#i-noise1 >> text=Lưu")
        await expect(page.locator("#i-noise1")).to_contain_text("1.5 m · cạnh búa máy số 2 · N-07")
        await page.click("summary:has-text('Ghi chú')")
        await page.fill("#note", "Máy 2 dừng lúc 9 giờ")
        await page.screenshot(path=artifacts / "kit-note-vi.png", full_page=True)
        await page.click("section:has(#note) >> text=Lưu")
        await expect(page.locator(".said")).to_have_text("Đã lưu")
    marks = [body.mark for body in chain(tmp_path) if type(body).__name__ == "Note"]
    assert marks == ["placed noise1", "note"]
    assert "Máy 2" in (tmp_path / "notes" / "notes.json").read_text()


async def test_a_wrong_password_opens_nothing(tmp_path: Path, browser: Browser, artifacts: Path) -> None:
    async with kit(tmp_path, checkable()) as address, visit(browser, address, PHONE) as page:
        await page.goto("/")
        await page.fill("input[type=password]", "mat-khau")
        await page.click("button[type=submit]")
        await expect(page.locator(".said")).to_contain_text("Sai mật khẩu")
        await fits(page)
        await page.screenshot(path=artifacts / "kit-log-in-vi.png")
