"""Results of shifts: computed from a measurement, or entered; listed and shown with all that they rest on."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from api.context import now
from api.exposure.assess import Given, assess
from api.exposure.entered import entered
from api.exposure.groups import assess_group
from api.exposure.law import law_of
from api.exposure.metrics import check_quantity
from api.models import results as forms
from api.models.limits import Name, TableRow
from api.problems import Conflict, Invalid, NotFound
from api.routes.exposure_groups import MAY_LOOK, MAY_WRITE, nothing_there
from api.routes.limits import entry_of, limit_form
from api.routes.measurements import stretch_form
from api.routing import Call, Route
from exposure.errors import ExposureError
from exposure.limits.book import UnknownLimitError
from store import exposure_groups as store_groups
from store import limits as store_limits
from store import measurements as store_measurements
from store import results as store
from store import sites_live

if TYPE_CHECKING:
    from collections.abc import Iterator

    import asyncpg

    from exposure.limits.book import Entry
    from store.measurements import Measurement


async def list_results(call: Call) -> forms.Results:
    """Results that the person sees, newest first."""
    asked = call.queried(forms.ResultFilter)
    async with call.context.connection() as db:
        found = await store.results(
            db, call.viewer.id, site=asked.site, before=asked.before, latest=not asked.all, limit=asked.limit
        )
    return forms.Results(server_time=now(), results=[result_form(result) for result in found])


async def one(call: Call) -> forms.OneResult:
    """A result, with the field checks of its measurement and the limit as it is now."""
    async with call.context.connection() as db:
        with nothing_there():
            return await _one(call, db, call.ids["result"])


async def compute(call: Call) -> forms.OneResult:
    """Judge a measurement by a limit; the result is kept."""
    async with call.context.connection() as db:
        with nothing_there():
            measurement = await store_measurements.measurement(db, call.viewer.id, call.ids["measurement"])
        law = await law_of(db, measurement.agency)
        entry = entry_of(law, call.sent(forms.ComputeResult).limit)
        with _not_computable():
            check_quantity(entry, measurement.quantity)
        given = await _given(db, measurement, entry, law.confirmation(entry))
        with _not_computable():
            new = assess(given)
        return await _one(call, db, await store.add_result(db, call.viewer.id, new))


async def judge_group(call: Call) -> forms.OneResult:
    """Judge a group by several measurements of it; the result is kept."""
    asked, person = call.sent(forms.GroupResult), call.viewer.id
    async with call.context.connection() as db:
        with nothing_there():
            group = await store_groups.group(db, person, call.ids["group"])
            numbers = dict.fromkeys(asked.measurements)
            measured = [await store_measurements.measurement(db, person, number) for number in numbers]
        law = await law_of(db, measured[0].agency)
        entry = entry_of(law, asked.limit)
        with _not_computable():
            for measurement in measured:
                check_quantity(entry, measurement.quantity)
            given = [await _given(db, measurement, entry, law.confirmation(entry)) for measurement in measured]
            new, parts = assess_group(given, group, strategy=asked.strategy, duration_h=asked.duration_h)
        return await _one(call, db, await store.add_group_result(db, person, new, parts))


async def enter(call: Call) -> forms.OneResult:
    """Enter a result from a laboratory, a hand-held instrument or a dosimeter's file."""
    said, site = call.sent(forms.EnterResult), call.ids["site"]
    async with call.context.connection() as db:
        if not await sites_live.sites(db, call.viewer.id, site):
            raise NotFound("there is no such site")
        with nothing_there():
            group = None if said.group is None else await store_groups.group(db, call.viewer.id, said.group)
        if group is not None and group.site != site:
            raise Invalid("body: group: the group is of another site")
        agency = await store_limits.agency_of(db, call.viewer.id)
        law = await law_of(db, agency)
        entry = entry_of(law, said.limit)
        with _not_computable():
            new = entered(
                said, agency=agency, site=site, group=group, entry=entry, confirmation=law.confirmation(entry)
            )
        return await _one(call, db, await store.add_result(db, call.viewer.id, new))


@contextlib.contextmanager
def _not_computable() -> Iterator[None]:
    """What the mathematics refuses is said to the person in its own words."""
    try:
        yield
    except ExposureError as error:
        raise Conflict(str(error)) from error


async def _given(
    db: asyncpg.Connection, measurement: Measurement, entry: Entry, confirmation: store_limits.Confirmation | None
) -> Given:
    assignments = await store_measurements.assignments(db, measurement.id)
    channels = await store_measurements.channels_of(db, measurement.gateway, measurement.channel)
    channel = next((found for found in channels if found.quantity == measurement.quantity), None)
    if channel is None:
        raise Conflict(f"the kit has not described a channel that measures {measurement.quantity}")
    return Given(
        measurement=measurement,
        assignment=assignments[0] if assignments else None,
        checks=await store_measurements.checks(db, measurement.id),
        channel=channel,
        samples=await store_measurements.samples(db, channel.id, *measurement.said.measured),
        entry=entry,
        confirmation=confirmation,
        doubts=await store_measurements.doubts(db, channel.id, *measurement.said.measured),
    )


