"""A measurement, or an entered value, against one limit: everything that the result keeps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.exposure import metrics, shift, standing
from api.exposure.taken import Taken, taken
from exposure.errors import EmptyInputError
from exposure.gaps import GapPolicy
from exposure.result import Coverage, Result
from exposure.series import Series
from exposure.verdict import Checks, Measured, Verdict, judge
from store.results import NewResult

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from exposure.limits.book import Entry
    from store.limits import Confirmation
    from store.measurements import Assignment, Check, DescribedChannel, Measurement, Samples, Stretch

NOISE_KIND, AIR_KIND = "ear", "breathing_zone"
"""Where an instrument must be worn for a personal exposure of noise, and of all that is breathed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a measured result is made from."""

    measurement: Measurement
    assignment: Assignment | None
    checks: Sequence[Check]
    channel: DescribedChannel
    samples: Samples
    entry: Entry
    confirmation: Confirmation | None
    doubts: Sequence[Stretch] = ()
    """What a failed check that the kit sealed has put in doubt."""


def day_of(measurement: Measurement) -> date:
    """The day of the shift's start at the site: its law judges."""
    return measurement.said.shift[0].astimezone(ZoneInfo(measurement.timezone)).date()


def assess(given: Given) -> NewResult:
    """Compute the metric, judge it, say what is lacking. Raises an ExposureError that names what cannot be computed."""
    found = find(given)
    verdict = judge(given.entry, _measured(given, found), confirmed=given.confirmation is not None)
    return _result(given, found, verdict)


@dataclass(frozen=True, slots=True)
class Found:
    """What is computed on the way to the verdict."""

    meter: standing.Meter
    exposed_s: float
    shift_h: float
    occupied: bool
    taken: Taken
    computed: Result
    checks: Checks
    lacking: list[str]
    uncertainty: float | None
    basis: str


def find(given: Given) -> Found:
    """The metric with its coverage, checks, uncertainty, and what a legal result would lack. Raises an ExposureError."""
    said, meter = given.measurement.said, standing.meter_of(given.channel)
    _check_channel(given, meter)
    exposed = shift.expected(said.shift, said.breaks, given.assignment.occupancy if given.assignment else None)
    if not exposed:
        raise EmptyInputError("the stated occupancy lies outside the shift: nobody was exposed")
    expected_s = shift.seconds(exposed)
    shift_h = shift.seconds(shift.without(said.shift, said.breaks)) / 3600
    kept = _taken(given, shift.within(exposed, said.measured))
    checks = Checks.FAILED if given.doubts else standing.checks_of(given.checks, *said.measured)
    uncertainty = _uncertainty(given, meter)
    return Found(
        meter=meter,
        exposed_s=expected_s,
        shift_h=shift_h,
        occupied=given.assignment is not None and given.assignment.occupancy is not None,
        taken=kept,
        computed=_computed(given, kept.series, expected_s, shift_h),
        checks=checks,
        lacking=standing.lacking(given.measurement, meter, checks, day_of(given.measurement)),
        uncertainty=uncertainty[0] if uncertainty else None,
        basis=uncertainty[1] if uncertainty else "",
    )


def _measured(given: Given, found: Found) -> Measured:
    computed = found.computed
    return Measured(
        metric=given.entry.limit.metric,
        unit=given.entry.limit.unit,
        value=computed.value,
        day=day_of(given.measurement),
        legal=not found.lacking,
        checks=found.checks,
        personal=personal(given, occupied=found.occupied),
        decidable=computed.decidable and computed.coverage.fraction >= metrics.LEAST_FRACTION,
        coverage=computed.coverage,
        expanded_uncertainty=found.uncertainty,
        lower_bound=found.taken.lower_bound,
        duration_s=found.exposed_s,
        shift_h=found.shift_h,
        situations=frozenset(given.measurement.said.situations),
    )


def _check_channel(given: Given, meter: standing.Meter) -> None:
    metrics.check_quantity(given.entry, given.channel.quantity)
    weighting = meter.weighting or ""
    if given.channel.quantity == "sound_level" and (not weighting.startswith("A") or "maximum" in weighting):
        raise metrics.NotComputableError(
            f"the channel {given.channel.name} is no A-weighted equivalent level (its weighting: {weighting or 'not known'})"
        )


