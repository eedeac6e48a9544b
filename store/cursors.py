"""Cursors of projections: (partition, position, receive time), moved in the transaction that writes what was derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import OwnershipLostError
from store.named import sql
from store.record import Place
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that a projection passed while its boot had no UTC mapping."""

    gateway: str
    boot: bytes
    epoch: int
    seq: int
    received_us: int


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry that waited and can be placed now: UTC µs = µs since boot + `utc_offset_us`."""

    gateway: str
    boot: bytes
    epoch: int
    seq: int
    received_us: int
    utc_offset_us: int


async def cursors(connection: Connection, projection: str) -> dict[int, Place]:
    """Partition → how far the projection has come."""
    rows = await connection.fetch(sql("projection/cursors"), projection)
    return {row["partition"]: Place(row["position"], to_us(row["received"])) for row in rows}


async def move(
    connection: Connection, projection: str, before: Mapping[int, Place], after: Mapping[int, Place]
) -> None:
    """Compare and set the cursors of the partitions in `after`. Raises OwnershipLostError when someone else moved one."""
    partitions = list(after)
    status = await connection.execute(
        sql("projection/move"),
        projection,
        partitions,
        [before[p].position for p in partitions],
        [after[p].position for p in partitions],
        [from_us(after[p].received_us) for p in partitions],
    )
    if int(status.split()[-1]) != len(partitions):
        raise OwnershipLostError(f"another follower moved the cursor of {projection}")


async def reset(connection: Connection, projection: str) -> None:
    """Begin again from the start of the record."""
    await connection.execute(sql("projection/reset"), projection)
    await connection.execute(sql("projection/forget_waiting"), projection)


async def lags(connection: Connection) -> dict[str, int]:
    """Per projection how many entries of the record it has not passed yet."""
    return {row["projection"]: row["entries"] for row in await connection.fetch(sql("projection/lags"))}


async def wait(connection: Connection, projection: str, entries: Sequence[Waiting]) -> None:
    """Let entries wait for the mapping of their boot."""
    await connection.execute(
        sql("projection/wait"),
        projection,
        [entry.gateway for entry in entries],
        [entry.boot for entry in entries],
        [entry.epoch for entry in entries],
        [entry.seq for entry in entries],
        [from_us(entry.received_us) for entry in entries],
    )


async def take_dated(connection: Connection, projection: str, limit: int) -> list[Dated]:
    """Take entries from the waiting list whose boot has a mapping by now; gone from it when this transaction commits."""
    rows = await connection.fetch(sql("projection/dated"), projection, limit)
    return [
        Dated(row["gateway"], row["boot"], row["epoch"], row["seq"], to_us(row["received"]), row["utc_offset_us"])
        for row in rows
    ]
