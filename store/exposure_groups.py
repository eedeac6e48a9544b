"""Exposure groups: workers of a site with the same tasks and agents. A correction is a new version; the ones before stay."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.errors import StoreError
from store.named import sql

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Record

    from store.connection import Connection


LOCK = 71_001
"""Advisory lock of corrections of a group, by its number."""


class NoSuchExposure(StoreError):  # noqa: N818  (says what it is)
    """There is no such group, measurement or placement, or this person may not see it (the same answer)."""


@dataclass(frozen=True, slots=True)
class GroupVersion:
    """What a version says."""

    head_count: int
    shifts: list[dict[str, Any]]
    """`{name, starts, ends, breaks: [{starts, ends}]}`, local times HH:MM."""
    tasks: list[dict[str, Any]]
    """`{name, duration_min, agents}`."""
    workers: list[str]
    """Codes, never names."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group in one version."""

    id: int
    site: int
    agency: int
    name: str
    version: int
    said: GroupVersion
    written_at: datetime
    written_by: str


async def groups(conn: Connection, person: int, site: int) -> list[Group]:
    """The groups of a site that the person sees, each as it stands."""
    return [_group(row) for row in await conn.fetch(sql("exposure/groups"), person, site, None)]


async def group(conn: Connection, person: int, number: int) -> Group:
    """One group as it stands. Raises NoSuchExposure."""
    row = await conn.fetchrow(sql("exposure/groups"), person, None, number)
    if row is None:
        raise NoSuchExposure(f"no exposure group {number}")
    return _group(row)


async def group_versions(conn: Connection, person: int, number: int) -> list[Group]:
    """Every version of a group, newest first. Raises NoSuchExposure."""
    rows = await conn.fetch(sql("exposure/group_versions"), person, number)
    if not rows:
        raise NoSuchExposure(f"no exposure group {number}")
    return [_group(row) for row in rows]


async def add_group(conn: Connection, person: int, site: int, name: str, said: GroupVersion) -> int | None:
    """A new group of the person's agency at a site. None: there is one of that name."""
    async with conn.transaction():
        number: int | None = await conn.fetchval(sql("exposure/add_group"), person, site, name)
        if number is not None:
            await _write(conn, person, number, 1, said)
    return number


async def correct_group(conn: Connection, person: int, number: int, said: GroupVersion) -> int:
    """A new version of a group; `said.reason` says why. Returns its number. Raises NoSuchExposure."""
    async with conn.transaction():
        await conn.execute(sql("exposure/lock"), LOCK, number)
        version = await conn.fetchval(sql("exposure/next_group_version"), person, number)
        if version is None:
            raise NoSuchExposure(f"no exposure group {number}")
        await _write(conn, person, number, int(version), said)
    return int(version)


async def _write(conn: Connection, person: int, number: int, version: int, said: GroupVersion) -> None:
    shifts, tasks = (json.dumps(part, ensure_ascii=False) for part in (said.shifts, said.tasks))
    arguments = (number, version, said.head_count, shifts, tasks, said.workers, said.reason, person)
    await conn.execute(sql("exposure/add_group_version"), *arguments)


def _group(row: Record) -> Group:
    said = GroupVersion(
        row["head_count"], json.loads(row["shifts"]), json.loads(row["tasks"]), row["workers"], row["reason"]
    )
    return Group(
        row["id"], row["site"], row["agency"], row["name"], row["version"], said, row["written_at"], row["written_by"]
    )
