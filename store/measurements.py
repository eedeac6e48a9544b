"""Measurements: one quantity at one placement within one shift, whom it stands for, and the field checks around it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from store.exposure_groups import NoSuchExposure
from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from asyncpg import Record
    from numpy.typing import NDArray

    from store.connection import Connection

MAX_PAGE = 200
LOCK = 71_002
"""Advisory lock of corrections of a measurement, by its number."""
Stretch = tuple[datetime, datetime]
"""From, until."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement as a measurement needs it."""

    id: int
    agency: int
    site: int
    gateway: str
    channel: int
    point: int
    place: str
    quantity: str
    kind: str
    worker: str | None
    from_at: datetime
    until_at: datetime | None
    timezone: str


@dataclass(frozen=True, slots=True)
class NewMeasurement:
    """What a person states. Gaps: `unknown`, `same_as_measured`, `zero`; an assumption needs its reason."""

    shift: Stretch
    breaks: list[Stretch]
    measured: Stretch
    method: str = ""
    organisation: str = ""
    verification: str = ""
    verified_until: date | None = None
    gaps: str = "unknown"
    gaps_reason: str = ""
    expanded_uncertainty: float | None = None
    uncertainty_basis: str = ""
    situations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement with where it was made."""

    id: int
    agency: int
    placement: int
    site: int
    timezone: str
    gateway: str
    channel: int
    kind: str
    point: int
    place: str
    quantity: str
    said: NewMeasurement
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom a measurement stands for, in one version. Occupancy None: not stated."""

    version: int
    exposure_group: int | None
    group_version: int | None
    group_name: str | None
    head_count: int | None
    worker: str | None
    occupancy: list[Stretch] | None
    reason: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """A field check against a reference."""

    id: int
    moment: str
    checked_at: datetime
    reference: float
    found: float
    tolerance: float
    unit: str
    passed: bool
    note: str
    written_by: str


@dataclass(frozen=True, slots=True)
class DescribedChannel:
    """A server channel of the placement's gateway channel."""

    id: int
    quantity: str
    unit: str
    exponent: int
    interval_us: int | None
    name: str
    instrument: str
    descriptor: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Samples:
    """Readings of one channel in time order: UTC µs, scaled integers, quality codes."""

    time_us: NDArray[np.int64]
    value: NDArray[np.int64]
    quality: NDArray[np.int64]


async def placements(conn: Connection, person: int, site: int) -> list[Placed]:
    """Placements at a site that the person sees, newest first."""
    return [Placed(**row) for row in await conn.fetch(sql("exposure/placements"), person, site, None)]


async def placement(conn: Connection, person: int, number: int) -> Placed:
    """One placement. Raises NoSuchExposure."""
    row = await conn.fetchrow(sql("exposure/placements"), person, None, number)
    if row is None:
        raise NoSuchExposure(f"no placement {number}")
    return Placed(**row)


async def channels_of(conn: Connection, gateway: str, channel: int) -> list[DescribedChannel]:
    """What a gateway's channel was described as, the latest first."""
    rows = await conn.fetch(sql("exposure/channels"), gateway, channel)
    return [DescribedChannel(**{**row, "descriptor": json.loads(row["descriptor"])}) for row in rows]


async def samples(conn: Connection, channel: int, since: datetime, until: datetime) -> Samples:
    """The readings of a channel in [since, until)."""
    rows = await conn.fetch(sql("readings/of_channels"), [channel], since, until)
    columns = np.array([(row["time_us"], row["value"], row["quality"]) for row in rows], np.int64).reshape(-1, 3)
    return Samples(*np.ascontiguousarray(columns[columns[:, 0] < int(until.timestamp() * 1e6)].T))


async def doubts(conn: Connection, channel: int, since: datetime, until: datetime) -> list[Stretch]:
    """Stretches that a failed check of the kit has put in doubt (store/marks.py), within [since, until)."""
    rows = await conn.fetch(sql("exposure/marks"), channel, since, until)
    return [(row["from_at"], row["until_at"]) for row in rows]


