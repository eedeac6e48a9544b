"""Freshly committed messages, decoded, for the projections that follow closely: so that decoding is paid once. Bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from store.record import State
    from telemetry.opened import Opened

ENTRY_BYTES = 2048
"""What a decoded message takes besides its columns, roughly."""


@dataclass(slots=True)
class Followed:
    """A message of the record as projections take it. Without `opened` it is passed over."""

    partition: int
    position: int
    """Of the last entry."""
    first_position: int
    """Of the first entry that is not skipped."""
    received_us: int
    """Of the last entry."""
    gateway: str
    epoch: int
    skip: int
    readings: int
    state: State
    opened: Opened | None
    each_received_us: NDArray[np.int64] | None = None
    """Per entry after the skipped ones, where they differ (runs at rest)."""
    only: int | None = None
    """Only this entry of the message is meant (it waited for its clock), at `only_offset_us` from boot to UTC."""
    only_offset_us: int = 0

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return ENTRY_BYTES + 10 * self.readings


class Feed:
    """What was committed last, per partition and in order of position, within a bound of bytes; the oldest go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._order: deque[Followed] = deque()
        self._at: dict[tuple[int, int], Followed] = {}

    def put(self, messages: list[Followed]) -> None:
        """Keep messages just committed."""
        for message in messages:
            self._order.append(message)
            self._at[message.partition, message.first_position] = message
            self._bytes += message.size
        while self._bytes > self._max_bytes and self._order:
            oldest = self._order.popleft()
            del self._at[oldest.partition, oldest.first_position]
            self._bytes -= oldest.size

    def after(self, partition: int, position: int, readings: int) -> list[Followed]:
        """Messages that follow a position without a gap, up to about so many readings; empty when the next is not kept."""
        found: list[Followed] = []
        while readings > 0 and (message := self._at.get((partition, position + 1))) is not None:
            found.append(message)
            position = message.position
            readings -= message.readings + 1
        return found
