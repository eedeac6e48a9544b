"""The verdict: one value against one limit, by the law of its day. Complies, exceeds, or undetermined with every reason.

A value above a limit is not yet a breach: a screening result, an unverified limit, missing data, a failed check or a wrong
placement leave it undetermined, and the verdict says so. Which decision rule holds is said by the limit set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from exposure.errors import MismatchedError, WrongUnitError
from exposure.limits.allowed import Allowed, allowed
from exposure.limits.book import Entry
from exposure.limits.words import NEVER_JUDGED, PERSONAL
from exposure.result import Coverage


class Outcome(Enum):
    """What may be said. `exceeds` is a statement about numbers; that it is a breach of law is a person's decision."""

    COMPLIES = "complies"
    EXCEEDS = "exceeds"
    UNDETERMINED = "undetermined"


class Reason(Enum):
    """Why nothing can be concluded."""

    NO_VALUE = "no_value"
    MISSING_DATA = "missing_data"
    CHECK_FAILED = "check_failed"
    WRONG_PLACEMENT = "wrong_placement"
    NOT_IN_FORCE = "not_in_force"
    OUT_OF_SCOPE = "out_of_scope"
    AXIS_NOT_STATED = "axis_not_stated"
    NO_ROW = "no_row"
    SCREENING = "screening"
    LIMIT_UNVERIFIED = "limit_unverified"
    NO_UNCERTAINTY = "no_uncertainty"
    WITHIN_UNCERTAINTY = "within_uncertainty"
    LOWER_BOUND = "lower_bound"
    REVISE_GROUP = "revise_group"
    """The measurements of a group differ so much that the method wants it revised (ISO 9612:2009, 10.4)."""


class Caution(Enum):
    """What stands beside a conclusion on every page."""

    SCREENING = "screening"
    LIMIT_UNVERIFIED = "limit_unverified"
    NO_UNCERTAINTY = "no_uncertainty"
    CHECKS_MISSING = "checks_missing"
    LOWERED_FOR_LONG_SHIFT = "lowered_for_long_shift"
    NOT_A_LEGAL_LIMIT = "not_a_legal_limit"
    FORCE_NOT_RECORDED = "force_not_recorded"


