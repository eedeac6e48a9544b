"""A number that can be defended: value, unit, source, uncertainty, and how much of the time it covers."""

from __future__ import annotations

from dataclasses import dataclass

from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy

WHOLE = 1 - 1e-9
"""Coverage from which a period counts as complete: room for rounding of sums of seconds, 0.03 ms in a shift."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the expected time was measured, in seconds."""

    measured_s: float
    expected_s: float

    def __post_init__(self) -> None:
        """Refuse a measured time above the expected one: the same interval would have been counted twice."""
        if self.measured_s < 0 or self.expected_s <= 0:
            raise OutOfDomainError(f"coverage of {self.measured_s} s out of {self.expected_s} s has no meaning")
        if self.measured_s > self.expected_s * (2 - WHOLE):
            raise OutOfDomainError(f"{self.measured_s} s were measured but only {self.expected_s} s were expected")

    @property
    def fraction(self) -> float:
        """Measured over expected time, 0 to 1."""
        return min(1.0, self.measured_s / self.expected_s)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.fraction >= WHOLE


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Standard uncertainty and coverage factor, in the unit of the value."""

    standard: float
    factor: float
    one_sided: bool
    confidence: float

    @property
    def expanded(self) -> float:
        """U = k·u, printed beside the value and never added to it silently."""
        return self.factor * self.standard


@dataclass(frozen=True, slots=True)
class Result:
    """One metric. `value` is None when nothing that the policy allows could be computed."""

    value: float | None
    unit: str
    standard: str
    coverage: Coverage
    gaps: GapPolicy
    uncertainty: Uncertainty | None = None

    @property
    def decidable(self) -> bool:
        """Whether a verdict may rest on it as far as time is concerned: a value, and no gap left unexplained."""
        return self.value is not None and (self.coverage.complete or self.gaps is not GapPolicy.UNKNOWN)
