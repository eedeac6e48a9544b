"""Results: a value against a limit with the verdict and all that it rests on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.models.base import Form, Id, Moment, Text
from api.models.exposure import Number, Situation, Stretch, Worker
from api.models.limits import ExposureLimit, LimitId, Name, TableRow

Outcome = Literal["complies", "exceeds", "undetermined"]
Standing = Literal["legal", "screening"]


class ComputeResult(Form):
    """Judge a measurement by a limit."""

    limit: LimitId


class GroupResult(Form):
    """Judge a group by several measurements of it (ISO 9612:2009)."""

    limit: LimitId = Field(description="one of LEX,8h")
    strategy: Literal["full_day", "job"] = Field(description="whole shifts, or samples of a job")
    measurements: list[Id] = Field(min_length=3, max_length=30)
    duration_h: Annotated[float, Field(gt=0, le=24)] | None = Field(
        default=None, description="effective day of the group; for whole shifts their mean when left out"
    )


class EnterResult(Form):
    """A result that was not measured through the platform."""

    source: Literal["laboratory", "hand_held", "dosimeter_file"]
    place: Text = Field(min_length=1, max_length=200)
    limit: LimitId
    day: date = Field(description="of the shift's start, at the site")
    value: Number
    unit: Text = Field(
        min_length=1, max_length=40, description="UCUM; ppm and mg/m³ are converted by the limit's own rule"
    )
    expanded_uncertainty: Annotated[float, Field(ge=0, le=1e9)] | None = None
    uncertainty_basis: Text = Field(default="", max_length=500)
    standing: Standing
    document: Text = Field(default="", max_length=500, description="report, protocol or file; a legal result needs one")
    organisation: Text = Field(default="", max_length=200, description="a legal result needs a qualified one")
    method: Text = Field(default="", max_length=200, description="a legal result needs an accepted one")
    personal: bool = Field(description="measured at the person, or weighted by the person's occupancy times")
    checks: Literal["passed", "failed", "missing"]
    group: Id | None = None
    worker: Worker | None = None
    exposure_h: Annotated[float, Field(gt=0, le=24)] | None = None
    shift_h: Annotated[float, Field(gt=0, le=24)] | None = None
    row: Text | None = Field(default=None, max_length=40, description="octave band or other row of a table")
    axis: Literal["x", "y", "z"] | None = None
    situations: list[Situation] = Field(default_factory=list, max_length=6)


class ResultFilter(Form):
    """Which results are wanted."""

    site: Id | None = None
    before: Id | None = Field(default=None, description="older than this one")
    limit: int = Field(default=50, ge=1, le=200)
    all: bool = Field(default=False, description="also those that a later computation has replaced")


class LeftOut(Form):
    """Readings that do not count."""

    quality: str
    seconds: float


class JudgedBy(Form):
    """The limit as it was when the verdict was given."""

    id: str
    agent: Name
    case: Name | None
    instrument: str
    clause: str
    standing: str
    role: str
    metric: str
    compare: str
    unit: str
    value: float | None
    table: list[TableRow]
    low: float | None = Field(description="lowest value that complied in this case")
    high: float | None = Field(description="highest value that complied in this case")
    valid_from: date | None
    valid_to: date | None
    evidence: str
    source: str
    confirmed: bool
    decision_rule: str


class Result(Form):
    """A result. `outcome` is what may be said; `inside` on which side the bare value lies."""

    id: Id
    site: Id
    site_name: str
    timezone: str
    place: str
    point: Id | None
    measurement: Id | None
    kind: str | None = Field(description="area, ear, breathing_zone; null for entered results")
    group: Id | None
    group_name: str | None
    worker: str | None
    people: int | None
    origin: str = Field(description="measured, group, laboratory, hand_held, dosimeter_file")
    document: str
    method: str
    organisation: str
    standing: Standing
    lacking: list[str] = Field(description="what a legal result would need: instrument, verification, checks, method …")
    day: date
    value: float | None
    lower_bound: bool
    expanded_uncertainty: float | None
    uncertainty_basis: str
    measured_s: float | None
    expected_s: float | None
    left_out: list[LeftOut]
    gaps: str
    shift_h: float | None
    computed_by_rule: str
    checks: str
    outcome: Outcome
    inside: bool | None
    reasons: list[str]
    cautions: list[str]
    margin: float | None
    limit: JudgedBy
    shift: Stretch | None
    breaks: list[Stretch]
    computed_at: Moment
    computed_by: str
    replaced_by: Id | None


class Results(Form):
    """Results, newest first."""

    server_time: Moment
    results: list[Result]


class PartLine(Form):
    """A measurement that went into the result of a group."""

    measurement: Id
    place: str
    worker: str | None
    from_at: Moment
    until_at: Moment
    value: float
    measured_s: float


class CheckLine(Form):
    """A field check as the result shows it."""

    moment: str
    at: Moment
    reference: float
    found: float
    unit: str
    passed: bool


class OneResult(Form):
    """A result with its field checks and the limit as it is now."""

    server_time: Moment
    result: Result
    checks: list[CheckLine]
    parts: list[PartLine] = Field(description="measurements that the result of a group is made of")
    limit_now: ExposureLimit | None = Field(description="null: no longer among the limits of this agency")
    unchanged: bool = Field(description="the limit is today what it was judged by")
