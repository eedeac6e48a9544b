"""A result that was not measured through the platform, against one limit: the same verdict by the same rules. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exposure.assess import judged
from exposure.limits.allowed import converted
from exposure.verdict import Checks, Measured, judge
from store.results import NewResult

if TYPE_CHECKING:
    from api.models.results import EnterResult
    from exposure.limits.book import Entry
    from store.exposure_groups import Group
    from store.limits import Confirmation


def lacking(said: EnterResult) -> list[str]:
    """What an entered result needs to be legal, and has not."""
    wanted = {
        "document": said.document.strip(),
        "organisation": said.organisation.strip(),
        "method": said.method.strip(),
        "checks": said.checks == "passed",
    }
    return [word for word, there in wanted.items() if not there]


def entered(
    said: EnterResult, *, agency: int, site: int, group: Group | None, entry: Entry, confirmation: Confirmation | None
) -> NewResult:
    """The result to keep. It is legal only as it claims to be and lacks nothing. Raises an ExposureError."""
    missing = lacking(said)
    measured = Measured(
        metric=entry.limit.metric,
        unit=entry.limit.unit,
        value=converted(entry, said.value, said.unit),
        day=said.day,
        legal=said.standing == "legal" and not missing,
        checks=Checks(said.checks),
        personal=said.personal,
        expanded_uncertainty=_uncertainty(said, entry),
        duration_s=None if said.exposure_h is None else said.exposure_h * 3600,
        shift_h=said.shift_h,
        row=said.row,
        axis=said.axis,
        situations=frozenset(said.situations),
    )
    verdict = judge(entry, measured, confirmed=confirmation is not None)
    return NewResult(
        agency=agency,
        site=site,
        place=said.place,
        measurement=None,
        assignment=None,
        exposure_group=group.id if group else None,
        group_version=group.version if group else None,
        worker=said.worker,
        people=group.said.head_count if group else (1 if said.worker else None),
        origin=said.source,
        document=_document(said),
        lacking=missing,
        left_out_s={},
        gaps="unknown",
        uncertainty_basis=said.uncertainty_basis,
        computed_by_rule="",
        **judged(entry, verdict, confirmation),
    )


def _uncertainty(said: EnterResult, entry: Entry) -> float | None:
    return None if said.expanded_uncertainty is None else converted(entry, said.expanded_uncertainty, said.unit)


def _document(said: EnterResult) -> str:
    return " · ".join(part for part in (said.document, said.organisation, said.method) if part)[:500]
