"""A limit set: one legal text (or maker's table) with its limits, and the rules it states about itself."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from exposure.limits.strict import Strict
from exposure.limits.words import UNITS, Category, Compare, Evidence, Metric, Role

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,79}$")]
Situation = Literal["outdoors", "construction", "mine", "vehicle", "cold_store", "headphones"]


class Names(Strict):
    """What a thing is called. Vietnamese may lack where no one has translated it; the page then shows the English."""

    en: str = Field(min_length=1, max_length=300, description="English")
    vi: str | None = Field(default=None, min_length=1, max_length=300, description="Vietnamese")


class Agent(Strict):
    """What people are exposed to."""

    en: str = Field(min_length=1, description="English name")
    vi: str | None = Field(default=None, min_length=1, description="Vietnamese name as the QCVN print it, where known")
    cas: str | None = Field(default=None, pattern=r"^\d{2,7}-\d{2}-\d$", description="CAS number")
    molar_mass: float | None = Field(default=None, gt=0, description="g/mol, for ppm and mg/m³ of a gas or vapour")


class Source(Strict):
    """Where values were seen, and what that is worth."""

    text: str = Field(min_length=1, description="Document or page")
    evidence: Evidence = Field(description="official_copy, secondary, or memory: not seen")


class Decision(Strict):
    """How a value with its uncertainty is compared."""

    rule: Literal["simple_acceptance", "guarded"] = Field(
        description="simple: U is printed beside the value and not counted; guarded: complies only with U below, exceeds only with U above"
    )
    basis: Literal["stated", "assumed"] = Field(description="Whether the text says so")
    note: str = Field(default="", description="What the text says")


class Conversion(Strict):
    """Conditions at which this text converts ppm and mg/m³."""

    temperature_c: float = Field(description="°C")
    molar_volume: float = Field(gt=0, description="L/mol at that temperature and 101.325 kPa")


class LongShift(Strict):
    """What becomes of a limit in a shift longer than 8 h."""

    rule: Literal["none", "brief_scala_daily", "osha_lead", "osha_action_level"] = Field(
        description="How the limit is lowered"
    )
    compare: Literal["normalised_8h", "mean_over_actual_hours"] = Field(
        description="With which value it is then compared"
    )
    evidence: Evidence = Field(description="How this rule was seen")
    note: str = Field(default="", description="What the text calls it")


class Partial(Strict):
    """What the text allows where not the whole exposure was measured."""

    gaps: Literal["unknown", "same_as_measured"] = Field(description="What unmeasured time counts as")
    evidence: Evidence = Field(description="How this rule was seen")
    note: str = Field(default="", description="What the text says")


class Scope(Strict):
    """What the text leaves out."""

    excludes: tuple[Situation, ...] = Field(description="Situations in which it does not apply")
    note: Names = Field(description="In words, for the page")


class Pending(Strict):
    """Values that the text holds and this set does not yet."""

    note: Names = Field(description="What is missing, and where to get it")
    agents: tuple[str, ...] = Field(default=(), description="Names of the agents that are known to be in it")


class Limit(Strict):
    """One limit. Exactly one of `value`, `range` and `table` says how much."""

    agent: Word = Field(description="Code of agents.yaml, or of the set's own `agents`")
    metric: Metric = Field(description="What is compared")
    unit: str = Field(description="UCUM unit as printed")
    value: float | None = Field(default=None, description="The limit")
    range: tuple[float, float] | None = Field(default=None, description="Lowest and highest that comply")
    table: dict[str, float | None] | None = Field(
        default=None, min_length=1, description="By duration in s, octave band in Hz, level or name of a set-point"
    )
    compare: Compare = Field(default="at_most", description="On which side it is exceeded")
    role: Role = Field(default="limit", description="Limit, action value, guidance, alarm or reference")
    averaging_s: float | None = Field(default=None, gt=0, description="Time over which the value is a mean, s")
    when: dict[Word, str | float] = Field(default_factory=dict, description="To which case it applies")
    label: Names | None = Field(default=None, description="The case in words")
    clause: str = Field(default="", description="Table or clause of the text")
    source: Word = Field(default="text", description="Key of the set's sources")
    valid_from: date | None = Field(default=None, description="First day; left out: that of the set")
    valid_to: date | None = Field(default=None, description="Last day; left out: that of the set")
    long_shift: LongShift | None = Field(default=None, description="Its own rule, where it differs from the set's")
    note: str = Field(default="", description="What one should know")

    @model_validator(mode="after")
    def _says_how_much_once(self) -> Limit:
        if [self.value, self.range, self.table].count(None) != 2:
            raise ValueError("exactly one of value, range and table is needed")
        if (self.range is None) == (self.compare == "range"):
            raise ValueError("compare 'range' belongs to a range, and a range to it")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError(f"the range {self.range} does not rise")
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is not one of {', '.join(sorted(UNITS))}")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self


class LimitSet(Strict):
    """A legal text, a recommendation or a maker's table, with its limits."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this schema")
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2,12}$")] = Field(
        description="VN, US, EU, …, INT, INDUSTRY, AGENCY"
    )
    instrument: str = Field(min_length=1, max_length=200, description="The text as it is cited")
    title: Names = Field(description="What it is about")
    category: Category = Field(description="Kind of factor")
    standing: Literal["binding", "indicative", "recommended", "industry", "agency"] = Field(
        description="Force of the text"
    )
    valid_from: date | None = Field(default=None, description="In force from; left out: not recorded, taken as always")
    valid_to: date | None = Field(default=None, description="Last day in force; left out: still in force")
    decision: Decision = Field(description="How value and uncertainty are compared")
    conversion: Conversion | None = Field(default=None, description="ppm and mg/m³, for chemicals")
    long_shift: LongShift | None = Field(default=None, description="Shifts over 8 h")
    partial: Partial | None = Field(default=None, description="Measurements of a part of the exposure")
    scope: Scope | None = Field(default=None, description="What it leaves out")
    pending: Pending | None = Field(default=None, description="Values still to be entered")
    reason: str = Field(default="", max_length=1000, description="Why an agency set it; required for its own sets")
    sources: dict[Word, Source] = Field(default_factory=dict, description="Where values were seen")
    agents: dict[Word, Agent] = Field(default_factory=dict, description="Agents that agents.yaml does not have")
    limits: dict[Word, Limit] = Field(default_factory=dict, description="The limits by name")

    @model_validator(mode="after")
    def _parts_fit(self) -> LimitSet:
        for name, limit in self.limits.items():
            if limit.source not in self.sources:
                raise ValueError(
                    f"limits.{name}: source {limit.source!r} is none of {', '.join(self.sources) or 'nothing'}"
                )
        if not self.limits and self.pending is None and self.scope is None:
            raise ValueError("a set without limits must say what is pending")
        if (self.standing == "agency") != (self.jurisdiction == "AGENCY"):
            raise ValueError("standing 'agency' and jurisdiction 'AGENCY' belong together")
        if self.standing == "agency" and not self.reason.strip():
            raise ValueError("reason is required: an agency says why it sets a limit of its own")
        return self


def digest_of(limit_set: LimitSet, name: str) -> str:
    """SHA-256 of a limit with the rules of its set: what an administrator confirms, and what a result was judged by."""
    rules = limit_set.model_dump(mode="json", exclude={"limits", "agents", "title", "sources", "pending"})
    text = json.dumps([rules, limit_set.limits[name].model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
