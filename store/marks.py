"""Intervals of doubt: said afterwards, kept beside the readings, joined to them in the view `readings_judged`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.connection import Connection


@dataclass(frozen=True, slots=True)
class Mark:
    """One channel is in doubt after a moment of one boot up to a moment of another (or the same)."""

    gateway: str
    epoch: int
    seq: int
    gateway_channel: int
    descriptor_seq: int
    from_boot: bytes | None
    """None: all before `until_us` is in doubt."""
    from_us: int
    until_boot: bytes
    until_us: int
    cause: str


async def insert(connection: Connection, marks: Sequence[Mark]) -> None:
    """Keep marks; those that are there already stay as they are."""
    await connection.executemany(
        sql("readings/mark"),
        [
            (
                mark.gateway,
                mark.epoch,
                mark.seq,
                mark.gateway_channel,
                mark.descriptor_seq,
                mark.from_boot,
                mark.from_us,
                mark.until_boot,
                mark.until_us,
                mark.cause,
            )
            for mark in marks
        ],
    )
