"""A digital filter as a cascade of second-order sections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, positive, positives
from exposure.errors import MismatchedError, OutOfDomainError

Row = tuple[float, float, float, float, float]
"""b0, b1, b2, a1, a2 of (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)."""


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """Rows of coefficients (`Row`), for a signal sampled at `rate_hz`; no rows at all pass the signal as it is."""

    rows: Floats
    rate_hz: float

    def __post_init__(self) -> None:
        """Refuse coefficients of another shape, and poles on or outside the unit circle."""
        positive(self.rate_hz, "rate_hz")
        if self.rows.ndim != 2 or self.rows.shape[1] != 5:
            raise MismatchedError(f"rows must have five columns, but have the shape {self.rows.shape}")
        first, second = self.rows[:, 3], self.rows[:, 4]
        if not (np.isfinite(self.rows).all() and (np.abs(second) < 1).all() and (np.abs(first) < 1 + second).all()):
            raise OutOfDomainError("the sections are not stable: a pole lies on or outside the unit circle")

    def response(self, frequency_hz: ArrayLike) -> NDArray[np.complex128]:
        """The complex gain at each frequency; refused above half the sampling rate."""
        frequency = positives(frequency_hz, "frequency_hz")
        if (frequency > 0.5 * self.rate_hz).any():
            raise OutOfDomainError(f"frequency_hz is above half of the sampling rate of {self.rate_hz} Hz")
        delay = np.exp(-2j * np.pi * frequency / self.rate_hz)
        gain: NDArray[np.complex128] = np.ones(frequency.size, dtype=np.complex128)
        for b0, b1, b2, a1, a2 in self.rows.tolist():
            gain *= (b0 + delay * (b1 + delay * b2)) / (1.0 + delay * (a1 + delay * a2))
        return gain

    def scaled(self, gain: float) -> Sections:
        """The same filter with its output multiplied by `gain`."""
        rows = self.rows.copy()
        rows[0, :3] *= gain
        return Sections(rows, self.rate_hz)


def cascade(rows: Iterable[Row], rate_hz: float) -> Sections:
    """Sections of the rows, one after the other."""
    return Sections(np.array(list(rows), dtype=np.float64).reshape(-1, 5), float(rate_hz))
