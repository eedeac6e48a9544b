"""Readings as a series for the mathematics: what counts, what is left out and for how long. Pure.

Counted are readings of quality ok, and those beyond the range (an overload is a lower bound, not a gap; a value under the
range an upper bound). Everything else is left out by its word, and so are readings that a failed check of the kit has put
in doubt: no verdict may rest on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.series import Series
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from store.measurements import Samples, Stretch

COUNTED = (Quality.OK, Quality.SATURATED, Quality.OUT_OF_RANGE)
IN_DOUBT = "in_doubt"
"""Readings between the last good check of the kit and one that failed."""
CLOCK_STEP = "clock_step"
"""Readings whose time is not after the one before: the clock was set back; the later of the two is left out."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The series, seconds from the shift's start; None: nothing counts. `left_out_s` by quality word."""

    series: Series | None
    left_out_s: dict[str, float]
    lower_bound: bool


def taken(
    samples: Samples,
    exponent: int,
    unit: str,
    *,
    period_s: float,
    expected: Sequence[Stretch],
    start_s: float,
    doubts: Sequence[Stretch] = (),
) -> Taken:
    """The readings that fall into the expected time; each stands for the `period_s` that follows, at most to the next."""
    times = samples.time_us / 1e6 - start_s
    forward = times > np.concatenate([[-np.inf], np.maximum.accumulate(times)[:-1]]) if times.size else times > 0
    left_out = {CLOCK_STEP: float((~forward).sum() * period_s)} if not forward.all() else {}
    times, quality = times[forward], samples.quality[forward]
    values = np.asarray(samples.value[forward] * 10.0**exponent, np.float64)
    ends = times + np.minimum(np.append(np.diff(times), period_s), period_s) if times.size else times
    begins, stops, index = _inside(
        times, ends, [(a.timestamp() - start_s, b.timestamp() - start_s) for a, b in expected]
    )
    trusted = np.isin(quality[index], [int(q) for q in COUNTED])
    for code in np.unique(quality[index][~trusted]):
        chosen = quality[index] == code
        left_out[Quality.of_code(int(code)).word] = float((stops - begins)[chosen].sum())
    doubtful = trusted & _doubted(times[index], doubts, start_s)
    if doubtful.any():
        left_out[IN_DOUBT] = float((stops - begins)[doubtful].sum())
    counted = trusted & ~doubtful
    saturated = bool((quality[index][counted] == int(Quality.SATURATED)).any())
    if not counted.any():
        return Taken(None, left_out, lower_bound=saturated)
    kept = Series(begins[counted], (stops - begins)[counted], values[index][counted], unit)
    return Taken(kept, left_out, lower_bound=saturated)


def _doubted(times: NDArray[np.float64], doubts: Sequence[Stretch], start_s: float) -> NDArray[np.bool_]:
    found = np.zeros(times.size, np.bool_)
    for begin, end in doubts:
        found |= (times >= begin.timestamp() - start_s) & (times < end.timestamp() - start_s)
    return found


def _inside(
    begins: NDArray[np.float64], ends: NDArray[np.float64], stretches: Sequence[tuple[float, float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """The intervals cut to the stretches, with the index of the reading that each is of."""
    parts = []
    for low, high in stretches:
        cut_begins, cut_ends = np.maximum(begins, low), np.minimum(ends, high)
        index = np.flatnonzero(cut_ends > cut_begins)
        parts.append((cut_begins[index], cut_ends[index], index))
    if not parts:
        return begins[:0], ends[:0], np.empty(0, np.intp)
    first, last, which = (np.concatenate(column) for column in zip(*parts, strict=True))
    return first, last, which.astype(np.intp)
