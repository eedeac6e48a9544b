"""Exposure groups, measurements, field checks and assignments. Persons are codes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.models.base import Form, Id, Moment, StatedMoment, Text

Worker = Annotated[str, Field(pattern=r"^[A-Za-z0-9Đđ-]{1,40}$")]
"""A code, never a name: NLĐ-07."""
LocalTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""HH:MM at the site; an end before its start lies on the next day."""
Gaps = Literal["unknown", "same_as_measured", "zero"]
Situation = Literal["outdoors", "construction", "mine", "vehicle", "cold_store", "headphones"]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class Stretch(Form):
    """From, until."""

    from_at: StatedMoment
    until_at: StatedMoment


class Break(Form):
    """A break of a shift, by the clock at the site."""

    starts: LocalTime
    ends: LocalTime


class Shift(Form):
    """A shift of a group, by the clock at the site."""

    name: Text = Field(min_length=1, max_length=100)
    starts: LocalTime
    ends: LocalTime
    breaks: list[Break] = Field(default_factory=list, max_length=20)


class Task(Form):
    """A task of a group with its duration in a shift."""

    name: Text = Field(min_length=1, max_length=200)
    duration_min: float = Field(gt=0, le=1440)
    agents: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=20)


class GroupSaid(Form):
    """What is known of a group; with a reason it is a correction."""

    head_count: int = Field(ge=1, le=1_000_000, description="people in the group")
    shifts: list[Shift] = Field(default_factory=list, max_length=10)
    tasks: list[Task] = Field(default_factory=list, max_length=30)
    workers: list[Worker] = Field(default_factory=list, max_length=200, description="codes, never names")


class NewGroup(GroupSaid):
    """A group of workers with the same tasks and agents."""

    name: Text = Field(min_length=1, max_length=200)


class CorrectGroup(GroupSaid):
    """A new version of a group; the one before stays."""

    reason: Text = Field(min_length=1, max_length=1000, description="why it is corrected")


class Group(Form):
    """A group in one version."""

    id: Id
    site: Id
    name: str
    version: int
    said: GroupSaid
    reason: str
    written_at: Moment
    written_by: str


class Groups(Form):
    """The groups of a site, or the versions of one, newest first."""

    server_time: Moment
    groups: list[Group]


class Placement(Form):
    """Where an instrument's channel measures, or measured."""

    id: Id
    point: Id
    place: str
    quantity: str
    gateway: str
    kind: str = Field(description="area, ear, breathing_zone")
    worker: str | None
    from_at: Moment
    until_at: Moment | None


class Placements(Form):
    """Placements at a site, newest first."""

    server_time: Moment
    placements: list[Placement]


class Stands(Form):
    """Whom a measurement stands for. Without occupancy an area measurement is no person's exposure."""

    group: Id | None = Field(default=None, description="exposure group, as it stands now")
    worker: Worker | None = None
    occupancy: list[Stretch] | None = Field(
        default=None, max_length=50, description="when the people were at the placement; left out: not stated"
    )


class Assign(Stands):
    """A correction of whom a measurement stands for; the version before stays."""

    reason: Text = Field(min_length=1, max_length=1000)


class Assignment(Form):
    """Whom a measurement stands for, in one version."""

    version: int
    group: Id | None
    group_version: int | None
    group_name: str | None
    people: int | None
    worker: str | None
    occupancy: list[Stretch] | None
    reason: str
    written_at: Moment
    written_by: str


class NewCheck(Form):
    """A field check against a reference: acoustic calibrator, test gas."""

    moment: Literal["before", "after"]
    checked_at: StatedMoment
    reference: Number
    found: Number
    tolerance: float = Field(gt=0, le=1e9, description="largest deviation that passes")
    unit: Text = Field(min_length=1, max_length=40)
    note: Text = Field(default="", max_length=500)


class FieldCheck(NewCheck):
    """A field check that is kept."""

    id: Id
    passed: bool
    written_by: str


class MeasurementSaid(Form):
    """What a person states of a measurement: one placement within one shift."""

    shift: Stretch
    breaks: list[Stretch] = Field(default_factory=list, max_length=20)
    measured: Stretch = Field(description="within the shift")
    method: Text = Field(default="", max_length=200, description="accepted method; a legal result needs one")
    organisation: Text = Field(
        default="", max_length=200, description="qualified organisation; a legal result needs one"
    )
    verification: Text = Field(default="", max_length=100, description="number of the verification certificate")
    verified_until: date | None = None
    gaps: Gaps = Field(default="unknown", description="what unmeasured time counts as")
    gaps_reason: Text = Field(default="", max_length=500, description="an assumption needs its reason")
    expanded_uncertainty: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        default=None, description="U in the unit of the limit, where it is known better"
    )
    uncertainty_basis: Text = Field(default="", max_length=500)
    situations: list[Situation] = Field(default_factory=list, max_length=6)


class NewMeasurement(MeasurementSaid):
    """A measurement to keep."""

    placement: Id
    stands: Stands | None = Field(default=None, description="whom it stands for; left out: the position alone")


class Measurement(Form):
    """A measurement with every version of whom it stands for and its field checks."""

    id: Id
    site: Id
    placement: Id
    point: Id
    place: str
    quantity: str
    kind: str
    said: MeasurementSaid
    assignments: list[Assignment] = Field(description="newest first; the first holds")
    checks: list[FieldCheck]
    created_at: Moment
    created_by: str


class OneMeasurement(Form):
    """One measurement."""

    server_time: Moment
    measurement: Measurement


class Measurements(Form):
    """Measurements at a site, newest first, without their versions and checks."""

    server_time: Moment
    measurements: list[Measurement]
