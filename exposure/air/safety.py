"""Atmospheres dangerous at once: oxygen and flammable gas, judged on single values, never on averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, finite, non_negative, positive


def oxygen_hazard(percent: ArrayLike, low: float = 19.5, high: float = 23.5) -> NDArray[np.bool_]:
    """Below `low` or above `high` % vol, strictly (29 CFR 1910.146(b))."""
    values = finite(percent, "percent")
    return np.asarray((values < low) | (values > high))


def flammable_hazard(lel_percent: ArrayLike, limit: float = 10.0) -> NDArray[np.bool_]:
    """Above `limit` % of the lower explosive limit, strictly (29 CFR 1910.146(b))."""
    return np.asarray(finite(lel_percent, "lel_percent") > limit)


def lel_percent(volume_percent: ArrayLike, lel_volume_percent: float) -> Floats:
    """% LEL of a concentration in % vol; what 100 % is must be named (methane 5.0 in the US, 4.4 by IEC 60079-20-1)."""
    return np.asarray(
        100.0 * non_negative(volume_percent, "volume_percent") / positive(lel_volume_percent, "lel_volume_percent")
    )


def corrected_lel(reading_percent: ArrayLike, response_factor: float) -> Floats:
    """% LEL of the gas that is there from the reading of a sensor that was calibrated with another: times the response factor."""
    return np.asarray(non_negative(reading_percent, "reading_percent") * positive(response_factor, "response_factor"))
