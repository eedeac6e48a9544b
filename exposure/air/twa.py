"""Time-weighted averages and ceilings of airborne agents."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import durations, finite, positive, same_length
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.result import Result
from exposure.series import Series, fill

UNITS = ("[ppm]", "mg/m3", "ug/m3", "{fibers}/mL")
DAY_S = 8 * 3600.0
SOURCE = "29 CFR 1910.1000(d)(1); QCVN 03:2019/BYT"


def twa_8h(concentrations: ArrayLike, durations_h: ArrayLike, *, base_h: float = 8.0) -> float:
    """Σ C·t / 8 h, in the unit given (1910.1000(d)(1)). Normalised to `base_h`, not to the length of the shift."""
    values = _concentrations(concentrations)
    return float(np.dot(values, durations(durations_h, "durations_h", values)) / positive(base_h, "base_h"))


def twa(
    series: Series, *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN, base_s: float | None = DAY_S
) -> Result:
    """TWA of a shift over `base_s`; None divides by the expected time itself (a mean over actual hours, QCVN 03).

    With gaps unknown the value holds only what was measured: a lower bound, and not decidable.
    """
    series.need(*UNITS)
    coverage = series.coverage(expected_s)
    integral = float(np.dot(_concentrations(series.value), series.duration_s))
    base = expected_s if base_s is None else positive(base_s, "base_s")
    return Result(fill(integral, coverage, gaps) / base, series.unit, SOURCE, coverage, gaps)


def ceiling(series: Series, *, expected_s: float | None = None) -> Result:
    """The highest value; a gap may hide a higher one, so it is decidable only when complete (unless it already exceeds)."""
    series.need(*UNITS)
    highest = float(series.value.max())
    return Result(highest, series.unit, "29 CFR 1910.1000(a)(1)", series.coverage(expected_s), GapPolicy.UNKNOWN)


def mixture(concentrations: ArrayLike, limits: ArrayLike) -> float:
    """Em = Σ C/L of agents with the same effect, limit 1 (1910.1000(d)(2)); each pair in one unit."""
    values, allowed = _concentrations(concentrations), finite(limits, "limits")
    same_length(allowed, values, "limits")
    if (allowed <= 0).any():
        raise OutOfDomainError("limits must be above zero")
    return float((values / allowed).sum())


def _concentrations(values: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    array = finite(values, "concentrations")
    if (array < 0).any():
        raise OutOfDomainError(f"concentrations[{int(np.argmax(array < 0))}] is negative: mark it, do not average it")
    return array.reshape(array.size)
