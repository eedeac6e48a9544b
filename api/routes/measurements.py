"""Measurements: one placement within one shift, whom it stands for (correctable), field checks before and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.context import now
from api.exposure import shift
from api.exposure.law import law_of
from api.exposure.metrics import judgeable
from api.models import exposure as forms
from api.models.limits import JudgeableBy, LimitsOn, Made
from api.problems import Invalid
from api.routes.exposure_groups import MAY_LOOK, MAY_WRITE, nothing_there
from api.routes.limits import limit_form
from api.routing import Call, Route
from store import exposure_groups as store_groups
from store import measurements as store

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

LONGEST_SHIFT = timedelta(hours=24)


async def of_site(call: Call) -> forms.Measurements:
    """Measurements at a site, newest first."""
    async with call.context.connection() as db:
        found = await store.measurements(db, call.viewer.id, call.ids["site"])
    return forms.Measurements(server_time=now(), measurements=[_form(measurement, [], []) for measurement in found])


async def one(call: Call) -> forms.OneMeasurement:
    """A measurement with its assignments and checks."""
    async with call.context.connection() as db:
        return await _one(call, db)


async def add(call: Call) -> Made:
    """Keep a measurement."""
    new = call.sent(forms.NewMeasurement)
    said = _said(new)
    _check_times(said)
    async with call.context.connection() as db:
        with nothing_there():
            placed = await store.placement(db, call.viewer.id, new.placement)
            if not _covers(placed, said.measured):
                raise Invalid("body: measured: the instrument was not placed there all that time")
            async with db.transaction():
                number = await store.add_measurement(db, call.viewer.id, placed, said)
                if new.stands is not None:
                    await _assign(call, db, number, new.stands, site=placed.site, whole=said.shift, reason="")
    return Made(server_time=now(), id=number)


async def judgeable_by(call: Call) -> JudgeableBy:
    """The limits in force on a day by which what a placement measures can be judged."""
    day = call.queried(LimitsOn).on or now().date()
    async with call.context.connection() as db:
        with nothing_there():
            placed = await store.placement(db, call.viewer.id, call.ids["placement"])
        law = await law_of(db, placed.agency)
    found = [entry for entry in law.book.select(on=day) if judgeable(entry, placed.quantity)]
    return JudgeableBy(server_time=now(), on=day, limits=[limit_form(entry, law) for entry in found])


async def assign(call: Call) -> forms.OneMeasurement:
    """Correct whom a measurement stands for; the version before stays."""
    new, number = call.sent(forms.Assign), call.ids["measurement"]
    async with call.context.connection() as db:
        with nothing_there():
            found = await store.measurement(db, call.viewer.id, number)
            await _assign(call, db, number, new, site=found.site, whole=found.said.shift, reason=new.reason)
        return await _one(call, db)


async def check(call: Call) -> forms.OneMeasurement:
    """Keep a field check."""
    new, number = call.sent(forms.NewCheck), call.ids["measurement"]
    async with call.context.connection() as db:
        with nothing_there():
            await store.measurement(db, call.viewer.id, number)
        await store.add_check(
            db,
            call.viewer.id,
            number,
            moment=new.moment,
            at=new.checked_at,
            reference=new.reference,
            found=new.found,
            tolerance=new.tolerance,
            unit=new.unit,
            note=new.note,
        )
        return await _one(call, db)


async def _one(call: Call, db: asyncpg.Connection) -> forms.OneMeasurement:
    number = call.ids["measurement"]
    with nothing_there():
        found = await store.measurement(db, call.viewer.id, number)
    assignments, checks = await store.assignments(db, number), await store.checks(db, number)
    return forms.OneMeasurement(server_time=now(), measurement=_form(found, assignments, checks))


async def _assign(
    call: Call, db: asyncpg.Connection, number: int, new: forms.Stands, *, site: int, whole: store.Stretch, reason: str
) -> None:
    """The group in the version in which it stands now. Raises Invalid, NoSuchExposure."""
    group = None
    if new.group is not None:
        found = await store_groups.group(db, call.viewer.id, new.group)
        if found.site != site:
            raise Invalid("body: group: the group is of another site")
        group = found.id, found.version
    occupancy = None if new.occupancy is None else _stretches(new.occupancy, whole, "occupancy")
    await store.assign(db, call.viewer.id, number, group=group, worker=new.worker, occupancy=occupancy, reason=reason)


def _said(new: forms.MeasurementSaid) -> store.NewMeasurement:
    whole = _stretch(new.shift)
    return store.NewMeasurement(
        shift=whole,
        breaks=_stretches(new.breaks, whole, "breaks"),
        measured=_stretch(new.measured),
        method=new.method,
        organisation=new.organisation,
        verification=new.verification,
        verified_until=new.verified_until,
        gaps=new.gaps,
        gaps_reason=new.gaps_reason,
        expanded_uncertainty=new.expanded_uncertainty,
        uncertainty_basis=new.uncertainty_basis,
        situations=tuple(dict.fromkeys(new.situations)),
    )


def _check_times(said: store.NewMeasurement) -> None:
    """What the database holds as constraints, said to the person who typed it."""
    (begin, end), (since, until) = said.shift, said.measured
    if not timedelta(0) < end - begin <= LONGEST_SHIFT:
        raise Invalid("body: shift: it ends after it begins, within 24 hours")
    if not begin <= since < until <= end:
        raise Invalid("body: measured: a measurement lies within one shift")
    if said.gaps != "unknown" and not said.gaps_reason.strip():
        raise Invalid("body: gaps_reason: say why unmeasured time may count as that")
    if shift.seconds(shift.without(said.shift, said.breaks)) <= 0:
        raise Invalid("body: breaks: they leave nothing of the shift")


def _covers(placed: store.Placed, measured: store.Stretch) -> bool:
    return placed.from_at <= measured[0] and (placed.until_at is None or measured[1] <= placed.until_at)


def _stretch(form: forms.Stretch) -> store.Stretch:
    return _utc(form.from_at), _utc(form.until_at)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _stretches(given: Sequence[forms.Stretch], whole: store.Stretch, name: str) -> list[store.Stretch]:
    """Stretches within the shift, in order. Raises Invalid for one that lies outside or ends before it begins."""
    found = [_stretch(form) for form in given]
    if any(not whole[0] <= begin < end <= whole[1] for begin, end in found):
        raise Invalid(f"body: {name}: each lies within the shift and ends after it begins")
    return shift.merged(found)


def stretch_form(stretch: store.Stretch) -> forms.Stretch:
    """From, until, as they are answered."""
    return forms.Stretch(from_at=stretch[0], until_at=stretch[1])


def _form(
    found: store.Measurement, assignments: Sequence[store.Assignment], checks: Sequence[store.Check]
) -> forms.Measurement:
    said = found.said
    return forms.Measurement(
        id=found.id,
        site=found.site,
        placement=found.placement,
        point=found.point,
        place=found.place,
        quantity=found.quantity,
        kind=found.kind,
        said=forms.MeasurementSaid(
            shift=stretch_form(said.shift),
            breaks=[stretch_form(part) for part in said.breaks],
            measured=stretch_form(said.measured),
            method=said.method,
            organisation=said.organisation,
            verification=said.verification,
            verified_until=said.verified_until,
            gaps=said.gaps,  # type: ignore[arg-type]  # the table's own check; pydantic checks again
            gaps_reason=said.gaps_reason,
            expanded_uncertainty=said.expanded_uncertainty,
            uncertainty_basis=said.uncertainty_basis,
            situations=list(said.situations),  # type: ignore[arg-type]
        ),
        assignments=[_assignment(each) for each in assignments],
        checks=[_check(each) for each in checks],
        created_at=found.created_at,
        created_by=found.created_by,
    )


def _assignment(found: store.Assignment) -> forms.Assignment:
    return forms.Assignment(
        version=found.version,
        group=found.exposure_group,
        group_version=found.group_version,
        group_name=found.group_name,
        people=found.head_count,
        worker=found.worker,
        occupancy=None if found.occupancy is None else [stretch_form(part) for part in found.occupancy],
        reason=found.reason,
        written_at=found.written_at,
        written_by=found.written_by,
    )


def _check(found: store.Check) -> forms.FieldCheck:
    return forms.FieldCheck(
        id=found.id,
        moment=found.moment,  # type: ignore[arg-type]  # the table's own check; pydantic checks again
        checked_at=found.checked_at,
        reference=found.reference,
        found=found.found,
        tolerance=found.tolerance,
        unit=found.unit,
        note=found.note,
        passed=found.passed,
        written_by=found.written_by,
    )


ONE = "/api/v1/measurements/{measurement}"
ROUTES = (
    Route(
        "GET", "/api/v1/sites/{site}/measurements", of_site, "Measurements at a site", forms.Measurements, roles=MAY_LOOK
    ),
    Route(
        "GET", "/api/v1/placements/{placement}/limits", judgeable_by, "Limits for what a placement measures", JudgeableBy,
        query=LimitsOn, roles=MAY_LOOK,
    ),
    Route("POST", "/api/v1/measurements", add, "Keep a measurement", Made, body=forms.NewMeasurement, roles=MAY_WRITE),
    Route("GET", ONE, one, "A measurement with its versions and checks", forms.OneMeasurement, roles=MAY_LOOK),
    Route(
        "POST", f"{ONE}/assignments", assign, "Correct whom a measurement stands for", forms.OneMeasurement,
        body=forms.Assign, roles=MAY_WRITE,
    ),
    Route(
        "POST", f"{ONE}/checks", check, "Keep a field check", forms.OneMeasurement, body=forms.NewCheck, roles=MAY_WRITE
    ),
)  # fmt: skip
