"""What goes into the engine and what comes out: plain values, no clock, no I/O.

Times are µs on the monotonic clock of one boot of one gateway, as they stand in the chain (DESIGN.md §3.5): alarm
delays never depend on a clock that somebody sets. `boot` is the random id of that boot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alerts.engine.rules import Rule

UTC = b""
"""The `boot` of moments that are no boot's: then `us` is µs since 1970-01-01 UTC (facts about a chain)."""

Plain = int | float | str | bool | list[object] | dict[str, object] | None
"""A JSON value. Floats come back from JSON as they were; integers may be of any length."""

StateDump = dict[str, Plain]
"""A machine's memory as plain JSON values; what `dump` gives, `restore` takes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on the time line of one boot: `us` µs after it (or UTC, see UTC)."""

    boot: bytes
    us: int


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of one channel out of one chain, in seq order. Batches may be cut anywhere: the result is the same.

    times_us: int64, µs since `boot`, one per value.  values: int64, physical value = value × 10^exponent.
    quality_runs: (length, code) runs that cover all values (telemetry.content).  utc_offset_us: UTC µs = t + offset;
    None while the gateway does not know.  bounds: least and greatest of `values` where the caller has them at hand.
    """

    boot: bytes
    times_us: NDArray[np.int64]
    values: NDArray[np.int64]
    quality_runs: Sequence[tuple[int, int]]
    utc_offset_us: int | None = None
    bounds: tuple[int, int] | None = None

    @classmethod
    def single(
        cls, boot: bytes, t_us: int, value: int, quality: int = Quality.OK, utc_offset_us: int | None = None
    ) -> Readings:
        """One reading as the sampler takes it: what edge alarms feed."""
        times, values = np.array([t_us], dtype="<i8"), np.array([value], dtype="<i8")
        return cls(boot, times, values, ((1, int(quality)),), utc_offset_us)


class ChainFactKind(StrEnum):
    """What can be found wrong with a chain (DESIGN.md §3.2, §4)."""

    FORK = "fork"
    """Authentic, but its number was taken by another entry: a cloned or restored card, or worse."""
    GAP = "gap"
    """Entries are missing from the record, and nobody declared them lost."""
    BAD_ENTRY = "bad_entry"
    """Signed and linked, but its data cannot be read."""
    LOST = "lost"
    """The gateway declared entries lost for ever."""
    REFUSED = "refused"
    """A message under the gateway's name was refused: forged, or under a key that is not in force."""


@dataclass(frozen=True, slots=True)
class ChainFact:
    """One finding about a gateway's chain, at the server's receive time (UTC µs), about entry `seq`."""

    kind: ChainFactKind
    received_us: int
    seq: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClockFact:
    """The clock state of an entry whose last reading is at `t_us` µs since `boot`; None: not known."""

    boot: bytes
    t_us: int
    utc_offset_us: int | None
    bound_us: int | None


class Change(StrEnum):
    """A condition began to hold, or ceased."""

    RAISED = "raised"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of one condition, proven by data.

    episode: the moment of its RAISED, the same for RAISED and RETURNED: with rule and channel it names the episode,
    identically on gateway and server.  at: when the change was proven (the end of the delay).  since: when the
    condition itself began or ended.  value: the scaled value that proved it (None where there is none).
    at_least: that value is a lower bound (saturated).  peak: worst scaled value of the episode so far.
    provisional: the live form of silence; later data confirm or withdraw it.  exponent, unit: of value and peak where
    they are not the channel's own (a dose, a mean).  limit_us: when the limit will be reached if nothing changes, µs of
    the boot of `at`.
    """

    change: Change
    episode: Moment
    at: Moment
    since: Moment
    value: int | None = None
    at_least: bool = False
    peak: int | None = None
    provisional: bool = False
    detail: str = ""
    exponent: int | None = None
    unit: str | None = None
    limit_us: int | None = None


class Machine(Protocol):
    """One rule on one channel. Deterministic: the transitions depend on the readings, never on how they were cut."""

    @property
    def rule(self) -> Rule:
        """The rule that this machine applies."""
        ...

    def observe(self, readings: Readings) -> Sequence[Transition]:
        """Take the next readings of the channel; what changed, in order of time."""
        ...

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        ...

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        ...

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        ...


class StateError(Exception):
    """A saved state does not belong to this kind of machine."""


class UnitMismatch(Exception):  # noqa: N818  (the rule and the channel do not speak of the same unit)
    """The rule's unit is not the channel's: a set-point in ppm says nothing about a value in mg/m³."""