async def add_measurement(conn: Connection, person: int, placed: Placed, new: NewMeasurement) -> int:
    """Keep a measurement; it belongs to the agency of the deployment."""
    return int(
        await conn.fetchval(
            sql("exposure/add_measurement"),
            placed.agency,
            placed.id,
            *new.shift,
            stretches_json(new.breaks),
            *new.measured,
            new.method,
            new.organisation,
            new.verification,
            new.verified_until,
            new.gaps,
            new.gaps_reason,
            new.expanded_uncertainty,
            new.uncertainty_basis,
            list(new.situations),
            person,
        )
    )


async def measurements(conn: Connection, person: int, site: int | None, limit: int = 100) -> list[Measurement]:
    """Measurements that the person sees, newest first."""
    rows = await conn.fetch(sql("exposure/measurements"), person, site, None, min(limit, MAX_PAGE))
    return [_measurement(row) for row in rows]


async def measurement(conn: Connection, person: int, number: int) -> Measurement:
    """One measurement. Raises NoSuchExposure."""
    row = await conn.fetchrow(sql("exposure/measurements"), person, None, number, 1)
    if row is None:
        raise NoSuchExposure(f"no measurement {number}")
    return _measurement(row)


async def assignments(conn: Connection, number: int) -> list[Assignment]:
    """Every version of whom a measurement stands for, newest first."""
    rows = await conn.fetch(sql("exposure/assignments"), number)
    return [Assignment(**{**row, "occupancy": stretches_of(row["occupancy"])}) for row in rows]


async def assign(
    conn: Connection,
    person: int,
    number: int,
    *,
    group: tuple[int, int] | None,
    worker: str | None,
    occupancy: list[Stretch] | None,
    reason: str,
) -> int:
    """A new version of whom the measurement stands for; `group` with its version. Raises NoSuchExposure."""
    async with conn.transaction():
        await conn.execute(sql("exposure/lock"), LOCK, number)
        version = await conn.fetchval(sql("exposure/next_assignment"), person, number)
        if version is None:
            raise NoSuchExposure(f"no measurement {number}")
        stated = None if occupancy is None else stretches_json(occupancy)
        arguments = (number, version, *(group or (None, None)), worker, stated, reason, person)
        await conn.execute(sql("exposure/add_assignment"), *arguments)
    return int(version)


async def checks(conn: Connection, number: int) -> list[Check]:
    """The field checks of a measurement, in time order."""
    return [Check(**row) for row in await conn.fetch(sql("exposure/checks"), number)]


async def add_check(
    conn: Connection, person: int, number: int, *, moment: str, at: datetime, reference: float, found: float,
    tolerance: float, unit: str, note: str,
) -> int:  # fmt: skip
    """Keep a field check."""
    arguments = (number, moment, at, reference, found, tolerance, unit, note, person)
    return int(await conn.fetchval(sql("exposure/add_check"), *arguments))


def stretches_json(stretches: Iterable[Stretch]) -> str:
    """Stretches as they rest in the database."""
    return json.dumps([{"from_at": start.isoformat(), "until_at": end.isoformat()} for start, end in stretches])


def stretches_of(text: str | None) -> list[Stretch] | None:
    """Stretches from their JSON; None: there is none."""
    if text is None:
        return None
    return [
        (datetime.fromisoformat(part["from_at"]), datetime.fromisoformat(part["until_at"])) for part in json.loads(text)
    ]


_STATED = (
    "method", "organisation", "verification", "verified_until", "gaps", "gaps_reason", "expanded_uncertainty",
    "uncertainty_basis",
)  # fmt: skip
_PLACE = (
    "id", "agency", "placement", "site", "timezone", "gateway", "channel", "kind", "point", "place", "quantity",
    "created_by", "created_at",
)  # fmt: skip


def _measurement(row: Record) -> Measurement:
    said = NewMeasurement(
        shift=(row["shift_from"], row["shift_until"]),
        breaks=stretches_of(row["breaks"]) or [],
        measured=(row["from_at"], row["until_at"]),
        situations=tuple(row["situations"]),
        **{name: row[name] for name in _STATED},
    )
    return Measurement(said=said, **{name: row[name] for name in _PLACE})
