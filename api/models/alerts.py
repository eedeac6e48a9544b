"""Alerts, their trace, and taking one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Id, Moment, Text
from api.models.sites import Priority, Title


class AlertFilter(Form):
    """Which alerts are wanted."""

    state: Literal["open", "all"] = Field(default="open", description="open: not over, not acknowledged or not reset")
    site: Id | None = Field(default=None, description="of this site only")
    before: Id | None = Field(default=None, description="older than this one: the last of the page before")
    limit: int = Field(default=50, ge=1, le=200, description="at most this many, newest first")


class Alert(Form):
    """An episode in which a rule's condition held."""

    id: Id
    title: Title
    kind: str = Field(description="rule kind: `level`, `danger`, `silence`, `chain`")
    priority: Priority
    state: str = Field(description="ISA-18.2 state, e.g. `unacknowledged`")
    actions: list[Literal["acknowledge", "reset"]] = Field(description="what this person can do about it now")
    site: Id | None
    site_name: str
    point: Id | None
    place: str = Field(description="name of the point; empty where the alert has none")
    gateway: str
    quantity: str
    unit: str = Field(description="UCUM; empty where the alert has no value")
    value: str | None = Field(description="the value that raised it, decimal")
    peak: str | None = Field(description="the worst value of the episode, decimal")
    at_least: bool = Field(description="the value is a lower bound: the instrument was saturated")
    set_point: str | None
    late: bool = Field(description="learnt from data that came late; nobody was paged")
    since: Moment | None = Field(description="event time from which the condition held; null: the kit has no clock yet")
    raised_at: Moment | None = Field(description="event time at which it was raised (since and the rule's delay)")
    returned_at: Moment | None = Field(description="event time at which the condition ended; null: it holds")
    recorded_at: Moment = Field(description="when the server learnt of it")
    acknowledged_at: Moment | None
    acknowledged_by: str | None


class Alerts(Form):
    """A list of alerts."""

    server_time: Moment
    alerts: list[Alert]


class TraceStep(Form):
    """One fact in the life of an alert: what happened, when, to whom."""

    at: Moment
    what: str = Field(
        description="`reading`, `received`, `raise`, `sent`, `sent_return`, `delivered`, `failed`, `seen`, `acknowledge` …"
    )
    who: str = Field(description="the person or recipient; may be empty")
    detail: str


class AlertWithTrace(Form):
    """An alert and its trace, oldest step first."""

    server_time: Moment
    alert: Alert
    procedure: str = Field(description="the site's procedure; may be empty")
    trace: list[TraceStep]


class Acknowledge(Form):
    """Taking an alert: "Đã nhận"."""

    note: Text = Field(default="", max_length=500)


class Reset(Form):
    """Closing a latched alert after the condition has gone."""

    note: Text = Field(min_length=1, max_length=500, description="what was done; kept with the alert")
