"""What was refused: kept in a ring of slots with the reason, and counted without bound."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.named import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.connection import Connection


SLOTS: Final = 4096
"""Rows of the ring: with payloads of at most 64 KiB a quarter of a GiB, whatever anybody sends."""

PAYLOAD_BYTES: Final = 65_536
TOPIC_CHARS: Final = 200
DETAIL_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One refused message. `gateway` as named by the topic, None when the topic names none."""

    reason: str
    gateway: str | None
    topic: str
    detail: str
    payload: bytes


async def next_slot(connection: Connection) -> int:
    """The slot after the latest."""
    return int(await connection.fetchval(sql("quarantine/next_slot"))) % SLOTS


async def put(connection: Connection, refused: Sequence[tuple[int, Quarantined]]) -> None:
    """Keep refused messages in their slots, over what was there. Text is cut to what fits; NUL cannot be stored."""
    rows = [
        (
            slot,
            message.reason[:40],
            message.gateway,
            _text(message.topic, TOPIC_CHARS),
            _text(message.detail, DETAIL_CHARS),
            len(message.payload),
            hashlib.sha256(message.payload).digest(),
            message.payload[:PAYLOAD_BYTES],
        )
        for slot, message in refused
    ]
    await connection.executemany(sql("quarantine/put"), rows)


async def count(connection: Connection, counts: Mapping[tuple[str, str], int]) -> None:
    """Add to the counts of (gateway or '', reason) of today."""
    await connection.execute(
        sql("quarantine/count"),
        [gateway for gateway, _ in counts],
        [reason for _, reason in counts],
        list(counts.values()),
    )


def _text(text: str, most: int) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")[:most]
