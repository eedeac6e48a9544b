"""Giới hạn and Kết quả ca, driven for real: filter, confirm, a verdict with word and shape, the trace of a shift."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.api.shift_world import (
    HOUR,
    LEGAL,
    NOON,
    START,
    ShiftWorld,
    group_form,
    judged,
    make_shift,
    measured,
    measurement_form,
    post,
    stretch,
)
from tests.api.test_results import ENTERED
from tests.api.world import Api
from tests.browser.test_page import shoot
from tests.browser.visit import DESKTOP, PHONE, log_in, visit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import aiohttp
    from playwright.async_api import Browser, Page

    from tests.api.world import World

pytestmark = [pytest.mark.browser, pytest.mark.services]
H2S = "vn.qcvn_03_2019.hydrogen_sulfide_twa"


@pytest_asyncio.fixture
async def client(address: str, world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """The inspector, through the API."""
    api = Api(address, world)
    yield await api.logged_in("lan")
    await api.close()


async def shift_of_a_machine(shift: ShiftWorld) -> None:
    """A paper machine through a shift: noise by the quarter of an hour, a break, a failure of the meter, an overload."""
    quarter = HOUR / 4
    for number in range(32):
        begin = START + number * quarter
        value = 560 if begin == NOON[0] else round(866 + 22 * math.sin(number / 2.3))
        lost = number in {21, 22}
        if not lost:
            await shift.readings("ear", value, begin, begin + quarter, quality=6 if number == 9 else 0)


async def made_results(client: aiohttp.ClientSession, world: World) -> dict[str, int]:
    """A legal result that exceeds, a screening one above, one that complies, one from a laboratory. Their numbers."""
    shift = await make_shift(world)
    await shift_of_a_machine(shift)
    await shift.readings("noise", 612)
    group = (await post(client, f"/api/v1/sites/{world.site}/exposure-groups", group_form()))["id"]
    worn = measurement_form(
        shift.placements["ear"], breaks=[stretch(*NOON)], stands={"group": group}, gaps="same_as_measured",
        gaps_reason="máy xeo chạy đều trong ca",
    )  # fmt: skip
    legal = await judged(client, await measured(client, worn | LEGAL))
    screening = await judged(client, await measured(client, worn, checks=None))
    desk = await judged(
        client,
        await measured(client, measurement_form(shift.placements["noise"])),
        "vn.qcvn_24_2016.laeq_position_functional_rooms",
    )
    entered = (await post(client, f"/api/v1/sites/{world.site}/results", ENTERED))["result"]
    return {"legal": legal["id"], "screening": screening["id"], "desk": desk["id"], "entered": entered["id"]}


async def open_result(page: Page, number: int) -> None:
    await page.goto(f"/results/{number}")
    await page.wait_for_selector(".verdict")


async def test_a_result_says_its_verdict_with_value_uncertainty_and_coverage(
    browser: Browser, address: str, world: World, client: aiohttp.ClientSession
) -> None:
    numbers = await made_results(client, world)
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.click("nav >> text=Kết quả")
        await expect(page.locator(".result-row")).to_have_count(4)
        await page.click(f".result-row[href='/results/{numbers['legal']}']")
        card = page.locator(".result-page")
        await expect(card.locator(".verdict")).to_have_text("Vượt GHCP 85")
        await expect(card.locator(".verdict .icon")).to_be_visible()
        await expect(card.locator(".badge").first).to_have_text("Pháp lý")
        await expect(card.locator(".uncertainty")).to_have_text("U 2,0")
        await expect(card).to_contain_text("14 người")
        await expect(card).to_contain_text("QCVN 24:2016/BYT")
        ground = page.locator(".fact-list")
        await expect(ground).to_contain_text("6 giờ 45 phút trên 7 giờ 30 phút")
        await expect(ground).to_contain_text("mất liên lạc với thiết bị đo 15 phút, không có số đo 30 phút")
        await expect(ground).to_contain_text("94 → 93.8".replace(".", ","))
        await expect(page.locator(".chart")).not_to_have_attribute("data-readings", "0")
        big = await card.locator(".big").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        assert big >= 40


async def test_a_groups_result_shows_the_measurements_that_it_is_made_of(
    browser: Browser, address: str, world: World, client: aiohttp.ClientSession, artifacts: Path
) -> None:
    shift = await make_shift(world)
    group = (await post(client, f"/api/v1/sites/{world.site}/exposure-groups", group_form()))["id"]
    numbers = []
    for back, level in enumerate((880, 919, 830)):
        begin = START - back * 24 * HOUR
        await shift.readings("ear", level, begin, begin + HOUR)
        form = measurement_form(
            shift.placements["ear"], shift=stretch(begin, begin + HOUR), measured=stretch(begin, begin + HOUR)
        )
        numbers.append(await measured(client, form | {"stands": {"group": group}} | LEGAL, checks=None))
    asked = {"limit": "vn.qcvn_24_2016.lex_8h", "strategy": "full_day", "measurements": numbers}
    result = (await post(client, f"/api/v1/exposure-groups/{group}/results", asked))["result"]
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await open_result(page, result["id"])
        await expect(page.locator(".parts li")).to_have_count(3)
        await expect(page.locator(".parts")).to_contain_text("18/11/2026 · NLĐ-07")
        await expect(page.locator(".verdict")).to_have_text("Chưa đủ cơ sở kết luận")
        await expect(page.locator(".because")).to_contain_text("cần xem lại nhóm hoặc đo thêm")
        await shoot(page, artifacts, "8-result-group")


async def test_screening_above_the_limit_is_no_breach_and_says_what_is_lacking(
    browser: Browser, address: str, world: World, client: aiohttp.ClientSession
) -> None:
    numbers = await made_results(client, world)
    async with visit(browser, address) as page:
        await log_in(page)
        await open_result(page, numbers["screening"])
        card = page.locator(".result-page")
        await expect(card.locator(".verdict")).to_have_text("Chưa đủ cơ sở kết luận")
        await expect(card).to_contain_text("Giá trị nằm ngoài giới hạn")
        await expect(card).to_contain_text("không thay thế kết quả quan trắc môi trường lao động")
        await expect(page.locator(".lacking h2")).to_have_text("Còn thiếu 4 mục để là kết quả pháp lý")
        assert "Vượt" not in await page.locator("main").inner_text()


async def test_limits_are_filtered_and_an_unverified_one_is_confirmed_by_an_administrator(
    browser: Browser, address: str, world: World
) -> None:
    async with visit(browser, address) as page:
        await log_in(page, "admin")
        await page.click("nav >> text=Giới hạn")
        await expect(page.locator(".limit-card").first).to_be_visible()
        await expect(page.locator(".pending")).to_contain_text("QCVN 01:2025/BYT")
        await page.fill("input[name=text]", "7783-06-4")
        card = page.locator(f"[data-limit='{H2S}']")
        await expect(card.locator(".badge")).to_have_text("Chưa kiểm chứng")
        await expect(page.locator(".limit-card")).to_have_count(2)
        await card.locator("summary").click()
        await expect(card).to_contain_text("không làm căn cứ kết luận vượt")
        await card.locator("input[name=note]").fill("QCVN 03:2019/BYT bản ký, Công báo 523, trang 12")
        await card.locator("button").click()
        await expect(card.locator(".badge")).to_have_text("Đã đối chiếu văn bản ký")
        await page.fill("input[name=text]", "")
        await page.click(".jurisdictions >> text=EU")
        await page.select_option("select[name=category]", "noise")
        await expect(page.locator(".limit-card")).to_have_count(6)
        await page.fill("input[name=on]", "2000-01-01")
        await expect(page.locator(".limit-card")).to_have_count(6)  # the directive's first day is not recorded
    holds = await world.owner.fetchval("SELECT count(*) FROM limit_confirmation WHERE limit_id = $1", H2S)
    assert holds == 1


async def test_an_inspector_sees_limits_and_confirms_none(browser: Browser, address: str, world: World) -> None:
    assert world.site
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.goto("/limits")
        await page.fill("input[name=text]", "7783-06-4")
        card = page.locator(f"[data-limit='{H2S}']")
        await card.locator("summary").click()
        await expect(card.locator("form")).to_have_count(0)


async def test_an_inspector_makes_a_result_from_a_shift_on_the_phone(
    browser: Browser, address: str, world: World, artifacts: Path
) -> None:
    shift = await make_shift(world)
    await shift_of_a_machine(shift)
    async with visit(browser, address, PHONE, refused="400 (Bad Request)") as page:
        await log_in(page)
        await page.click("nav >> text=Kết quả")
        await page.click("text=Kết quả ca mới")
        await page.select_option("select[name=placement]", str(shift.placements["ear"]))
        await page.fill("input[name=day]", "2026-11-18")
        await page.select_option("select[name=group]", "new")
        await page.fill("input[name=group_name]", "Công nhân xeo giấy, ca 1")
        await page.fill("input[name=head_count]", "14")
        await expect(page.locator("select[name=limit] option").first).to_contain_text("QCVN 24:2016/BYT · LEX,8h")
        for summary in await page.locator("summary").all():
            await summary.click()
        await page.fill("input[name=method]", LEGAL["method"])
        await page.fill("input[name=organisation]", LEGAL["organisation"])
        await page.fill("input[name=verification]", LEGAL["verification"])
        await page.fill("input[name=verified_until]", LEGAL["verified_until"])
        await page.fill("input[name=check_before]", "94.0")
        await page.fill("input[name=check_after]", "93.8")
        await page.select_option("select[name=gaps]", "same_as_measured")
        await page.fill("input[name=gaps_reason]", "máy xeo chạy đều trong ca")
        await page.fill("input[name=break_from]", "07:00")
        await page.fill("input[name=break_until]", "15:00")
        await shoot(page, artifacts, "9-new-result")
        await page.click("button.main")
        await expect(page.locator(".error")).to_contain_text("leave nothing of the shift")  # the form stays as it is
        await page.fill("input[name=break_from]", "11:00")
        await page.fill("input[name=break_until]", "11:30")
        await page.click("button.main")
        await expect(page.locator(".verdict")).to_have_text("Vượt GHCP 85")
        await expect(page.locator(".result-page")).to_contain_text("Ca 18/11/2026, 07:00–15:00")
        await expect(page.locator(".fact-list")).to_contain_text("6 giờ 45 phút trên 7 giờ 30 phút")
    counted = await world.owner.fetchrow("SELECT count(*) AS n, max(people) AS people FROM exposure_result")
    assert counted
    assert (counted["n"], counted["people"]) == (1, 14)


async def test_an_inspector_enters_a_laboratory_result_on_the_phone(
    browser: Browser, address: str, world: World, artifacts: Path
) -> None:
    async with visit(browser, address, PHONE) as page:
        await log_in(page)
        await page.goto("/results/new")
        await page.click("text=Nhập kết quả")
        await page.fill("input[name=day]", "2026-11-18")
        await page.fill("input[name=search]", "7782-50-5")
        await expect(page.locator("select[name=limit] option")).not_to_have_count(0)
        await page.select_option("select[name=limit]", "vn.qcvn_03_2019.chlorine_twa")
        await expect(page.locator("input[name=unit]")).to_have_value("mg/m3")
        await page.fill("input[name=place]", "Bể tẩy, vùng thở")
        await page.fill("input[name=value]", "2.1")
        await page.fill("input[name=expanded_uncertainty]", "0.3")
        await page.fill("input[name=worker]", "NLĐ-07")
        for name in ("document", "organisation", "method"):
            await page.fill(f"input[name={name}]", str(ENTERED[name]))
        await page.select_option("select[name=standing]", "legal")
        await shoot(page, artifacts, "9-enter-result")
        await page.click("button.main")
        await expect(page.locator(".verdict")).to_have_text("Vượt GHCP 1,5")
        await expect(page.locator(".result-page .badge").first).to_have_text("Pháp lý")
    row = await world.owner.fetchrow("SELECT origin, outcome, worker FROM exposure_result")
    assert row
    assert tuple(row) == ("laboratory", "exceeds", "NLĐ-07")


async def test_a_viewer_is_offered_no_new_result(browser: Browser, address: str, world: World) -> None:
    assert world.site
    async with visit(browser, address) as page:
        await log_in(page, "xem")
        await page.click("nav >> text=Kết quả")
        await expect(page.locator("main")).to_contain_text("Chưa có kết quả nào")
        await expect(page.locator("text=Kết quả ca mới")).to_have_count(0)


async def test_a_site_contact_is_offered_no_results(browser: Browser, address: str, world: World) -> None:
    await world.person("dau-moi", "tỉnh", "site_contact")
    async with visit(browser, address) as page:
        await log_in(page, "dau-moi")
        await expect(page.locator("nav")).to_contain_text("Giới hạn")
        await expect(page.locator("nav")).not_to_contain_text("Kết quả")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_limits_and_results_fit_in_both_languages(
    browser: Browser,
    address: str,
    world: World,
    artifacts: Path,
    client: aiohttp.ClientSession,
    size: tuple[int, int],
    language: str,
) -> None:
    numbers = await made_results(client, world)
    async with visit(browser, address, size) as page:
        await page.goto("/")
        await page.evaluate(f"localStorage.setItem('antoan.language', '{language}')")
        await log_in(page)
        await page.goto("/limits")
        await page.wait_for_selector(".limit-card")
        await page.fill("input[name=text]", "noise")
        await expect(page.locator(".pending")).to_have_count(0)
        await page.locator("summary").first.click()
        await shoot(page, artifacts, "6-limits")
        await page.goto("/results")
        await page.wait_for_selector(".result-row")
        await shoot(page, artifacts, "7-results")
        for name in ("legal", "screening", "desk", "entered"):
            await open_result(page, numbers[name])
            if name in {"legal", "screening"}:
                await expect(page.locator(".chart")).not_to_have_attribute("data-readings", "0")
            await shoot(page, artifacts, f"8-result-{name}")
