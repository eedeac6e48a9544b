"""What all JSON forms share: the strict base, identifiers, the form of an error."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""An identifier of a row; it carries no meaning."""

Text = Annotated[str, Field(pattern=r"^[^\u0000]*$")]
"""What a person types. The database takes every character but NUL."""


def _utc_text(moment: AwareDatetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[AwareDatetime, PlainSerializer(_utc_text, return_type=str, when_used="json")]
"""A point in time, RFC 3339, answered in UTC with milliseconds."""


def _of_our_time(moment: AwareDatetime) -> AwareDatetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("a time between 2000 and 2199 is meant")
    return moment


StatedMoment = Annotated[
    Moment, AfterValidator(_of_our_time), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A point in time that a person states."""


class Form(BaseModel):
    """Base of every JSON form: unknown members are refused, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Form):
    """Why a request was not done."""

    code: str = Field(description="stable word for programs, e.g. `not_found`")
    detail: str = Field(description="one sentence in English, for a person")