def _taken(given: Given, exposed: Sequence[Stretch]) -> Taken:
    channel, entry = given.channel, given.entry
    level = channel.quantity == "sound_level"
    unit = "dB(A)" if level else entry.limit.unit
    found = taken(
        given.samples,
        channel.exponent,
        unit,
        period_s=(channel.interval_us or 1_000_000) / 1e6,
        expected=exposed,
        start_s=given.measurement.said.shift[0].timestamp(),
        doubts=given.doubts,
    )
    if level or found.series is None:
        return found
    by = metrics.factor(entry, channel.unit)
    series = Series(found.series.start_s, found.series.duration_s, found.series.value * by, unit)
    return Taken(series, found.left_out_s, lower_bound=found.lower_bound)


def _computed(given: Given, series: Series | None, expected_s: float, shift_h: float) -> Result:
    """The metric by the gap rule of the text where it has one, else by what the person stated."""
    partial = given.entry.limit_set.partial
    gaps = GapPolicy(partial.gaps if partial is not None else given.measurement.said.gaps)
    if series is None:
        return Result(None, given.entry.limit.unit, "nothing was measured", Coverage(0.0, expected_s), gaps)
    return metrics.compute(metrics.Asked(given.entry, series, expected_s, shift_h, gaps))


def _uncertainty(given: Given, meter: standing.Meter) -> tuple[float, str] | None:
    said = given.measurement.said
    if said.expanded_uncertainty is not None:
        return said.expanded_uncertainty, said.uncertainty_basis
    return standing.noise_uncertainty(meter) if given.channel.quantity == "sound_level" else None


def personal(given: Given, *, occupied: bool) -> bool:
    """Worn where this agent is measured, or an area level with stated occupancy times."""
    if given.measurement.kind == "area":
        return occupied
    return given.measurement.kind == (NOISE_KIND if given.entry.limit.agent == "noise" else AIR_KIND)


def _result(given: Given, found: Found, verdict: Verdict) -> NewResult:
    measurement, assignment = given.measurement, given.assignment
    return NewResult(
        agency=measurement.agency,
        site=measurement.site,
        place=measurement.place,
        measurement=measurement.id,
        assignment=assignment.version if assignment else None,
        exposure_group=assignment.exposure_group if assignment else None,
        group_version=assignment.group_version if assignment else None,
        worker=assignment.worker if assignment else None,
        people=_people(assignment),
        origin="measured",
        document="",
        lacking=found.lacking,
        left_out_s={word: round(seconds, 3) for word, seconds in found.taken.left_out_s.items()},
        gaps=found.computed.gaps.value,
        uncertainty_basis=found.basis,
        computed_by_rule=found.computed.standard,
        **judged(given.entry, verdict, given.confirmation),
    )


def _people(assignment: Assignment | None) -> int | None:
    if assignment is None:
        return None
    return assignment.head_count or (1 if assignment.worker else None)


def judged(entry: Entry, verdict: Verdict, confirmation: Confirmation | None) -> dict[str, Any]:
    """What the verdict fills of a result: the same for measured and entered ones."""
    measured, bounds = verdict.measured, verdict.allowed
    return {
        "standing": "legal" if measured.legal else "screening",
        "day": measured.day,
        "limit_id": entry.id,
        "limit_digest": entry.digest,
        "limit_text": limit_text(entry),
        "confirmation": confirmation.id if confirmation else None,
        "metric": measured.metric,
        "unit": measured.unit,
        "value": measured.value,
        "lower_bound": measured.lower_bound,
        "expanded_uncertainty": measured.expanded_uncertainty,
        "measured_s": measured.coverage.measured_s if measured.coverage else None,
        "expected_s": measured.coverage.expected_s if measured.coverage else None,
        "shift_h": measured.shift_h,
        "checks": measured.checks.value,
        "outcome": verdict.outcome.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "cautions": [caution.value for caution in verdict.cautions],
        "margin": verdict.margin,
        "allowed_low": bounds.low if bounds else None,
        "allowed_high": bounds.high if bounds else None,
        "decision_rule": verdict.decision_rule,
        "clause": verdict.clause,
    }


def limit_text(entry: Entry) -> dict[str, Any]:
    """The limit as it is now, kept with the result: what it was judged by stays readable."""
    limit_set = entry.limit_set
    return {
        "agent": {"en": entry.agent.en, "vi": entry.agent.vi},
        "label": entry.limit.label.model_dump() if entry.limit.label else None,
        "limit": entry.limit.model_dump(mode="json"),
        "instrument": limit_set.instrument,
        "standing": limit_set.standing,
        "evidence": entry.source.evidence,
        "source": entry.source.text,
        "valid_from": entry.valid_from and entry.valid_from.isoformat(),
        "valid_to": entry.valid_to and entry.valid_to.isoformat(),
    }
