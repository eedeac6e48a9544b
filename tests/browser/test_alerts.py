"""Alerts on the page: closed with cause and action, shelved and brought back, taken by the link of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.api.test_taking import TOKEN, linked
from tests.browser.test_page import shoot
from tests.browser.visit import DESKTOP, PHONE, log_in, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.api.world import World

pytestmark = [pytest.mark.browser, pytest.mark.services]


async def test_a_danger_is_closed_with_cause_and_action_and_another_alarm_shelved(
    browser: Browser, address: str, world: World, artifacts: Path
) -> None:
    number = await world.alert()
    noise = await world.alert(priority="high", cycle="ordinary", point="noise", value=861)
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.goto(f"/alerts/{number}")
        await page.click("button:has-text('Đã nhận')")
        await expect(page.locator(".taken-by")).to_be_visible()
        await world.owner.execute("SELECT alert_advance($1, 'return', NULL, '')", number)
        await page.select_option("select[name=cause]", "ventilation")
        await page.select_option("select[name=action]", "ventilated")
        await page.fill("input[name=note]", "Đo lại 2 ppm")
        await shoot(page, artifacts, "7-close")
        await page.click("form.reset button:has-text('Đặt lại')")
        await expect(page.locator(".alert-body")).to_contain_text("Đã thông gió")
        await page.goto(f"/alerts/{noise}")
        await page.click("summary:has-text('Tạm dừng báo')")
        await page.fill("input[name=reason]", "Đang sửa máy dập")
        await shoot(page, artifacts, "8-shelve")
        await page.click(".aside-form button")
        await expect(page.locator(".aside-note")).to_contain_text("Cán bộ lan tạm dừng báo đến")
        await page.click("button:has-text('Báo trở lại')")
        await expect(page.locator(".aside-note")).to_have_count(0)
    assert await world.owner.fetchval("SELECT state FROM alert WHERE id = $1", number) == "normal"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_link_of_a_message_takes_the_alert_without_a_log_in(
    browser: Browser, address: str, world: World, artifacts: Path, size: tuple[int, int], language: str
) -> None:
    number = await linked(world)
    async with visit(browser, address, size) as page:
        await page.goto("/")
        await page.evaluate(f"localStorage.setItem('antoan.language', '{language}')")
        await page.goto(f"/take#{TOKEN}")
        await expect(page.locator(".alert .big")).to_be_visible()
        await shoot(page, artifacts, "9-take")
        assert await world.owner.fetchval("SELECT state FROM alert WHERE id = $1", number) == "unacknowledged"
        box = await page.locator("button.main").bounding_box()
        assert box
        assert box["height"] >= 64
        await page.click("button.main")
        await expect(page.locator(".taken-by")).to_contain_text("Cán bộ lan")
        await shoot(page, artifacts, "9-taken")
    assert await world.owner.fetchval("SELECT state FROM alert WHERE id = $1", number) == "acknowledged"


async def test_an_administrator_sees_what_could_not_be_sent_and_sends_it_again(
    browser: Browser, address: str, world: World, artifacts: Path
) -> None:
    number = await world.alert()
    await world.owner.execute(
        """WITH r AS (INSERT INTO alert_recipient (name, medium, address) VALUES ('Trực ca đêm', 'email', 'a@b.vn') RETURNING id)
           INSERT INTO alert_notification (alert, change, recipient, state, attempts, error)
           SELECT $1, 'raised', id, 'dead', 12, '550 5.1.1 no such user here' FROM r""",
        number,
    )
    async with visit(browser, address, PHONE) as page:
        await log_in(page, "admin")
        await page.goto("/alerts/health")
        await expect(page.locator(".letters li")).to_contain_text("550 5.1.1")
        await shoot(page, artifacts, "6-dead-letters")
        await page.click("button:has-text('Gửi lại')")
        await expect(page.locator(".letters li")).to_have_count(0)
