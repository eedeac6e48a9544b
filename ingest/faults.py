"""What a verification names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed, or not as the record says."""

    gateway: str
    epoch: int
    seq: int | None
    """The entry, or the last of the run, that is altered; None where rows differ and no entry is to blame."""
    reason: str
    """A short code, such as `altered`, `gap`, `bad-signature`, `row-altered`."""
    text: str
    """For people: thing, place, what was expected."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and what was found. Without faults, everything holds."""

    chains: int
    entries: int
    readings: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
