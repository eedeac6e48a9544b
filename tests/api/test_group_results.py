"""A group judged by several measurements: the worked example of ISO 9612:2009 Annex F through the API, and what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.shift_world import (
    HOUR,
    LEGAL,
    QCVN_LEX,
    START,
    ShiftWorld,
    group_form,
    make_shift,
    measured,
    post,
    stretch,
)
from tests.api.world import Api, get

if TYPE_CHECKING:
    import aiohttp

pytestmark = pytest.mark.services

ANNEX_F = [880, 919, 876, 904, 890, 884]
"""LAeq of six whole days, in 0.1 dB: forklift drivers, effective day 9.25 h, u2 1.5, u3 1.0 (worked example N06)."""
DAY_H = 9.25
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shift(api: Api) -> ShiftWorld:
    made = await make_shift(api.world)
    await describe(made, "lutron.ds2013sd")
    return made


async def describe(shift: ShiftWorld, profile: str) -> None:
    """An instrument of that profile that sends a reading a minute."""
    await shift.world.owner.execute(
        "UPDATE channel SET descriptor = $2, interval_us = 60000000 WHERE id = $1",
        shift.world.channels["ear"], json.dumps({"profile": profile}),
    )  # fmt: skip


async def six_days(client: aiohttp.ClientSession, shift: ShiftWorld, group: int, *, part_h: float = DAY_H) -> list[int]:
    """A measurement a day, each of the first `part_h` of the shift."""
    numbers = []
    for back, level in enumerate(ANNEX_F):
        begin = START - back * 24 * HOUR
        await shift.readings("ear", level, begin, begin + part_h * HOUR, step=MINUTE)
        form: dict[str, Any] = {
            "placement": shift.placements["ear"], "shift": stretch(begin, begin + DAY_H * HOUR),
            "measured": stretch(begin, begin + part_h * HOUR), "stands": {"group": group, "worker": "NLĐ-07"}, **LEGAL,
        }  # fmt: skip
        numbers.append(await measured(client, form, checks=None))
    return numbers


async def made_group(client: aiohttp.ClientSession, api: Api, **changes: Any) -> int:  # noqa: ANN401
    path = f"/api/v1/sites/{api.world.site}/exposure-groups"
    number: int = (await post(client, path, group_form(**changes)))["id"]
    return number


async def test_whole_days_give_the_value_and_the_uncertainty_of_annex_f(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    group = await made_group(client, api)
    numbers = await six_days(client, shift, group)
    form = {"limit": QCVN_LEX, "strategy": "full_day", "measurements": numbers}
    found = await post(client, f"/api/v1/exposure-groups/{group}/results", form)
    result = found["result"]
    assert (result["value"], result["expanded_uncertainty"]) == (
        pytest.approx(90.1, abs=0.05), pytest.approx(3.4, abs=0.05),
    )  # fmt: skip
    assert (result["origin"], result["people"], result["day"]) == ("group", 14, "2026-11-18")
    assert sorted(round(part["value"] * 10) for part in found["parts"]) == sorted(ANNEX_F)
    assert (result["standing"], result["reasons"]) == ("screening", ["screening"])
    assert set(result["lacking"]) == {"instrument", "checks"}
    shown = await get(client, f"/api/v1/results/{result['id']}")
    assert [part["measurement"] for part in shown["parts"]] == numbers[::-1]


async def test_samples_of_a_job_need_the_least_time_for_so_many_workers(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    group = await made_group(client, api)  # 14 people: 5 h and half an hour for each above five
    numbers = await six_days(client, shift, group, part_h=1.5)
    form = {"limit": QCVN_LEX, "strategy": "job", "measurements": numbers}
    path = f"/api/v1/exposure-groups/{group}/results"
    assert "needs the effective duration" in (await post(client, path, form, status=409))["detail"]
    nine = (await post(client, path, form | {"duration_h": DAY_H}))["result"]
    assert (nine["value"], nine["measured_s"], nine["expected_s"]) == (
        pytest.approx(90.1, abs=0.05), 9 * 3600, 9.5 * 3600,
    )  # fmt: skip
    assert "missing_data" in nine["reasons"]
    small = {key: value for key, value in group_form(head_count=5, reason="đếm lại").items() if key != "name"}
    await post(client, f"/api/v1/exposure-groups/{group}", small)
    five = (await post(client, path, form | {"duration_h": DAY_H}))["result"]
    assert (five["people"], five["reasons"]) == (5, ["screening"])


async def test_what_does_not_stand_for_the_group_is_refused_by_number(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    group, other = await made_group(client, api), await made_group(client, api, name="Ca 2")
    numbers = await six_days(client, shift, group)
    path = f"/api/v1/exposure-groups/{other}/results"
    form = {"limit": QCVN_LEX, "strategy": "full_day", "measurements": numbers}
    refused = await post(client, path, form, status=409)
    assert f"measurement {numbers[0]} does not stand for this group" in refused["detail"]
    own = f"/api/v1/exposure-groups/{group}/results"
    again = await post(client, own, form | {"measurements": [numbers[0]] * 3}, status=409)
    assert "samples or more, not 1" in again["detail"]
    position = form | {"limit": "vn.qcvn_24_2016.laeq_position_functional_rooms"}
    assert "limits no LEX,8h" in (await post(client, own, position, status=409))["detail"]
    await post(client, own, form | {"measurements": [*numbers, 10_000]}, status=404)
    await describe(shift, "generic.rs485_noise")
    assert "class of an instrument is not known" in (await post(client, own, form, status=409))["detail"]
    await post(await api.logged_in("xem"), own, form, status=403)
    await post(await api.logged_in("xa"), own, form, status=404)
