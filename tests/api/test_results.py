"""Results: computed from readings, judged by the law of the day; corrections keep what was before; seen down the tree only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.shift_world import (
    END,
    HOUR,
    LEGAL,
    NOON,
    START,
    ShiftWorld,
    check_form,
    group_form,
    judged,
    make_shift,
    measured,
    measurement_form,
    post,
    stretch,
)
from tests.api.world import Api, get

pytestmark = pytest.mark.services


@pytest.fixture
async def shift(api: Api) -> ShiftWorld:
    return await make_shift(api.world)


async def test_a_verified_checked_and_complete_shift_above_the_limit_exceeds_it(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    group = (await post(client, f"/api/v1/sites/{api.world.site}/exposure-groups", group_form()))["id"]
    form = measurement_form(shift.placements["ear"], stands={"group": group}, **LEGAL)
    result = await judged(client, await measured(client, form))
    assert (result["outcome"], result["standing"], result["lacking"]) == ("exceeds", "legal", [])
    assert result["value"] == pytest.approx(87.4)
    assert (result["expanded_uncertainty"], result["margin"]) == (pytest.approx(2.0, abs=0.02), pytest.approx(-2.4))
    assert (result["people"], result["group_name"]) == (14, "Công nhân xeo giấy, ca 1")
    assert (result["measured_s"], result["expected_s"], result["checks"]) == (28800, 28800, "passed")
    assert (result["limit"]["clause"], result["limit"]["high"], result["day"]) == ("QCVN 24:2016/BYT", 85, "2026-11-18")
    shown = await get(client, f"/api/v1/results/{result['id']}")
    assert [(c["moment"], c["reference"], c["found"]) for c in shown["checks"]] == [
        ("before", 94, 94),
        ("after", 94, 93.8),
    ]
    assert shown["unchanged"] is True


@pytest.mark.parametrize("lack", sorted(LEGAL))
async def test_without_verification_method_or_organisation_it_is_screening_and_supports_no_breach(
    api: Api, shift: ShiftWorld, lack: str
) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    form = measurement_form(shift.placements["ear"], **{k: v for k, v in LEGAL.items() if k != lack})
    result = await judged(client, await measured(client, form))
    assert (result["standing"], result["outcome"], result["reasons"]) == ("screening", "undetermined", ["screening"])
    assert result["lacking"] == ["verification" if lack.startswith("verif") else lack]
    assert result["inside"] is False


@pytest.mark.parametrize(
    ("checks", "reasons", "standing"),
    [((94.0, 95.0), ["check_failed"], "screening"), ((95.0, 94.0), ["check_failed"], "screening"), (None, ["screening"], "screening")],
)  # fmt: skip
async def test_a_failed_check_leaves_it_undetermined_and_a_missing_one_makes_it_screening(
    api: Api, shift: ShiftWorld, checks: tuple[float, float] | None, reasons: list[str], standing: str
) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    number = await measured(client, measurement_form(shift.placements["ear"], **LEGAL), checks=checks)
    result = await judged(client, number)
    assert (result["outcome"], result["reasons"], result["standing"]) == ("undetermined", reasons, standing)


async def test_a_failed_check_that_the_kit_sealed_leaves_out_what_it_doubts_and_decides(
    api: Api, shift: ShiftWorld
) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    await shift.doubt("ear", START + 6 * HOUR, END + HOUR)
    form = measurement_form(shift.placements["ear"], **LEGAL, gaps="same_as_measured", gaps_reason="đều")
    result = await judged(client, await measured(client, form))
    assert (result["outcome"], result["reasons"], result["checks"]) == ("undetermined", ["check_failed"], "failed")
    assert result["left_out"] == [{"quality": "in_doubt", "seconds": 7200.0}]


async def test_the_last_check_before_and_the_first_after_decide(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    number = await measured(client, measurement_form(shift.placements["ear"], **LEGAL), checks=(96.0, 94.0))
    again = check_form("before", 94.1) | {"checked_at": "2026-11-17T23:58:00Z"}
    await post(client, f"/api/v1/measurements/{number}/checks", again)
    assert (await judged(client, number))["outcome"] == "exceeds"


async def test_a_gap_leaves_it_undetermined_unless_somebody_says_why_it_may_count(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874, START, START + 4 * HOUR)
    await shift.readings("ear", 874, START + 4 * HOUR, START + 4.5 * HOUR, quality=7)
    await shift.readings("ear", 874, START + 4.5 * HOUR, END)
    form = measurement_form(shift.placements["ear"], **LEGAL)
    unknown = await judged(client, await measured(client, form))
    assert (unknown["outcome"], unknown["reasons"]) == ("undetermined", ["missing_data"])
    assert (unknown["measured_s"], unknown["expected_s"]) == (27000, 28800)
    assert unknown["left_out"] == [{"quality": "under_check", "seconds": 1800.0}]
    form |= {"gaps": "same_as_measured", "gaps_reason": "máy xeo chạy đều, cùng nguyên công"}
    same = await judged(client, await measured(client, form))
    assert (same["outcome"], same["gaps"], same["value"]) == ("exceeds", "same_as_measured", pytest.approx(87.4))


async def test_too_little_measured_is_undetermined_whatever_is_assumed(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874, START, START + 5 * HOUR)
    form = measurement_form(shift.placements["ear"], **LEGAL, gaps="same_as_measured", gaps_reason="đều")
    assert (await judged(client, await measured(client, form)))["reasons"] == ["missing_data"]


async def test_breaks_are_no_exposure_time_and_an_overload_is_a_lower_bound(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 840, START, NOON[0])
    await shift.readings("ear", 1200, *NOON)  # in the break: counts for nothing
    await shift.readings("ear", 840, NOON[1], END - 60 * (NOON[1] - NOON[0]) / 1800)
    await shift.readings("ear", 840, END - 60 * (NOON[1] - NOON[0]) / 1800, END, quality=3)
    form = measurement_form(shift.placements["ear"], breaks=[stretch(*NOON)], **LEGAL)
    result = await judged(client, await measured(client, form))
    assert (result["expected_s"], result["shift_h"]) == (27000, 7.5)
    assert result["value"] == pytest.approx(84 - 0.28, abs=0.01)
    assert (result["lower_bound"], result["reasons"]) == (True, ["lower_bound"])


async def test_an_area_level_becomes_a_persons_exposure_only_by_stated_occupancy(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("noise", 880)
    number = await measured(client, measurement_form(shift.placements["noise"], stands={"worker": "NLĐ-07"}))
    first = await judged(client, number)
    assert first["reasons"] == ["wrong_placement"]
    occupancy = [stretch(START, START + 2 * HOUR), stretch(START + 5 * HOUR, START + 7 * HOUR)]
    corrected = {"worker": "NLĐ-08", "occupancy": occupancy, "reason": "nhầm người; đã hỏi tổ trưởng"}
    seen = await post(client, f"/api/v1/measurements/{number}/assignments", corrected)
    versions = [(a["version"], a["worker"], a["reason"]) for a in seen["measurement"]["assignments"]]
    assert versions == [(2, "NLĐ-08", "nhầm người; đã hỏi tổ trưởng"), (1, "NLĐ-07", "")]
    second = await judged(client, number)
    assert (second["worker"], second["expected_s"], second["reasons"]) == ("NLĐ-08", 14400, [])
    assert second["value"] == pytest.approx(85.0, abs=0.02)
    listed = await get(client, "/api/v1/results")
    assert [r["id"] for r in listed["results"]] == [second["id"]]
    both = await get(client, "/api/v1/results", all="true")
    assert [(r["id"], r["worker"], r["replaced_by"]) for r in both["results"]] == [
        (second["id"], "NLĐ-08", None),
        (first["id"], "NLĐ-07", second["id"]),
    ]


async def test_a_position_is_judged_by_the_limits_of_positions(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("noise", 640)
    number = await measured(client, measurement_form(shift.placements["noise"]))
    result = await judged(client, number, "vn.qcvn_24_2016.laeq_position_functional_rooms")
    assert (result["outcome"], result["value"], result["cautions"]) == (
        "complies", pytest.approx(64.0), ["screening", "no_uncertainty"],
    )  # fmt: skip


async def test_a_gas_is_converted_by_the_text_and_its_sliding_mean_found(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("co", 100, START, START + HOUR)
    await shift.readings("co", 400, START + HOUR, START + HOUR + 900 * (END - START) / 28800)
    await shift.readings("co", 100, START + HOUR + 900 * (END - START) / 28800, END)
    occupancy = [stretch(START, END)]
    form = measurement_form(shift.placements["co"], stands={"worker": "NLĐ-07", "occupancy": occupancy})
    number = await measured(client, form)
    short = await judged(client, number, "vn.qcvn_03_2019.carbon_monoxide_stel")
    assert (short["value"], short["limit"]["unit"]) == (
        pytest.approx(40 * 28.01 / 24.45, rel=1e-6), "mg/m3",
    )  # fmt: skip
    assert short["reasons"] == ["screening"]
    day = await judged(client, number, "vn.qcvn_03_2019.carbon_monoxide_twa")
    assert day["value"] == pytest.approx((100 * 7.75 + 400 * 0.25) / 10 / 8 * 28.01 / 24.45, rel=1e-6)
    assert day["outcome"] == "complies"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("vn.qcvn_24_2016.la_max", "a la_max is not computed from these readings"),
        ("vn.qcvn_03_2019.carbon_monoxide_twa", "limits Carbon monoxide, but the placement measures sound_level"),
        ("us.osha_noise.reference_duration", "is not computed"),
    ],
)
async def test_what_cannot_be_computed_is_refused_in_words(api: Api, shift: ShiftWorld, limit: str, said: str) -> None:
    client = await api.logged_in("lan")
    await shift.readings("noise", 640)
    number = await measured(client, measurement_form(shift.placements["noise"]))
    refused = await post(client, f"/api/v1/measurements/{number}/results", {"limit": limit}, status=409)
    assert said in refused["detail"]


async def test_nothing_measured_is_a_result_without_a_value(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    number = await measured(client, measurement_form(shift.placements["ear"], **LEGAL))
    result = await judged(client, number)
    assert (result["value"], result["outcome"]) == (None, "undetermined")
    assert set(result["reasons"]) == {"no_value", "missing_data"}


async def test_a_replay_is_judged_by_the_law_of_its_day(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 800)
    number = await measured(client, measurement_form(shift.placements["ear"], **LEGAL))
    old = await judged(client, number, "vn.qcvn_24_2016.laeq_by_duration")
    assert (old["outcome"], old["limit"]["valid_from"]) == ("complies", "2016-12-01")


async def test_limits_offered_for_a_placement_are_those_of_its_agent_that_can_be_computed(
    api: Api, shift: ShiftWorld
) -> None:
    client = await api.logged_in("xem")
    found = await get(client, f"/api/v1/placements/{shift.placements['co']}/limits", on="2026-11-18")
    assert {one["agent"]["en"] for one in found["limits"]} == {"Carbon monoxide"}
    ids = {one["id"] for one in found["limits"]}
    assert "vn.qcvn_03_2019.carbon_monoxide_twa" in ids
    assert not any("alarm" in one for one in ids)
    async with (await api.logged_in("xa")).get(f"/api/v1/placements/{shift.placements['co']}/limits") as answer:
        assert answer.status == 404


ENTERED: dict[str, Any] = {
    "source": "laboratory", "place": "Bể tẩy, vùng thở", "limit": "vn.qcvn_03_2019.chlorine_twa", "day": "2026-11-18",
    "value": 2.1, "unit": "mg/m3", "expanded_uncertainty": 0.3, "standing": "legal", "document": "Phiếu 117/KQ",
    "organisation": "CDC Phú Thọ", "method": "NIOSH 6011", "personal": True, "checks": "passed", "worker": "NLĐ-07",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "outcome", "reasons", "lacking"),
    [
        ({}, "exceeds", [], []),
        ({"value": 1.5}, "complies", [], []),
        ({"document": ""}, "undetermined", ["screening"], ["document"]),
        ({"standing": "screening"}, "undetermined", ["screening"], []),
        ({"checks": "failed"}, "undetermined", ["check_failed"], ["checks"]),
        ({"personal": False}, "undetermined", ["wrong_placement"], []),
        ({"day": "2019-12-08"}, "undetermined", ["not_in_force"], []),
        ({"value": 1.0, "unit": "[ppm]", "expanded_uncertainty": None}, "exceeds", [], []),
        ({"limit": "vn.qcvn_03_2019.hydrogen_sulfide_twa", "value": 12}, "undetermined", ["limit_unverified"], []),
    ],
)  # fmt: skip
async def test_an_entered_result_is_judged_by_the_same_rules(
    api: Api, changes: dict[str, Any], outcome: str, reasons: list[str], lacking: list[str]
) -> None:
    client = await api.logged_in("lan")
    found = (await post(client, f"/api/v1/sites/{api.world.site}/results", ENTERED | changes))["result"]
    assert (found["outcome"], found["reasons"], found["lacking"]) == (outcome, reasons, lacking)
    assert (found["origin"], found["people"]) == ("laboratory", 1)


async def test_results_are_seen_down_the_agency_tree_only_and_never_by_a_site_contact(
    api: Api, shift: ShiftWorld
) -> None:
    client = await api.logged_in("lan")
    await shift.readings("ear", 874)
    number = await measured(client, measurement_form(shift.placements["ear"], **LEGAL))
    result = (await judged(client, number))["id"]
    for login, status in (("admin", 200), ("xem", 200), ("huy", 404), ("xa", 404)):
        person = await api.logged_in(login)
        for path in (f"/api/v1/results/{result}", f"/api/v1/measurements/{number}"):
            async with person.get(path) as answer:
                assert answer.status == status, (login, path)
        listed = (await get(person, "/api/v1/results"))["results"]
        assert bool(listed) is (status == 200)
    await api.world.person("dau-moi", "tỉnh", "site_contact")
    contact = await api.logged_in("dau-moi")
    async with contact.get("/api/v1/results") as answer:
        assert answer.status == 403


async def test_those_who_look_on_write_nothing(api: Api, shift: ShiftWorld) -> None:
    for login in ("xem", "huy"):
        client = await api.logged_in(login)
        await post(client, "/api/v1/measurements", measurement_form(shift.placements["ear"]), status=403)
        await post(client, f"/api/v1/sites/{api.world.site}/results", ENTERED, status=403)
        await post(client, f"/api/v1/sites/{api.world.site}/exposure-groups", group_form(), status=403)
    stranger = await api.logged_in("xa")
    await post(stranger, "/api/v1/measurements", measurement_form(shift.placements["ear"]), status=404)


async def test_a_group_is_corrected_with_both_versions_kept(api: Api) -> None:
    client, path = await api.logged_in("lan"), f"/api/v1/sites/{api.world.site}/exposure-groups"
    group = (await post(client, path, group_form()))["id"]
    await post(client, path, group_form(), status=409)
    corrected = {k: v for k, v in group_form(head_count=16, reason="thêm hai người học việc").items() if k != "name"}
    found = (await post(client, f"/api/v1/exposure-groups/{group}", corrected))["groups"]
    assert [(g["version"], g["said"]["head_count"], g["reason"]) for g in found] == [
        (2, 16, "thêm hai người học việc"), (1, 14, ""),
    ]  # fmt: skip
    listed = (await get(client, path))["groups"]
    assert [(g["version"], g["said"]["shifts"][0]["breaks"]) for g in listed] == [
        (2, [{"starts": "11:00", "ends": "11:30"}])
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shift": stretch(END, START)}, "shift: it ends after it begins"),
        ({"shift": stretch(START - 48 * HOUR, END)}, "within 24 hours"),
        ({"measured": stretch(START - HOUR, END)}, "lies within one shift"),
        ({"gaps": "zero"}, "say why unmeasured time"),
        ({"breaks": [stretch(START - HOUR, START)]}, "breaks: each lies within the shift"),
        ({"breaks": [stretch(START, END)]}, "leave nothing of the shift"),
        ({"stands": {"worker": "Nguyễn Văn A"}}, "stands.worker"),
        ({"stands": {"occupancy": [stretch(END, END + HOUR)]}}, "occupancy: each lies within the shift"),
    ],
)
async def test_times_that_cannot_be_are_refused_by_name(
    api: Api, shift: ShiftWorld, changes: dict[str, Any], said: str
) -> None:
    client = await api.logged_in("lan")
    refused = await post(
        client, "/api/v1/measurements", measurement_form(shift.placements["ear"]) | changes, status=400
    )
    assert said in refused["detail"]


async def test_a_measurement_lies_within_the_time_of_its_placement(api: Api, shift: ShiftWorld) -> None:
    client = await api.logged_in("lan")
    early = START - 60 * 24 * HOUR
    form = measurement_form(shift.placements["ear"]) | {
        "shift": stretch(early, early + 8 * HOUR), "measured": stretch(early, early + 8 * HOUR),
    }  # fmt: skip
    assert "was not placed there" in (await post(client, "/api/v1/measurements", form, status=400))["detail"]
    listed = (await get(client, f"/api/v1/sites/{api.world.site}/placements"))["placements"]
    assert {(p["kind"], p["worker"], p["quantity"]) for p in listed} == {
        ("ear", "NLĐ-07", "sound_level"), ("area", None, "sound_level"), ("area", None, "co"),
    }  # fmt: skip
