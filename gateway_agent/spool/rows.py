"""What stands in the spool, as typed values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway_agent.channels import Allocation
    from telemetry.link import Kind

ROW_BYTES = 100
"""Digest, position and page overhead of a spooled entry, about."""


class EpochState(StrEnum):
    """Whether entries of an epoch may be sealed and published."""

    ACTIVE = "active"
    """Enrolled: sealed, published."""
    PENDING = "pending"
    """Sealed under a key that no server knows yet; waits for a person to enrol this gateway again."""
    CLOSED = "closed"
    """A later epoch took over; what is uncommitted is still published."""


@dataclass(frozen=True, slots=True)
class SpooledEntry:
    """A sealed entry, or a run of `count` of them that ends at `seq`, as it is on disk and on the wire."""

    seq: int
    kind: Kind
    digest: bytes
    readings: int
    wire: bytes
    count: int = 1

    @property
    def first(self) -> int:
        """Its first seq."""
        return self.seq - self.count + 1


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How far the server has this chain, by content. `wire` is the signed message that said so (None before the first)."""

    seq: int = -1
    ask: int | None = None
    wire: bytes | None = None


@dataclass(frozen=True, slots=True)
class EpochRow:
    """State of one chain. Seqs `gone_to` + 1 .. `tip` are spooled."""

    epoch: int
    state: EpochState
    genesis: bytes
    tip: int
    head: bytes
    descriptor_seq: int | None
    descriptor_of: bytes | None
    acknowledged: Acknowledged
    forked: bool
    gone_to: int
    gone_digest: bytes | None


@dataclass(frozen=True, slots=True)
class AlarmNoticeRow:
    """An alarm notice that the broker has not taken yet."""

    id: int
    epoch: int
    seq: int
    wire: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """What one transaction writes: entries in order, and everything that must agree with them."""

    epoch: int
    entries: tuple[SpooledEntry, ...]
    lived_us: int
    descriptor: tuple[int, bytes] | None = None
    """Seq of a descriptor entry among `entries`, and the digest of what it describes."""
    channels: tuple[Allocation, ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    alarm_state: bytes | None = None
    notices: tuple[tuple[int, bytes], ...] = ()
    """(seq that carries the transition, signed notice)."""
    acknowledged: Mapping[int, Acknowledged] = field(default_factory=dict)
    """By epoch; written along so that hearing the server costs no fsync of its own."""
    moved: tuple[int, int] | None = None
    """(epoch, seq) of the pending entry whose contents `entries` hold now: it is removed."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What a trim removed from the front of one epoch. `lost_readings` stood in entries that no server had."""

    epoch: int
    last: int
    """Highest seq removed."""
    first_lost: int | None
    last_lost: int | None
    lost_readings: int
