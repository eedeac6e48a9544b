"""What the database itself holds of exposure: facts are only added to, screening supports no breach, times fit a shift."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import pytest_asyncio

from store import exposure_groups, limits, measurements, people, results, sites
from store.exposure_groups import GroupVersion, NoSuchExposure
from store.measurements import NewMeasurement

if TYPE_CHECKING:
    from tests.support.database import Database

pytestmark = pytest.mark.services

START = datetime(2026, 11, 18, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHIFT = (START, START + 8 * HOUR)
SAID = GroupVersion(head_count=14, shifts=[], tasks=[], workers=["NLĐ-07"])
TABLES = (
    "limit_confirmation", "limit_own_set", "exposure_group", "exposure_group_version", "measurement",
    "measurement_assignment", "field_check", "exposure_result",
)  # fmt: skip
ENDED = {"limit_confirmation": {"withdrawn_by", "withdrawn_at"}, "limit_own_set": {"retired_by", "retired_at"}}
"""What may be written later: who ended it, and when."""


class Office:
    """An agency with a person, a site, and an instrument placed there."""

    def __init__(self, api: asyncpg.Connection, numbers: dict[str, int]) -> None:
        self.api = api
        self.person, self.agency, self.site = numbers["person"], numbers["agency"], numbers["site"]
        self.placement = numbers["placement"]

    async def measured(self, **changes: Any) -> int:  # noqa: ANN401
        placed = await measurements.placement(self.api, self.person, self.placement)
        new = NewMeasurement(**({"shift": SHIFT, "breaks": [], "measured": SHIFT} | changes))
        return await measurements.add_measurement(self.api, self.person, placed, new)


@pytest_asyncio.fixture
async def office(database: Database) -> Office:
    owner = await database.connect()
    agency = await people.create_agency(owner, "Sở Nội vụ")
    person = await people.create_person(owner, agency=agency, login="lan", name="Lan", role="inspector", phc="x")
    site = await sites.create_site(owner, agency=agency, name="Nhà máy")
    deployment = await sites.create_deployment(owner, agency=agency, site=site, gateway="kit00001", started_at=START)
    await sites.place(owner, deployment, sites.Placement(name="Xưởng", quantity="sound_level", channel=1))
    placement = await owner.fetchval("SELECT id FROM placement")
    numbers = {"agency": agency, "person": person, "site": site, "placement": placement}
    return Office(await database.connect("antoan_api"), numbers)


@pytest.mark.parametrize("table", TABLES)
async def test_the_api_may_neither_alter_nor_delete_what_was_written(office: Office, table: str) -> None:
    may = "SELECT has_table_privilege('antoan_api', $1, $2)"
    assert [await office.api.fetchval(may, table, what) for what in ("DELETE", "TRUNCATE", "UPDATE")] == [False] * 3
    columns = await office.api.fetch(
        """SELECT column_name FROM information_schema.column_privileges
           WHERE table_name = $1 AND grantee = 'antoan_api' AND privilege_type = 'UPDATE'""",
        table,
    )
    assert {row["column_name"] for row in columns} == ENDED.get(table, set())


async def test_corrections_at_once_take_one_number_each_and_keep_every_version(
    database: Database, office: Office
) -> None:
    number = await exposure_groups.add_group(office.api, office.person, office.site, "Ca 1", SAID)
    assert number is not None
    connections = [await database.connect("antoan_api") for _ in range(5)]
    said = GroupVersion(15, [], [], [], reason="đếm lại")
    await asyncio.gather(
        *(exposure_groups.correct_group(connection, office.person, number, said) for connection in connections)
    )
    found = await exposure_groups.group_versions(office.api, office.person, number)
    assert [group.version for group in found] == [6, 5, 4, 3, 2, 1]
    assert (await exposure_groups.group(office.api, office.person, number)).version == 6


async def test_an_assignment_is_corrected_with_a_reason_and_both_stay(office: Office) -> None:
    number = await office.measured()
    for worker, reason in (("NLĐ-07", ""), ("NLĐ-08", "nhầm người")):
        await measurements.assign(
            office.api, office.person, number, group=None, worker=worker, occupancy=[SHIFT], reason=reason
        )
    found = await measurements.assignments(office.api, number)
    assert [(a.version, a.worker, a.occupancy) for a in found] == [(2, "NLĐ-08", [SHIFT]), (1, "NLĐ-07", [SHIFT])]
    with pytest.raises(asyncpg.CheckViolationError, match="a_correction_has_a_reason"):
        await measurements.assign(
            office.api, office.person, number, group=None, worker="NLĐ-09", occupancy=None, reason=""
        )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"measured": (START - HOUR, START + HOUR)}, "within_one_shift"),
        ({"shift": (START, START + 25 * HOUR)}, "shift_of_a_day"),
        ({"gaps": "zero"}, "an_assumption_has_a_reason"),
    ],
)
async def test_a_measurement_that_cannot_be_is_refused(
    office: Office, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await office.measured(**changes)


def result(office: Office, **changes: Any) -> results.NewResult:  # noqa: ANN401
    values: dict[str, Any] = {
        "agency": office.agency, "site": office.site, "place": "Xưởng", "measurement": None, "assignment": None,
        "exposure_group": None, "group_version": None, "worker": "NLĐ-07", "people": 1, "origin": "laboratory",
        "document": "Phiếu 1", "standing": "legal", "lacking": [], "day": START.date(), "limit_id": "vn.x.y",
        "limit_digest": "0" * 64, "limit_text": {"limit": {}}, "confirmation": None, "metric": "twa", "unit": "mg/m3",
        "value": 1.5, "lower_bound": False, "expanded_uncertainty": None, "uncertainty_basis": "", "measured_s": None,
        "expected_s": None, "left_out_s": {"stuck": 3.0}, "gaps": "unknown", "shift_h": None, "computed_by_rule": "",
        "checks": "passed", "outcome": "exceeds", "reasons": [], "cautions": [], "margin": -0.5, "allowed_low": None,
        "allowed_high": 1.0, "decision_rule": "simple_acceptance", "clause": "QCVN",
    }  # fmt: skip
    return results.NewResult(**(values | changes))


async def test_a_result_comes_back_as_it_was_given(office: Office) -> None:
    number = await results.add_result(office.api, office.person, result(office))
    found = await results.result(office.api, office.person, number)
    assert found.said == result(office)
    assert (found.site_name, found.computed_by_name, found.replaced_by) == ("Nhà máy", "Lan", None)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"standing": "screening"}, "screening_supports_no_breach"),
        ({"outcome": "undetermined"}, "undetermined_has_a_reason"),
        ({"reasons": ["missing_data"]}, "undetermined_has_a_reason"),
        ({"origin": "measured"}, "measured_from_a_measurement"),
        ({"worker": "Nguyễn Văn A"}, "worker"),
    ],
)
async def test_a_result_that_cannot_be_is_refused(office: Office, changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await results.add_result(office.api, office.person, result(office, **changes))


async def test_what_another_agency_wrote_is_not_there(database: Database, office: Office) -> None:
    owner = await database.connect()
    other = await people.create_agency(owner, "Sở khác")
    stranger = await people.create_person(owner, agency=other, login="xa", name="Xa", role="administrator", phc="x")
    number = await office.measured()
    group = await exposure_groups.add_group(office.api, office.person, office.site, "Ca 1", SAID)
    kept = await results.add_result(office.api, office.person, result(office))
    assert group is not None
    for asked in (
        measurements.measurement(office.api, stranger, number),
        measurements.placement(office.api, stranger, office.placement),
        exposure_groups.group(office.api, stranger, group),
        results.result(office.api, stranger, kept),
    ):
        with pytest.raises(NoSuchExposure):
            await asked
    assert await results.results(office.api, stranger) == []
    confirmed = await limits.confirm(office.api, office.person, "vn.x.y", "0" * 64, "bản ký")
    assert confirmed is not None
    assert not await limits.withdraw(office.api, stranger, confirmed)
    assert await limits.confirmations(office.api, other) == []
    assert [c.holds for c in await limits.confirmations(office.api, office.agency)] == [True]
