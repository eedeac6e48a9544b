"""Whole-body vibration (ISO 2631-1:1997, 2002/44/EC Annex B): axis by axis; the largest decides, never a vector sum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, durations, positive, same_length
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate, root
from exposure.result import Result
from exposure.series import Series
from exposure.vibration.hand_arm import DAY_H, magnitudes

AXIS_FACTOR = {"x": 1.4, "y": 1.4, "z": 1.0}
"""k of a seated person for health (ISO 2631-1, 7.2.3)."""
ACTION_M_S2 = 0.5
CREST_FACTOR_EVDV = 6.0
CREST_FACTOR_BASIC = 9.0
MTVV_RATIO, VDV_RATIO = 1.5, 1.75


@dataclass(frozen=True, slots=True)
class WholeBody:
    """The value of each axis, with k applied, and the axis that decides."""

    x: float
    y: float
    z: float

    @property
    def value(self) -> float:
        """The largest of the three."""
        return max(self.x, self.y, self.z)

    @property
    def axis(self) -> str:
        """The axis of the largest."""
        return max("xyz", key=lambda axis: float(getattr(self, axis)))


def a8(x: ArrayLike, y: ArrayLike, z: ArrayLike, durations_h: ArrayLike) -> WholeBody:
    """A_j(8) = k·√(Σ a²T / 8) of each axis over the day's machines, m/s² (2002/44/EC Annex B)."""
    return WholeBody(*(_axis_a8(values, durations_h, name) for name, values in zip("xyz", (x, y, z), strict=True)))


def points(acceleration_with_k: ArrayLike, durations_h: ArrayLike) -> Floats:
    """Exposure points 100·(a/0.5)²·T/8: 100 at the action value, 529 at the limit (HSE L141)."""
    values = magnitudes(acceleration_with_k)
    return np.asarray(100.0 * (values / ACTION_M_S2) ** 2 * durations(durations_h, "durations_h", values) / DAY_H)


def vdv(weighted: ArrayLike, step_s: float) -> float:
    """VDV = (∫ a⁴ dt)^(1/4) of a weighted waveform, m/s^1.75 (ISO 2631-1, 6.3.2); k is not applied here."""
    values = np.atleast_1d(np.asarray(weighted, dtype=np.float64))
    return math.pow((magnitudes(np.abs(values)) ** 4).sum() * positive(step_s, "step_s"), 0.25)


def vdv_metric(factor: float = 1.0) -> Metric:
    """VDV over time from root-mean-quad accelerations, (1/T·∫a⁴dt)^(1/4) of each interval, m/s², as a vibration meter gives them.

    VDV of r.m.s. values would be too low. `factor` is k of the axis.
    """
    scale = positive(factor, "factor")

    def count(values: Floats) -> Floats:
        return np.asarray((scale * magnitudes(values)) ** 4)

    return Metric(f"vdv of {scale:g}", ("m/s2",), "m/s1.75", "ISO 2631-1:1997, 6.3.2", count, root(4.0), base_s=1.0)


def vdv_series(
    series: Series, *, expected_s: float, factor: float = 1.0, gaps: GapPolicy = GapPolicy.UNKNOWN
) -> Result:
    """VDV of a shift, m/s^1.75; with gaps unknown a lower bound. See `vdv_metric`."""
    return evaluate(vdv_metric(factor), series, expected_s=expected_s, gaps=gaps)


def vdv_sum(values: ArrayLike) -> float:
    """VDV of a day from those of its parts: the fourth root of the sum of fourth powers."""
    return math.pow((magnitudes(values) ** 4).sum(), 0.25)


def vdv_scaled(value: float, measured_s: float, exposed_s: float) -> float:
    """VDV of an exposure from a sample of it: times (T_exp / T_meas)^(1/4)."""
    return value * math.pow(positive(exposed_s, "exposed_s") / positive(measured_s, "measured_s"), 0.25)


def crest_factor(peak: ArrayLike, rms: ArrayLike) -> Floats:
    """Weighted peak over weighted r.m.s. of the same measurement (ISO 2631-1, 6.2.1); refused where nothing vibrated."""
    highest, effective = magnitudes(peak), magnitudes(rms)
    same_length(effective, highest, "rms")
    if (effective == 0).any():
        raise OutOfDomainError("an r.m.s. of zero has no crest factor")
    return np.asarray(highest / effective)


def needs_additional_method(crest_factors: ArrayLike) -> NDArray[np.bool_]:
    """Whether the basic method may underestimate, so that VDV or MTVV is to be given too: a crest factor above 9 (6.2.1)."""
    return np.asarray(magnitudes(crest_factors) > CREST_FACTOR_BASIC)


def additional_method_matters(
    rms: float, *, mtvv: float | None = None, vdv_value: float | None = None, duration_s: float | None = None
) -> bool:
    """Whether MTVV/a > 1.5 or VDV/(a·T^(1/4)) > 1.75 (6.3.3): then the additional value belongs into the report."""
    effective = positive(rms, "rms")
    found = mtvv is not None and mtvv / effective > MTVV_RATIO
    if vdv_value is not None:
        if duration_s is None:
            raise OutOfDomainError("vdv_value needs duration_s, the time it was measured over")
        found |= vdv_value / (effective * math.pow(positive(duration_s, "duration_s"), 0.25)) > VDV_RATIO
    return found


def evdv(acceleration: float, duration_s: float, crest_factor: float) -> float:
    """Estimated VDV 1.4·a·T^(1/4), m/s^1.75; refused at a crest factor of 6 or more, where it is too low."""
    if crest_factor >= CREST_FACTOR_EVDV:
        raise OutOfDomainError(f"a crest factor of {crest_factor} needs the VDV itself, not an estimate")
    return 1.4 * float(magnitudes(acceleration)[0]) * math.pow(positive(duration_s, "duration_s"), 0.25)


def _axis_a8(values: ArrayLike, durations_h: ArrayLike, axis: str) -> float:
    accelerations = magnitudes(values)
    hours = durations(durations_h, "durations_h", accelerations)
    return AXIS_FACTOR[axis] * float(np.sqrt(np.dot(accelerations**2, hours) / DAY_H))