async def _one(call: Call, db: asyncpg.Connection, number: int) -> forms.OneResult:
    found = await store.result(db, call.viewer.id, number)
    law = await law_of(db, found.said.agency)
    checks = [] if found.said.measurement is None else await store_measurements.checks(db, found.said.measurement)
    try:
        entry = law.book.entry(found.said.limit_id)
    except UnknownLimitError:
        entry = None
    return forms.OneResult(
        server_time=now(),
        result=result_form(found),
        checks=[
            forms.CheckLine(
                moment=check.moment,
                at=check.checked_at,
                reference=check.reference,
                found=check.found,
                unit=check.unit,
                passed=check.passed,
            )
            for check in checks
        ],
        parts=[
            forms.PartLine(
                measurement=part.measurement,
                place=part.place,
                worker=part.worker,
                from_at=part.from_at,
                until_at=part.until_at,
                value=part.value,
                measured_s=part.measured_s,
            )
            for part in await store.parts(db, number)
        ],
        limit_now=limit_form(entry, law) if entry else None,
        unchanged=entry is not None and entry.digest == found.said.limit_digest,
    )


def result_form(found: store.Result) -> forms.Result:
    """A result as the page shows it."""
    said = found.said
    same = ("site", "place", "measurement", "worker", "people", "origin", "document", "standing", "lacking", "day", "value",
            "lower_bound", "expanded_uncertainty", "uncertainty_basis", "measured_s", "expected_s", "gaps", "shift_h",
            "computed_by_rule", "checks", "outcome", "reasons", "cautions", "margin")  # fmt: skip
    values: dict[str, Any] = {name: getattr(said, name) for name in same}
    return forms.Result(
        id=found.id,
        site_name=found.site_name,
        timezone=found.timezone,
        point=found.point,
        kind=found.kind,
        group=said.exposure_group,
        group_name=found.group_name,
        method=found.method or "",
        organisation=found.organisation or "",
        left_out=[forms.LeftOut(quality=word, seconds=seconds) for word, seconds in said.left_out_s.items()],
        inside=None if said.margin is None else said.margin >= 0,
        limit=_judged_by(said),
        shift=stretch_form(found.shift) if found.shift else None,
        breaks=[stretch_form(part) for part in found.breaks],
        computed_at=found.computed_at,
        computed_by=found.computed_by_name,
        replaced_by=found.replaced_by,
        **values,
    )


def _judged_by(said: store.NewResult) -> forms.JudgedBy:
    text, limit = said.limit_text, said.limit_text["limit"]
    return forms.JudgedBy(
        id=said.limit_id,
        agent=Name(**text["agent"]),
        case=Name(**text["label"]) if text["label"] else None,
        instrument=text["instrument"],
        clause=said.clause,
        standing=text["standing"],
        role=limit["role"],
        metric=said.metric,
        compare=limit["compare"],
        unit=said.unit,
        value=limit["value"],
        table=[TableRow(key=key, value=value) for key, value in (limit["table"] or {}).items()],
        low=said.allowed_low,
        high=said.allowed_high,
        valid_from=text["valid_from"],
        valid_to=text["valid_to"],
        evidence=text["evidence"],
        source=text["source"],
        confirmed=said.confirmation is not None,
        decision_rule=said.decision_rule,
    )


ROUTES = (
    Route("GET", "/api/v1/results", list_results, "Results, newest first", forms.Results, query=forms.ResultFilter, roles=MAY_LOOK),
    Route("GET", "/api/v1/results/{result}", one, "A result with all that it rests on", forms.OneResult, roles=MAY_LOOK),
    Route(
        "POST", "/api/v1/measurements/{measurement}/results", compute, "Judge a measurement by a limit", forms.OneResult,
        body=forms.ComputeResult, problems=(Conflict,), roles=MAY_WRITE,
    ),
    Route(
        "POST", "/api/v1/exposure-groups/{group}/results", judge_group, "Judge a group by several measurements",
        forms.OneResult, body=forms.GroupResult, problems=(Conflict,), roles=MAY_WRITE,
    ),
    Route(
        "POST", "/api/v1/sites/{site}/results", enter, "Enter a result", forms.OneResult, body=forms.EnterResult,
        problems=(Conflict,), roles=MAY_WRITE,
    ),
)  # fmt: skip
