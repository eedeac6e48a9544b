"""Percentiles of latencies, as every benchmark here states them."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that `percent` of all do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("no values were measured")
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]


def result(name: str, unit: str, bar: str, rounds: Sequence[float], **more: object) -> dict[str, Any]:
    """One line of a benchmark's report: the median of its rounds beside its bar."""
    return {"name": name, "value": median(rounds), "unit": unit, "bar": bar, "rounds": list(rounds), **more}
