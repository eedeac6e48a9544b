"""Taking an alert by the link of a message, without a log-in."""

from __future__ import annotations

from pydantic import Field

from api.models.base import Form, Id, Moment, Text
from api.models.sites import Priority, Title


class Token(Form):
    """What stands behind the `#` of the link."""

    token: Text = Field(min_length=20, max_length=100)


class Taking(Form):
    """The alert of a link and the person whose link it is."""

    server_time: Moment
    alert: Id
    person: str = Field(description="who acknowledges by this link")
    title: Title
    priority: Priority
    state: str
    place: str
    site_name: str
    value: str | None
    unit: str
    since: Moment | None
    may_take: bool = Field(description="it waits for somebody to acknowledge")
    acknowledged_at: Moment | None
    acknowledged_by: str | None
