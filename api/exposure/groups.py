"""LEX,8h of an exposure group from several measurements, with the spread between people and days (ISO 9612:2009). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from api.exposure.assess import Given, day_of, find, judged, personal
from api.exposure.metrics import LEAST_FRACTION, NotComputableError
from api.exposure.standing import instrument_db
from exposure.noise.iso9612 import EDITION, Exposure9612, full_day, job_based, least_duration_h
from exposure.noise.levels import laeq
from exposure.result import Coverage
from exposure.verdict import Checks, Measured, Reason, judge
from store.results import NewResult, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.exposure.assess import Found
    from store.exposure_groups import Group

FULL_DAY, JOB = "full_day", "job"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of the group: its LAeq and the time that it covers."""

    given: Given
    found: Found
    level: float
    measured_s: float


def assess_group(
    parts: Sequence[Given], group: Group, *, strategy: str, duration_h: float | None
) -> tuple[NewResult, list[Part]]:
    """The result of a group by the full-day strategy (whole shifts) or the job-based one (samples of a job of `duration_h`).

    Raises an ExposureError that names what cannot be computed.
    """
    samples = [_sample(given, group) for given in parts]
    if strategy == JOB and duration_h is None:
        raise NotComputableError("the job-based strategy needs the effective duration of the job, duration_h")
    hours = duration_h or float(np.mean([sample.found.exposed_s for sample in samples])) / 3600
    computed = _computed(samples, strategy, hours)
    entry, confirmation = parts[0].entry, parts[0].confirmation
    measured = _measured(samples, group, computed, strategy, hours)
    verdict = judge(entry, measured, confirmed=confirmation is not None)
    values = judged(entry, verdict, confirmation)
    new = NewResult(
        agency=parts[0].measurement.agency,
        site=group.site,
        place=group.name,
        measurement=None,
        assignment=None,
        exposure_group=group.id,
        group_version=group.version,
        worker=None,
        people=group.said.head_count,
        origin="group",
        document="",
        lacking=_lacking(samples),
        left_out_s={},
        gaps="unknown",
        uncertainty_basis=f"{EDITION}, {computed.strategy}: N = {len(samples)}, c1·u1 = {computed.c1u1:.1f} dB; k = 1.65",
        computed_by_rule=f"{EDITION}, {computed.strategy}",
        **values,
    )
    return new, [_part(sample) for sample in samples]


def _sample(given: Given, group: Group) -> Sample:
    """Raises NotComputableError for a measurement that does not stand for the group or holds nothing."""
    number, assignment = given.measurement.id, given.assignment
    if given.entry.limit.metric != "lex_8h":
        raise NotComputableError(f"{given.entry.id} limits no LEX,8h: strategies of {EDITION} give that alone")
    if assignment is None or assignment.exposure_group != group.id:
        raise NotComputableError(f"measurement {number} does not stand for this group; correct its assignment")
    found = find(given)
    series = found.taken.series
    if series is None:
        raise NotComputableError(f"measurement {number} holds no reading that counts")
    level = laeq(series).value
    assert level is not None  # noqa: S101  (a series has a level)
    return Sample(given, found, level, series.measured_s)


def _computed(samples: Sequence[Sample], strategy: str, hours: float) -> Exposure9612:
    classes = [instrument_db(sample.found.meter) for sample in samples]
    if None in classes:
        raise NotComputableError("the class of an instrument is not known, so no uncertainty can be stated")
    u2 = max(value for value in classes if value is not None)
    levels = [sample.level for sample in samples]
    by = full_day if strategy == FULL_DAY else job_based
    return by(levels, hours, instrument_db=u2)


def _measured(samples: Sequence[Sample], group: Group, computed: Exposure9612, strategy: str, hours: float) -> Measured:
    coverage = _coverage(samples, group, strategy)
    lacking = _lacking(samples)
    return Measured(
        metric="lex_8h",
        unit=samples[0].given.entry.limit.unit,
        value=computed.value,
        day=max(day_of(sample.given.measurement) for sample in samples),
        legal=not lacking,
        checks=_checks(samples),
        personal=all(personal(s.given, occupied=s.found.occupied) for s in samples),
        decidable=_enough(samples, coverage, strategy),
        coverage=coverage,
        expanded_uncertainty=computed.uncertainty.expanded,
        lower_bound=any(sample.found.taken.lower_bound for sample in samples),
        duration_s=hours * 3600,
        shift_h=float(np.mean([sample.found.shift_h for sample in samples])),
        unsettled=(Reason.REVISE_GROUP,) if computed.revise_group else (),
        situations=frozenset(word for s in samples for word in s.given.measurement.said.situations),
    )


def _coverage(samples: Sequence[Sample], group: Group, strategy: str) -> Coverage:
    """Measured of the shifts; for samples of a job, of the least cumulative time for so many workers (Table 1)."""
    measured_s = sum(sample.measured_s for sample in samples)
    expected_s = sum(sample.found.exposed_s for sample in samples)
    if strategy == JOB:
        expected_s = least_duration_h(group.said.head_count) * 3600
    return Coverage(min(measured_s, expected_s), expected_s)


def _enough(samples: Sequence[Sample], coverage: Coverage, strategy: str) -> bool:
    if strategy == JOB:
        return coverage.complete
    return all(sample.measured_s >= LEAST_FRACTION * sample.found.exposed_s for sample in samples)


def _checks(samples: Sequence[Sample]) -> Checks:
    found = {sample.found.checks for sample in samples}
    return next((word for word in (Checks.FAILED, Checks.MISSING) if word in found), Checks.PASSED)


def _lacking(samples: Sequence[Sample]) -> list[str]:
    return list(dict.fromkeys(word for sample in samples for word in sample.found.lacking))


def _part(sample: Sample) -> Part:
    assignment = sample.given.assignment
    assert assignment is not None  # noqa: S101  (checked in `_sample`)
    return Part(sample.given.measurement.id, assignment.version, sample.level, sample.measured_s)
