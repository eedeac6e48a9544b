"""Alerts, their trace, and taking one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Id, Moment
from api.models.sites import Severity


class AlertFilter(Form):
    """Which alerts are wanted."""

    state: Literal["open", "all"] = Field(default="open", description="open: not over or not acknowledged")
    site: Id | None = Field(default=None, description="of this site only")
    limit: int = Field(default=50, ge=1, le=200, description="at most this many, gravest and newest first")


class Alert(Form):
    """An episode in which a rule's condition held."""

    id: Id
    site: Id | None
    site_name: str
    point: Id | None
    place: str = Field(description="name of the point; empty where the rule has none")
    gateway: str
    rule: str = Field(description="the rule's name")
    kind: str = Field(description="rule kind: `level`, `silence`, `chain`")
    severity: Severity
    quantity: str
    unit: str
    value: str | None = Field(description="the value that raised it, decimal; null where the rule has none")
    set_point: str | None
    above: bool = Field(description="true: danger lies above the set-point")
    state: str = Field(description="ISA-18.2 state")
    late: bool = Field(description="from data that came late; nobody was paged")
    raised_at: Moment = Field(description="when the condition began to count, by event time")
    over_at: Moment | None = Field(description="when it ended; null: it still holds")
    acknowledged_at: Moment | None
    acknowledged_by: str | None


class Alerts(Form):
    """A list of alerts."""

    server_time: Moment
    alerts: list[Alert]


class TraceStep(Form):
    """One fact in the life of an alert: what happened, when, to whom."""

    at: Moment
    what: str = Field(description="`reading`, `raised`, `sent`, `delivered`, `failed`, `acknowledged`, `returned` …")
    detail: str


class AlertWithTrace(Form):
    """An alert and its trace, oldest step first."""

    server_time: Moment
    alert: Alert
    procedure: str = Field(description="the site's procedure; may be empty")
    trace: list[TraceStep]


class Acknowledge(Form):
    """Taking an alert: "Đã nhận"."""

    note: str = Field(default="", max_length=500)
