"""Sites, and a site live: what is measured where, now."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Id, Moment

Priority = Literal["urgent", "high", "medium", "low"]
"""How urgent an alert is; `urgent` is danger to life."""


class Title(Form):
    """What an alert is called, in the languages of the page."""

    vi: str
    en: str


class Site(Form):
    """A workplace under measurement, as listed."""

    id: Id
    name: str
    address: str
    agency: str
    timezone: str = Field(description="IANA name, e.g. Asia/Ho_Chi_Minh")
    kits: int = Field(ge=0, description="kits that measure here now")
    points: int = Field(ge=0, description="points that are measured here now")
    open_alerts: int = Field(ge=0, description="alerts that are not over or not acknowledged")
    worst: Priority | None = Field(description="gravest priority among them; `urgent` is danger to life")
    measured_at: Moment | None = Field(description="when the last reading here was measured; null: none yet")


class Sites(Form):
    """The sites the person sees."""

    server_time: Moment
    sites: list[Site]


class LimitLine(Form):
    """A set-point that a rule holds for a point; the chart draws it."""

    value: float = Field(description="in the point's unit")
    above: bool = Field(description="true: the condition holds at and above the value; false: at and below it")
    priority: Priority
    title: Title


class LivePoint(Form):
    """A point with its latest measured value. Latest means last measured, never last received."""

    id: Id
    name: str
    quantity: str
    unit: str = Field(description="UCUM; empty until the first descriptor arrives")
    instrument: str = Field(description="maker, model and serial number; empty until the first descriptor arrives")
    gateway: str
    interval_s: float | None = Field(description="nominal time between readings; null: unknown")
    value: str | None = Field(description="decimal with the instrument's own digits; null: no value")
    quality: str | None = Field(description="quality word of the value, e.g. `ok`; null: never measured")
    measured_at: Moment | None
    limits: list[LimitLine]
    alert: Priority | None = Field(description="gravest priority among the alerts that are open on this point")


class SiteLive(Form):
    """A site now."""

    server_time: Moment = Field(description="ages are server_time − measured_at, whatever the browser's clock says")
    cursor: str = Field(description="give it to the live socket to continue from here")
    site: Site
    procedure: str = Field(description="what to do on danger, three lines at most")
    points: list[LivePoint]
