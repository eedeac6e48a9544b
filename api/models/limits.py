"""Exposure limits as the page shows them, what was confirmed, and sets of an agency's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from api.models.base import Form, Id, Moment, Text

LimitId = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[a-z0-9_.]+$")]
"""`<set>.<limit>`, e.g. `vn.qcvn_24_2016.lex_8h`."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LimitFilter(Form):
    """Which limits are wanted."""

    on: date | None = Field(default=None, description="in force on this day; left out: today")
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2,12}$")] | None = Field(
        default=None, description="VN, US, EU, INT, INDUSTRY, AGENCY …"
    )
    category: Annotated[str, Field(pattern=r"^[a-z_]{3,30}$")] | None = Field(
        default=None, description="chemical, dust, noise, vibration, microclimate, lighting, radiation …"
    )
    text: Text = Field(
        default="", max_length=100, description="mentioned by agent, CAS number, text of law, case or id"
    )
    after: LimitId | None = Field(default=None, description="those after this one: the last of the page before")
    limit: int = Field(default=50, ge=1, le=500, description="at most this many")


class Name(Form):
    """A name in the languages of the page; Vietnamese may lack."""

    en: str
    vi: str | None


class Confirmation(Form):
    """An administrator has compared a limit with the signed text."""

    id: Id
    agency: str
    document: str = Field(description="the signed text that was read, and where")
    confirmed_by: str
    confirmed_at: Moment
    withdrawn_by: str | None
    withdrawn_at: Moment | None
    holds: bool = Field(description="in force for this person's agency and for the limit as it is now")


class TableRow(Form):
    """A row of a printed table."""

    key: str = Field(description="duration in s, octave band in Hz, or a name")
    value: float | None


class ExposureLimit(Form):
    """A limit with its source and the rules of its text."""

    id: LimitId
    jurisdiction: str
    instrument: str
    clause: str
    category: str
    standing: str = Field(description="binding, indicative, recommended, industry, agency")
    agent: Name
    cas: str | None
    case: Name | None = Field(description="to which case it applies")
    metric: str
    role: str = Field(description="limit, action, guidance, alarm, reference")
    compare: str = Field(description="at_most, at_least, range; the value itself complies")
    unit: str = Field(description="UCUM")
    value: float | None
    low: float | None
    high: float | None
    table: list[TableRow]
    averaging_s: float | None
    valid_from: date | None
    valid_to: date | None
    evidence: str = Field(description="official_copy, secondary, or memory: the printed value was not seen")
    source: str
    verified: bool = Field(description="seen in a source, or confirmed against the signed text")
    confirmation: Confirmation | None = Field(description="the one that holds")
    decision_rule: str
    decision_basis: str = Field(description="stated by the text, or assumed")
    long_shift: str = Field(description="what becomes of it above 8 h; empty: nothing")
    partial: str = Field(description="what the text allows where not all was measured; empty: nothing")
    conversion_c: float | None = Field(description="°C at which its text converts ppm and mg/m³")
    excludes: Name | None = Field(description="what its text leaves out")
    note: str
    reason: str = Field(description="why an agency set it; empty for the law")
    digest: Digest


class PendingText(Form):
    """A text in force whose values are still to be entered, wholly or in part."""

    set: str
    instrument: str
    title: Name
    note: Name
    valid_from: date | None
    agents: list[str]


class OwnSet(Form):
    """A set of an agency's own, as it was written."""

    id: Id
    agency: str
    name: str
    reason: str
    added_by: str
    added_at: Moment
    yaml: str
    fault: str = Field(description="why this version of the platform cannot read it; empty: it can")


class Limits(Form):
    """Limits in force on a day."""

    server_time: Moment
    on: date
    total: int = Field(ge=0, description="how many match")
    limits: list[ExposureLimit]
    pending: list[PendingText]
    own_sets: list[OwnSet]
    may_confirm: bool = Field(description="whether this person may confirm limits and add sets")


class LimitAsked(Form):
    """Which limit."""

    id: LimitId


class OneLimit(Form):
    """A limit with every confirmation that was ever made of it."""

    server_time: Moment
    limit: ExposureLimit
    confirmations: list[Confirmation]
    may_confirm: bool


class LimitsOn(Form):
    """Limits of a day."""

    on: date | None = Field(default=None, description="in force on this day; left out: today")


class JudgeableBy(Form):
    """The limits by which what a placement measures can be judged."""

    server_time: Moment
    on: date
    limits: list[ExposureLimit]


class ConfirmLimit(Form):
    """An administrator has read the signed text and found the limit there."""

    limit: LimitId
    digest: Digest = Field(description="of the limit as it was read; another one is a conflict")
    document: Text = Field(min_length=1, max_length=500, description="the signed text that was read, and where")


class NewOwnSet(Form):
    """A limit set of the agency's own. It stands beside the law and replaces none of it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
    yaml: Text = Field(min_length=1, max_length=12_000, description="as `antoan limits check` reads it")


class Made(Form):
    """The number of what was made."""

    server_time: Moment
    id: Id
