"""Messages of the live socket, server to browser. The browser sends nothing but pongs.

After the first `readings` message everything newer than the browser's cursor follows in the order of arrival; a browser
places readings by `time_ms`, the time of measurement. `reset` says: fetch the site anew, something could not be sent.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Id, Moment


class LiveReading(Form):
    """One reading of a point."""

    point: Id
    time_ms: int = Field(description="time of measurement, ms since 1970-01-01T00:00Z")
    value: str | None = Field(description="decimal with the instrument's own digits; null: no value")
    quality: str


class LiveReadings(Form):
    """Readings that have arrived."""

    type: Literal["readings"] = "readings"
    server_time: Moment
    cursor: str = Field(description="continue from here after a lost connection")
    readings: list[LiveReading]


class LiveAlerts(Form):
    """Alerts that the person sees have changed; fetch them."""

    type: Literal["alerts"] = "alerts"
    server_time: Moment


class LiveReset(Form):
    """The browser was too slow or its cursor too old: fetch the site anew, then go on with `cursor`."""

    type: Literal["reset"] = "reset"
    server_time: Moment
    cursor: str


class LiveTick(Form):
    """Nothing new; the connection lives. Sent when nothing else was for 5 seconds."""

    type: Literal["tick"] = "tick"
    server_time: Moment
