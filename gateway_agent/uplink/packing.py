"""Spooled entries to messages: one entry as it is, more as a run that still verifies, never over the size of a message.

Merging decodes and encodes every entry, so a good guess of how many fit is worth most of a backlog's time: the packer
remembers how much the last run shrank, merges as many as should fit, and merges again only when that was too many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.limits import MESSAGE_BYTES
from telemetry.message import parse_message
from telemetry.run import merge, mergeable_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.spool.rows import SpooledEntry

READ_BYTES = 8 * MESSAGE_BYTES
"""Entries to look at for one run: merging shortens long backlogs to a third, small entries to a tenth."""

READ_ENTRIES = 1024

MARGIN = 16

FILL = 0.95
"""Of the size of a message, aimed at: a guess that is a little too high costs a second merge."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A message of the entries `first`..`last`."""

    first: int
    last: int
    payload: bytes


class Packer:
    """Makes messages of one gateway's entries. Used on the spool's thread."""

    def __init__(self) -> None:
        self._shrink = 0.5
        self.wanted = READ_ENTRIES
        """Entries worth reading for the next message: a little more than the last one took."""

    def pack(self, entries: Sequence[SpooledEntry]) -> Packed:
        """A long message from the front of consecutive entries (at least one)."""
        first = entries[0]
        guessed = self._guess(entries)
        if guessed == 1 or first.count > 1:  # a run is a message already
            return Packed(first.first, first.seq, first.wire)
        messages = [parse_message(entry.wire) for entry in entries[:guessed]]
        took = mergeable_count(messages)
        while took > 1:
            run = merge(messages[:took])
            self._shrink = len(run.wire) / sum(len(entry.wire) for entry in entries[:took])
            if len(run.wire) <= MESSAGE_BYTES:
                self.wanted = READ_ENTRIES if took == len(entries) else min(READ_ENTRIES, took + took // 4 + MARGIN)
                return Packed(first.seq, first.seq + took - 1, run.wire)
            took = max(1, min(took - 1, int(took * FILL * MESSAGE_BYTES / len(run.wire))))
        return Packed(first.seq, first.seq, first.wire)

    def _guess(self, entries: Sequence[SpooledEntry]) -> int:
        """How many entries should fit."""
        size, first = 0.0, entries[0].first
        for number, entry in enumerate(entries):
            if entry.first != first + number:  # a run, or a gap, ends this one
                return max(1, number)
            size += len(entry.wire) * self._shrink
            if size > FILL * MESSAGE_BYTES:
                return max(1, number)
        return len(entries)
