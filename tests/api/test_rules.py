"""Alert rules through the API: checked like the file, versioned, by administrators only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.api.world import Api, World, get

if TYPE_CHECKING:
    import aiohttp

RULE = """
rules:
  - {id: noise-85, kind: level, title: {vi: Ồn, en: Loud}, select: {quantity: sound_level}, set_point: %s, unit: "dB[SPL]"}
"""


async def put(client: aiohttp.ClientSession, yaml: str) -> aiohttp.ClientResponse:
    return await client.post("/api/v1/rules", json={"yaml": yaml})


async def test_a_changed_rule_is_a_new_version_with_who_and_when(api: Api, world: World) -> None:
    admin = await api.logged_in("admin")
    assert await (await put(admin, RULE % 85)).json() == {"changed": ["noise-85"]}
    assert await (await put(admin, RULE % 85)).json() == {"changed": []}
    assert await (await put(admin, RULE % 80)).json() == {"changed": ["noise-85"]}
    (in_force,) = (await get(admin, "/api/v1/rules"))["rules"]
    assert (in_force["version"], json.loads(in_force["body"])["set_point"]) == (2, "80")
    both = (await get(admin, "/api/v1/rules", rule="noise-85"))["rules"]
    assert [(each["version"], each["retired_at"] is None) for each in both] == [(2, True), (1, False)]
    assert both[0]["loaded_by"] == await world.owner.fetchval("SELECT name FROM person WHERE login = 'admin'")


async def test_a_rule_with_a_fault_is_refused_by_name_and_changes_nothing(api: Api) -> None:
    admin = await api.logged_in("admin")
    for wrong, word in (
        (RULE.replace("set_point", "set_pont") % 85, "did you mean 'set_point'"),
        (RULE.replace("unit:", "suppressed_by: [nosie-85], unit:") % 85, "nosie-85"),
        ("rules: [", "rules"),
    ):
        answer = await put(admin, wrong)
        assert answer.status == 409
        assert word in (await answer.json())["detail"]
    assert (await get(admin, "/api/v1/rules"))["rules"] == []


async def test_a_rule_is_retired_and_its_versions_stay(api: Api) -> None:
    admin = await api.logged_in("admin")
    await put(admin, RULE % 85)
    assert (await admin.post("/api/v1/rules/retire", json={"rule": "noise-85"})).status == 204
    assert (await admin.post("/api/v1/rules/retire", json={"rule": "noise-85"})).status == 404
    assert (await get(admin, "/api/v1/rules"))["rules"] == []
    assert len((await get(admin, "/api/v1/rules", rule="noise-85"))["rules"]) == 1


async def test_only_administrators_change_rules(api: Api) -> None:
    client = await api.logged_in("lan")
    assert (await put(client, RULE % 85)).status == 403
    assert (await get(client, "/api/v1/rules"))["rules"] == []
