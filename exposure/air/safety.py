"""Atmospheres dangerous at once: oxygen and flammable gas, judged on single values, never on averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import finite


def oxygen_hazard(percent: ArrayLike, low: float = 19.5, high: float = 23.5) -> NDArray[np.bool_]:
    """Below `low` or above `high` % vol, strictly (29 CFR 1910.146(b))."""
    values = finite(percent, "percent")
    return np.asarray((values < low) | (values > high))


def flammable_hazard(lel_percent: ArrayLike, limit: float = 10.0) -> NDArray[np.bool_]:
    """Above `limit` % of the lower explosive limit, strictly (29 CFR 1910.146(b))."""
    return np.asarray(finite(lel_percent, "lel_percent") > limit)
