"""Exposure groups and placements of a site: what a measurement can stand for, and where it can be made."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from api.context import now
from api.models import exposure as forms
from api.models.limits import Made
from api.problems import Conflict, NotFound
from api.routing import Call, Route
from store import exposure_groups as store_groups
from store import measurements as store_measurements
from store import sites_live
from store.exposure_groups import NoSuchExposure
from store.people import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

MAY_LOOK = frozenset(ROLES) - {"site_contact"}
"""Exposure of workers is sensitive: a site contact sees live values and alerts, not this."""
MAY_WRITE = frozenset({"administrator", "inspector", "investigator"})


async def of_site(call: Call) -> forms.Groups:
    """The groups of a site as they stand."""
    async with call.context.connection() as db:
        found = await store_groups.groups(db, call.viewer.id, call.ids["site"])
    return forms.Groups(server_time=now(), groups=[_form(group) for group in found])


async def versions(call: Call) -> forms.Groups:
    """Every version of a group, newest first."""
    async with call.context.connection() as db:
        with nothing_there():
            found = await store_groups.group_versions(db, call.viewer.id, call.ids["group"])
    return forms.Groups(server_time=now(), groups=[_form(group) for group in found])


async def add(call: Call) -> Made:
    """A new group of the person's agency at a site."""
    new, site = call.sent(forms.NewGroup), call.ids["site"]
    async with call.context.connection() as db:
        if not await sites_live.sites(db, call.viewer.id, site):
            raise NotFound("there is no such site")
        number = await store_groups.add_group(db, call.viewer.id, site, new.name, _said(new, ""))
    if number is None:
        raise Conflict("this site has a group of that name; correct it")
    return Made(server_time=now(), id=number)


async def correct(call: Call) -> forms.Groups:
    """A new version of a group; the ones before stay."""
    new = call.sent(forms.CorrectGroup)
    async with call.context.connection() as db:
        with nothing_there():
            await store_groups.correct_group(db, call.viewer.id, call.ids["group"], _said(new, new.reason))
            found = await store_groups.group_versions(db, call.viewer.id, call.ids["group"])
    return forms.Groups(server_time=now(), groups=[_form(group) for group in found])


async def placements(call: Call) -> forms.Placements:
    """Where instruments measure, or measured, at a site."""
    async with call.context.connection() as db:
        found = await store_measurements.placements(db, call.viewer.id, call.ids["site"])
    return forms.Placements(
        server_time=now(),
        placements=[
            forms.Placement(
                id=placed.id,
                point=placed.point,
                place=placed.place,
                quantity=placed.quantity,
                gateway=placed.gateway,
                kind=placed.kind,
                worker=placed.worker,
                from_at=placed.from_at,
                until_at=placed.until_at,
            )
            for placed in found
        ],
    )


@contextlib.contextmanager
def nothing_there() -> Iterator[None]:
    """What the person may not see is answered like what does not exist."""
    try:
        yield
    except NoSuchExposure as error:
        raise NotFound(str(error)) from error


def _said(form: forms.GroupSaid, reason: str) -> store_groups.GroupVersion:
    return store_groups.GroupVersion(
        head_count=form.head_count,
        shifts=[shift.model_dump() for shift in form.shifts],
        tasks=[task.model_dump() for task in form.tasks],
        workers=list(form.workers),
        reason=reason,
    )


def _form(group: store_groups.Group) -> forms.Group:
    said = group.said
    return forms.Group(
        id=group.id,
        site=group.site,
        name=group.name,
        version=group.version,
        said=forms.GroupSaid(
            head_count=said.head_count,
            shifts=[forms.Shift.model_validate(shift) for shift in said.shifts],
            tasks=[forms.Task.model_validate(task) for task in said.tasks],
            workers=said.workers,
        ),
        reason=said.reason,
        written_at=group.written_at,
        written_by=group.written_by,
    )


OF_SITE, ONE = "/api/v1/sites/{site}/exposure-groups", "/api/v1/exposure-groups/{group}"
ROUTES = (
    Route("GET", OF_SITE, of_site, "Exposure groups of a site", forms.Groups, roles=MAY_LOOK),
    Route(
        "POST", OF_SITE, add, "Add an exposure group", Made, body=forms.NewGroup, problems=(Conflict,), roles=MAY_WRITE
    ),
    Route("GET", ONE, versions, "Every version of an exposure group", forms.Groups, roles=MAY_LOOK),
    Route("POST", ONE, correct, "Correct an exposure group", forms.Groups, body=forms.CorrectGroup, roles=MAY_WRITE),
    Route("GET", "/api/v1/sites/{site}/placements", placements, "Placements at a site", forms.Placements, roles=MAY_LOOK),
)  # fmt: skip