class Checks(Enum):
    """The field checks before and after."""

    PASSED = "passed"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found, ready to be compared: in the unit of the limit (see `limits.allowed.converted`)."""

    metric: str
    unit: str
    value: float | None
    day: date
    """The day of the shift's start, at the site: its law judges."""
    legal: bool
    """False: screening."""
    checks: Checks
    personal: bool
    """At the ear or in the breathing zone, or an area level with stated occupancy times."""
    decidable: bool = True
    """What `Result.decidable` says: no gap left unexplained."""
    coverage: Coverage | None = None
    expanded_uncertainty: float | None = None
    lower_bound: bool = False
    """An overload stands in it: the true value is at least this."""
    duration_s: float | None = None
    shift_h: float | None = None
    row: str | None = None
    """Octave band or other row of a table."""
    axis: str | None = None
    situations: frozenset[str] = frozenset()
    """Words of `limits.schema.Situation` that hold at the workplace."""
    unsettled: tuple[Reason, ...] = ()
    """What the method itself says against a conclusion."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with all that a reader needs to check it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]
    allowed: Allowed | None
    margin: float | None
    """In the unit of the limit; negative outside."""
    decision_rule: str
    clause: str
    measured: Measured

    @property
    def inside(self) -> bool | None:
        """On which side the bare value lies, whatever may be concluded from it; None: nothing to compare."""
        return None if self.margin is None else self.margin >= 0


def judge(entry: Entry, measured: Measured, *, confirmed: bool = False) -> Verdict:
    """Compare. `confirmed`: an administrator has compared this very limit with the signed text.

    Raises MismatchedError and WrongUnitError for a value that is of another kind than the limit.
    """
    _same_kind(entry, measured)
    bounds = allowed(entry, duration_s=measured.duration_s, shift_h=measured.shift_h, row=measured.row)
    reasons = [*_reasons(entry, measured)]
    if bounds is None:
        reasons.append(Reason.NO_ROW)
    margin = None if bounds is None or measured.value is None else bounds.margin(measured.value)
    unverified = not confirmed and _unseen(entry, measured, bounds)
    outcome = Outcome.UNDETERMINED
    if margin is not None and not reasons:
        outcome, reasons = _compared(entry, measured, margin, unverified=unverified)
    return Verdict(
        outcome=outcome,
        reasons=tuple(reasons),
        cautions=tuple(_cautions(entry, measured, bounds, unverified=unverified)),
        allowed=bounds,
        margin=margin,
        decision_rule=entry.limit_set.decision.rule,
        clause=entry.clause,
        measured=measured,
    )


def _same_kind(entry: Entry, measured: Measured) -> None:
    limit = entry.limit
    if limit.metric in NEVER_JUDGED:
        raise MismatchedError(f"{entry.id} is a {limit.metric} table: nothing is judged by it")
    if measured.metric != limit.metric:
        raise MismatchedError(f"a {measured.metric} cannot be judged by {entry.id}, which limits {limit.metric}")
    if measured.unit != limit.unit:
        raise WrongUnitError(f"the value is in {measured.unit!r}, but {entry.id} is printed in {limit.unit!r}")


def _reasons(entry: Entry, measured: Measured) -> Iterable[Reason]:
    """What forbids any conclusion, whatever the numbers are."""
    yield from measured.unsettled
    if measured.value is None:
        yield Reason.NO_VALUE
    if not measured.decidable:
        yield Reason.MISSING_DATA
    if measured.checks is Checks.FAILED:
        yield Reason.CHECK_FAILED
    if entry.limit.metric in PERSONAL and not measured.personal:
        yield Reason.WRONG_PLACEMENT
    if not entry.in_force(measured.day):
        yield Reason.NOT_IN_FORCE
    if entry.limit_set.scope is not None and measured.situations & set(entry.limit_set.scope.excludes):
        yield Reason.OUT_OF_SCOPE
    if "axis" in entry.limit.when and measured.axis not in _axes(str(entry.limit.when["axis"])):
        yield Reason.AXIS_NOT_STATED


def _axes(text: str) -> list[str]:
    """The axes of a limit's case: 'z', 'x,y', 'horizontal x,y'."""
    return text.rsplit(maxsplit=1)[-1].split(",")


def _unseen(entry: Entry, measured: Measured, bounds: Allowed | None) -> bool:
    """Whether the value, or a rule of the text that this verdict used, was never seen in a source."""
    used = [bounds.adjusted] if bounds is not None and bounds.adjusted is not None else []
    rules = [rule.evidence for rule in used]
    partial = entry.limit_set.partial
    if partial is not None and measured.coverage is not None and not measured.coverage.complete:
        rules.append(partial.evidence)
    return not entry.seen or "memory" in rules


def _compared(entry: Entry, measured: Measured, margin: float, *, unverified: bool) -> tuple[Outcome, list[Reason]]:
    if entry.limit_set.decision.rule == "guarded":
        expanded = measured.expanded_uncertainty
        if expanded is None:
            return Outcome.UNDETERMINED, [Reason.NO_UNCERTAINTY]
        if -expanded <= margin < expanded:
            return Outcome.UNDETERMINED, [Reason.WITHIN_UNCERTAINTY]
    if margin >= 0:
        unsure = [Reason.LOWER_BOUND] if measured.lower_bound else []
        return (Outcome.UNDETERMINED if unsure else Outcome.COMPLIES), unsure
    weak = [] if measured.legal else [Reason.SCREENING]
    weak += [Reason.LIMIT_UNVERIFIED] if unverified else []
    return (Outcome.UNDETERMINED if weak else Outcome.EXCEEDS), weak


def _cautions(entry: Entry, measured: Measured, bounds: Allowed | None, *, unverified: bool) -> Iterable[Caution]:
    if not measured.legal:
        yield Caution.SCREENING
    if unverified:
        yield Caution.LIMIT_UNVERIFIED
    if measured.expanded_uncertainty is None:
        yield Caution.NO_UNCERTAINTY
    if measured.checks is Checks.MISSING:
        yield Caution.CHECKS_MISSING
    if bounds is not None and bounds.adjusted is not None:
        yield Caution.LOWERED_FOR_LONG_SHIFT
    if entry.limit.role != "limit":
        yield Caution.NOT_A_LEGAL_LIMIT
    if entry.valid_from is None:
        yield Caution.FORCE_NOT_RECORDED
