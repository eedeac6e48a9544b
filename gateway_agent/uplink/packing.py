"""Spooled entries to messages: one entry as it is, more as a run that still verifies, never over the size of a message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.limits import MESSAGE_BYTES
from telemetry.message import parse_message
from telemetry.run import merge_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.spool.rows import SpooledEntry

READ_BYTES = 4 * MESSAGE_BYTES
"""Entries to look at for one run: merging shortens them to a third or less."""

READ_ENTRIES = 512


@dataclass(frozen=True, slots=True)
class Packed:
    """A message of the entries `first`..`last`."""

    first: int
    last: int
    payload: bytes


def pack(entries: Sequence[SpooledEntry]) -> Packed:
    """The longest message from the front of consecutive entries (at least one)."""
    first = entries[0]
    if len(entries) == 1:
        return Packed(first.seq, first.seq, first.wire)
    message, took = merge_within([parse_message(entry.wire) for entry in entries], MESSAGE_BYTES)
    if took == 1:
        return Packed(first.seq, first.seq, first.wire)
    return Packed(first.seq, first.seq + took - 1, message.wire)
