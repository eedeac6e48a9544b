"""Alerts, their trace, and taking one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from alerts.engine.states import Cause, Response
from api.models.base import Form, Id, Moment, Text
from api.models.sites import Priority, Title


class AlertFilter(Form):
    """Which alerts are wanted."""

    state: Literal["open", "all"] = Field(default="open", description="open: not over, not acknowledged or not reset")
    site: Id | None = Field(default=None, description="of this site only")
    before: Id | None = Field(default=None, description="older than this one: the last of the page before")
    limit: int = Field(default=50, ge=1, le=200, description="at most this many, newest first")


Action = Literal["acknowledge", "reset", "shelve", "remove", "bring_back"]


class SetAside(Form):
    """Why an alarm is not announced: shelved for a time, or out of service."""

    action: Literal["shelve", "remove"]
    reason: str
    until: Moment | None = Field(description="null: until a person ends it")
    by: str


class Alert(Form):
    """An episode in which a rule's condition held."""

    id: Id
    title: Title
    kind: str = Field(description="rule kind: `level`, `danger`, `dose`, `silence`, `chain` …")
    priority: Priority
    state: str = Field(description="ISA-18.2 state, e.g. `unacknowledged`")
    cycle: Literal["ordinary", "latching", "danger"]
    actions: list[Action] = Field(description="what this person can do about it now")
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
    detail: str = Field(description="what the rule adds in words; may be empty")
    limit_at: Moment | None = Field(description="event time at which the limit is reached if nothing changes")
    aside: SetAside | None
    close_cause: Cause | None
    close_action: Response | None
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
    """Closing a latched alert after the condition has gone; a danger needs its cause and what was done."""

    note: Text = Field(min_length=1, max_length=500, description="what was done, in words; kept with the alert")
    cause: Cause | None = Field(default=None, description="why it arose")
    action: Response | None = Field(default=None, description="what was done")


class Shelve(Form):
    """Setting an alarm aside for a time: it is followed, not announced."""

    minutes: int = Field(ge=5, le=7 * 24 * 60, description="how long; what lasts longer than 7 days is out of service")
    reason: Text = Field(min_length=1, max_length=500)


class Remove(Form):
    """Taking an alarm out of service until a person brings it back."""

    reason: Text = Field(min_length=1, max_length=500)


class HealthSpan(Form):
    """How far back."""

    days: int = Field(default=30, ge=1, le=366)


class AlarmCount(Form):
    """An alarm (a rule on a channel of a kit) and how often it came."""

    rule: str
    gateway: str
    alerts: int
    latest: Id = Field(description="its latest alert")


class AlarmHealth(Form):
    """The performance figures of ISA-18.2 (IEC 62682) of what the person sees."""

    server_time: Moment
    days: int
    alerts: int
    urgent: int
    high: int
    medium: int
    low: int
    people: int = Field(description="recipients who were told")
    messages: int
    per_person_10_min: float = Field(description="messages a person got in ten minutes, over the whole time")
    worst_10_min: int = Field(description="the most messages that one person got in ten minutes")
    floods: int = Field(description="times that a person got more than ten messages in ten minutes")
    acknowledged_median_s: float | None
    acknowledged_p95_s: float | None
    unacknowledged: int
    set_aside: int
    dead_letters: int
    frequent: list[AlarmCount]
    chattering: list[AlarmCount] = Field(description="three times or more within a minute")
    stale: list[AlarmCount] = Field(description="held for more than a day")


class DeadLetter(Form):
    """A message that was given up after its last attempt."""

    id: Id
    alert: Id
    recipient: str
    medium: str
    attempts: int
    created_at: Moment
    error: str = Field(description="what the other side, or its absence, said last")


class DeadLetters(Form):
    """Messages that were given up, newest first."""

    server_time: Moment
    letters: list[DeadLetter]
