"""Limits through the API: by day and text; confirmed by an administrator alone; an agency's own beside the law."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.shift_world import post
from tests.api.test_results import ENTERED
from tests.api.world import Api, get
from tests.exposure.test_limit_sets import OWN

pytestmark = pytest.mark.services

H2S = "vn.qcvn_03_2019.hydrogen_sulfide_twa"


async def h2s(client: Any) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = (await get(client, "/api/v1/limit", id=H2S))["limit"]
    return found


async def exceeds(client: Any, api: Api) -> bool:  # noqa: ANN401
    form = ENTERED | {"limit": H2S, "value": 12}
    result = (await post(client, f"/api/v1/sites/{api.world.site}/results", form))["result"]
    return bool(result["outcome"] == "exceeds")


async def test_limits_are_those_of_the_day_with_their_strength(api: Api) -> None:
    client = await api.logged_in("xem")
    found = await get(client, "/api/v1/limits", on="2026-04-05", jurisdiction="EU", text="benzene")
    assert [(one["value"], one["unit"], one["verified"]) for one in found["limits"]] == [
        (0.2, "[ppm]", True), (0.66, "mg/m3", True),
    ]  # fmt: skip
    assert (found["total"], found["may_confirm"]) == (2, False)
    vietnam = await get(client, "/api/v1/limits", on="2026-01-01", jurisdiction="VN", limit="500")
    assert "QCVN 01:2025/BYT" in {one["instrument"] for one in vietnam["pending"]}
    assert {one["verified"] for one in vietnam["limits"]} == {True, False}


async def test_the_list_comes_in_pages(api: Api) -> None:
    client = await api.logged_in("lan")
    first = await get(client, "/api/v1/limits", jurisdiction="VN", limit="10")
    second = await get(client, "/api/v1/limits", jurisdiction="VN", limit="10", after=first["limits"][-1]["id"])
    assert len({one["id"] for page in (first, second) for one in page["limits"]}) == 20


async def test_a_confirmation_by_an_administrator_lets_an_unverified_limit_support_exceeds(api: Api) -> None:
    lan, admin = await api.logged_in("lan"), await api.logged_in("admin")
    limit = await h2s(lan)
    form = {"limit": H2S, "digest": limit["digest"], "document": "QCVN 03:2019/BYT, bản ký, Công báo 523+524, trang 12"}
    assert (limit["verified"], await exceeds(lan, api)) == (False, False)
    await post(lan, "/api/v1/limits/confirmations", form, status=403)
    await post(admin, "/api/v1/limits/confirmations", form | {"digest": "0" * 64}, status=409)
    number = (await post(admin, "/api/v1/limits/confirmations", form))["id"]
    await post(admin, "/api/v1/limits/confirmations", form, status=409)
    confirmed = await h2s(lan)
    assert (confirmed["verified"], confirmed["confirmation"]["confirmed_by"]) == (True, "Cán bộ admin")
    assert await exceeds(lan, api)
    await post(admin, f"/api/v1/limits/confirmations/{number}/withdraw", {}, status=204)
    assert not await exceeds(lan, api)
    history = (await get(lan, "/api/v1/limit", id=H2S))["confirmations"]
    assert [(c["document"], c["holds"], c["withdrawn_by"]) for c in history] == [
        (form["document"], False, "Cán bộ admin")
    ]


async def test_a_confirmation_holds_below_its_agency_and_nowhere_else(api: Api) -> None:
    await api.world.person("quan-tri-huyen", "huyện", "administrator")
    below, lan = await api.logged_in("quan-tri-huyen"), await api.logged_in("lan")
    limit = await h2s(lan)
    form = {"limit": H2S, "digest": limit["digest"], "document": "bản ký"}
    await post(below, "/api/v1/limits/confirmations", form)
    assert (await h2s(below))["verified"]
    assert not (await h2s(lan))["verified"]
    assert not (await h2s(await api.logged_in("xa")))["verified"]


async def test_an_agencys_own_limit_stands_beside_the_law_with_its_reason(api: Api) -> None:
    admin, lan, stranger = await api.logged_in("admin"), await api.logged_in("lan"), await api.logged_in("xa")
    form = {"name": "on_2026", "yaml": OWN}
    await post(lan, "/api/v1/limits/own", form, status=403)
    number = (await post(admin, "/api/v1/limits/own", form))["id"]
    await post(admin, "/api/v1/limits/own", form, status=409)
    seen = await get(lan, "/api/v1/limits", category="noise", text="lex_", limit="500")
    own = next(one for one in seen["limits"] if one["standing"] == "agency")
    assert own["reason"].startswith("Đoàn kiểm tra")
    assert "vn.qcvn_24_2016.lex_8h" in {one["id"] for one in seen["limits"]}
    assert (await get(stranger, "/api/v1/limits", text="agency_"))["limits"] == []
    entered = ENTERED | {"limit": own["id"], "value": 83.0, "unit": "dB[SPL]{A}", "expanded_uncertainty": None}
    result = (await post(lan, f"/api/v1/sites/{api.world.site}/results", entered))["result"]
    assert (result["outcome"], "not_a_legal_limit" in result["cautions"]) == ("exceeds", True)
    await post(admin, f"/api/v1/limits/own/{number}/retire", {}, status=204)
    assert (await get(lan, "/api/v1/limits", text="agency_"))["limits"] == []
    shown = await get(lan, f"/api/v1/results/{result['id']}")
    assert (shown["limit_now"], shown["result"]["limit"]["value"]) == (None, 82)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 82", "vaule: 82", "unknown key 'vaule'; did you mean 'value'?"),
        ("agent: noise", "agent: nose", "unknown agent 'nose'; did you mean 'noise'?"),
        ("jurisdiction: AGENCY\nstanding: agency", "jurisdiction: VN\nstanding: binding", "standing must be 'agency'"),
    ],
)
async def test_a_faulty_own_set_is_refused_in_the_words_of_the_command(api: Api, old: str, new: str, said: str) -> None:
    admin = await api.logged_in("admin")
    refused = await post(admin, "/api/v1/limits/own", {"name": "x", "yaml": OWN.replace(old, new)}, status=400)
    assert said in refused["detail"]


async def test_an_unknown_limit_names_the_nearest(api: Api) -> None:
    client = await api.logged_in("lan")
    async with client.get("/api/v1/limit", params={"id": "vn.qcvn_24_2016.lex8h"}) as answer:
        assert answer.status == 404
        assert "did you mean 'vn.qcvn_24_2016.lex_8h'" in (await answer.json())["detail"]
