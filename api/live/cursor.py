"""A place in `readings`: how far it has followed each partition. Pure; the text form is what a browser gives back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from store.sites_news import Head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = Head(0, EPOCH)
MAX_TEXT = 16 * 48
PART = re.compile(r"([0-9a-f])-([0-9]{1,18})-([0-9]{1,16})")
"""Partition, position, receive time in microseconds since 1970; sixteen digits reach to the year 2286."""


@dataclass(frozen=True)
class Cursor:
    """Heads by partition; a partition that is not named stands at its start."""

    heads: Mapping[int, Head]

    def text(self) -> str:
        """`3-120-1763889000000000.b-7-1763889000100000`: partitions that hold anything."""
        return ".".join(
            f"{partition:x}-{head.position}-{(head.received - EPOCH) // timedelta(microseconds=1)}"
            for partition, head in sorted(self.heads.items())
            if head.position
        )

    def steps_to(self, newer: Cursor) -> Iterator[tuple[int, Head, Head]]:
        """Partitions in which `newer` is further: (partition, after, until)."""
        for partition, head in newer.heads.items():
            after = self.heads.get(partition, START)
            if head.position > after.position:
                yield partition, after, head


def parse(text: str) -> Cursor | None:
    """The cursor of a text; None for what is none (a browser then starts anew)."""
    heads = {}
    if len(text) > MAX_TEXT:
        return None
    for part in text.split(".") if text else []:
        match = PART.fullmatch(part)
        if match is None:
            return None
        received = EPOCH + timedelta(microseconds=int(match[3]))
        heads[int(match[1], 16)] = Head(int(match[2]), received)
    return Cursor(heads)
