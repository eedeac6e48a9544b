"""Results: values against limits with the verdict as it was given. Only ever added to; a new computation is a new row."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from store.exposure_groups import NoSuchExposure
from store.measurements import MAX_PAGE, Stretch, stretches_of
from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from asyncpg import Record

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class NewResult:
    """A row of exposure_result, in the order of its statement. Words are those of exposure/verdict.py."""

    agency: int
    site: int
    place: str
    measurement: int | None
    assignment: int | None
    exposure_group: int | None
    group_version: int | None
    worker: str | None
    people: int | None
    origin: str
    document: str
    standing: str
    lacking: list[str]
    day: date
    limit_id: str
    limit_digest: str
    limit_text: dict[str, Any]
    confirmation: int | None
    metric: str
    unit: str
    value: float | None
    lower_bound: bool
    expanded_uncertainty: float | None
    uncertainty_basis: str
    measured_s: float | None
    expected_s: float | None
    left_out_s: dict[str, float]
    gaps: str
    shift_h: float | None
    computed_by_rule: str
    checks: str
    outcome: str
    reasons: list[str]
    cautions: list[str]
    margin: float | None
    allowed_low: float | None
    allowed_high: float | None
    decision_rule: str
    clause: str


@dataclass(frozen=True, slots=True)
class Result:
    """A result with the names and times that a page shows."""

    id: int
    said: NewResult
    computed_at: datetime
    computed_by_name: str
    site_name: str
    timezone: str
    group_name: str | None
    replaced_by: int | None
    """A later computation of the same measurement against the same limit."""
    shift: Stretch | None = None
    breaks: list[Stretch] = field(default_factory=list)
    measured: Stretch | None = None
    method: str | None = None
    organisation: str | None = None
    point: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A measurement that went into the result of a group."""

    measurement: int
    assignment: int
    value: float
    measured_s: float


@dataclass(frozen=True, slots=True)
class ShownPart(Part):
    """A part with its time and place."""

    from_at: datetime
    until_at: datetime
    place: str
    worker: str | None


_JSON = ("limit_text", "left_out_s")
_SAID = tuple(part.name for part in fields(NewResult))
_SHOWN = (
    "id", "computed_at", "computed_by_name", "site_name", "timezone", "group_name", "replaced_by", "method",
    "organisation", "point", "kind",
)  # fmt: skip


async def add_result(conn: Connection, person: int, new: NewResult) -> int:
    """Keep a result. Returns its number."""
    values = dict(zip(_SAID, astuple(new), strict=True))
    values |= {name: json.dumps(getattr(new, name), ensure_ascii=False) for name in _JSON}
    return int(await conn.fetchval(sql("exposure/add_result"), *values.values(), person))


async def add_group_result(conn: Connection, person: int, new: NewResult, made_of: Sequence[Part]) -> int:
    """Keep the result of a group with the measurements that it is made of. Returns its number."""
    async with conn.transaction():
        number = await add_result(conn, person, new)
        await conn.executemany(sql("exposure/add_part"), [(number, *astuple(part)) for part in made_of])
    return number


async def parts(conn: Connection, number: int) -> list[ShownPart]:
    """The measurements of a group's result, in time order; none for any other."""
    return [ShownPart(**row) for row in await conn.fetch(sql("exposure/parts"), number)]


async def results(
    conn: Connection,
    person: int,
    *,
    site: int | None = None,
    before: int | None = None,
    latest: bool = True,
    limit: int = 50,
) -> list[Result]:
    """Results that the person sees, newest first; `latest`: without those that a later computation has replaced."""
    rows = await conn.fetch(sql("exposure/results"), person, site, before, None, latest, min(limit, MAX_PAGE))
    return [_result(row) for row in rows]


async def result(conn: Connection, person: int, number: int) -> Result:
    """One result. Raises NoSuchExposure."""
    row = await conn.fetchrow(sql("exposure/results"), person, None, None, number, False, 1)
    if row is None:
        raise NoSuchExposure(f"no result {number}")
    return _result(row)


def _result(row: Record) -> Result:
    said = {name: row[name] for name in _SAID}
    said |= {name: json.loads(said[name]) for name in _JSON}
    measured = row["shift_from"] is not None
    return Result(
        said=NewResult(**said),
        shift=(row["shift_from"], row["shift_until"]) if measured else None,
        breaks=stretches_of(row["breaks"]) or [],
        measured=(row["from_at"], row["until_at"]) if measured else None,
        **{name: row[name] for name in _SHOWN},
    )
