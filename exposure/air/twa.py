"""Time-weighted averages and ceilings of airborne agents."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import durations, non_negative, positive, positives, same_length
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series

UNITS = ("[ppm]", "mg/m3", "ug/m3", "{fibers}/mL")
DAY_S = 8 * 3600.0
SOURCE = "29 CFR 1910.1000(d)(1); QCVN 03:2019/BYT"


def twa_8h(concentrations: ArrayLike, durations_h: ArrayLike, *, base_h: float = 8.0) -> float:
    """Σ C·t / 8 h, in the unit given (1910.1000(d)(1)). Normalised to `base_h`, not to the length of the shift."""
    values = non_negative(concentrations, "concentrations")
    return float(np.dot(values, durations(durations_h, "durations_h", values)) / positive(base_h, "base_h"))


def twa_metric(base_s: float = DAY_S) -> Metric:
    """The TWA over a base as a metric, for a whole shift or a value at a time."""
    return Metric(f"twa {base_s:g} s", UNITS, None, SOURCE, partial(non_negative, name="concentrations"), base_s=base_s)


def twa(
    series: Series,
    *,
    expected_s: float,
    gaps: GapPolicy = GapPolicy.UNKNOWN,
    assumed: float | None = None,
    base_s: float | None = DAY_S,
) -> Result:
    """TWA of a shift over `base_s`; None divides by the expected time itself (a mean over actual hours, QCVN 03).

    With gaps unknown the value holds only what was measured: a lower bound, and not decidable.
    """
    base = positive(expected_s if base_s is None else base_s, "base_s")
    return evaluate(twa_metric(base), series, expected_s=expected_s, gaps=gaps, assumed=assumed)


def ceiling(series: Series, *, expected_s: float | None = None) -> Result:
    """The highest value; a gap may hide a higher one, so it is decidable only when complete (unless it already exceeds)."""
    series.need(*UNITS)
    highest = float(series.value.max())
    return Result(highest, series.unit, "29 CFR 1910.1000(a)(1)", series.coverage(expected_s), GapPolicy.UNKNOWN)


def mixture(concentrations: ArrayLike, limits: ArrayLike) -> float:
    """Em = Σ C/L of agents with the same effect, limit 1 (1910.1000(d)(2)); each pair in one unit."""
    values, allowed = non_negative(concentrations, "concentrations"), positives(limits, "limits")
    same_length(allowed, values, "limits")
    return float((values / allowed).sum())
