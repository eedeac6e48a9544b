"""Heads of chains: compared and set in the commit that appends, which is what keeps an entry from being recorded twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.errors import OwnershipLostError
from store.named import sql
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from store.connection import Connection

Chain = tuple[str, int]
"""(gateway, epoch)"""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last entry committed of a chain; seq -1 with the enrolment record's digest before the first."""

    gateway: str
    epoch: int
    partition: int
    seq: int
    digest: bytes
    ask: int
    now_us: int = 0
    """The database's time when this was read for an announcement, UTC µs."""


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where a head moves in a commit; unmoved where it only asks, or only marks a fork."""

    gateway: str
    epoch: int
    old_seq: int
    old_digest: bytes
    seq: int
    digest: bytes
    asks: bool = False
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """Entries declared lost for ever by a signed event, both ends included."""

    gateway: str
    epoch: int
    first_seq: int
    last_seq: int
    declared: bytes
    """Digest of the entry that holds the event."""


def _head(row: asyncpg.Record) -> ChainHead:
    return ChainHead(row["gateway"], row["epoch"], row["partition"], row["seq"], row["digest"], row["ask"])


async def heads(connection: Connection, wanted: Sequence[Chain]) -> list[ChainHead]:
    """The heads of the chains that have begun."""
    rows = await connection.fetch(sql("chain/heads"), [chain[0] for chain in wanted], [chain[1] for chain in wanted])
    return [_head(row) for row in rows]


async def begin(connection: Connection, enrolled: Sequence[tuple[str, int, int, bytes]]) -> None:
    """Begin chains that have not begun: (gateway, epoch, partition, digest of the enrolment record)."""
    await connection.execute(sql("chain/begin"), *(list(column) for column in zip(*enrolled, strict=True)))


async def move(connection: Connection, moves: Sequence[Move], received_us: int) -> dict[Chain, int]:
    """Compare and set heads; part of the commit. Returns the `ask` of each.

    Raises OwnershipLostError when a head is not where its move begins: someone else has written.
    """
    rows = await connection.fetch(
        sql("chain/move"),
        [m.gateway for m in moves],
        [m.epoch for m in moves],
        [m.old_seq for m in moves],
        [m.old_digest for m in moves],
        [m.seq for m in moves],
        [m.digest for m in moves],
        from_us(received_us),
        [m.asks for m in moves],
        [m.forked for m in moves],
    )
    if len(rows) != len(moves):
        raise OwnershipLostError(f"{len(moves) - len(rows)} heads of chains are not where this worker left them")
    return {(row["gateway"], row["epoch"]): row["ask"] for row in rows}


async def ask_all(connection: Connection, partitions: Sequence[int]) -> list[ChainHead]:
    """Give a new ask number to the newest chain of each gateway of the partitions; returns their heads."""
    rows = await connection.fetch(sql("chain/ask_all"), list(partitions))
    return [replace(_head(row), now_us=to_us(row["now"])) for row in rows]


async def lose(connection: Connection, losses: Iterable[Loss], received_us: int) -> None:
    """Keep what was declared lost; part of the commit."""
    for loss in losses:  # an event in years
        await connection.execute(
            sql("chain/lose"),
            loss.gateway,
            loss.epoch,
            loss.first_seq,
            loss.last_seq,
            loss.declared,
            from_us(received_us),
        )


async def losses(connection: Connection, wanted: Sequence[Chain]) -> dict[Chain, list[tuple[int, int]]]:
    """Per chain the spans (first, last seq) declared lost, in order."""
    rows = await connection.fetch(sql("chain/losses"), [chain[0] for chain in wanted], [chain[1] for chain in wanted])
    found: dict[Chain, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault((row["gateway"], row["epoch"]), []).append((row["first_seq"], row["last_seq"]))
    return found
