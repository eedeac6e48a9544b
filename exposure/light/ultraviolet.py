"""Ultraviolet radiation: effective irradiance, radiant exposure, time to a limit (ICNIRP 2004, Directive 2006/25/EC, QCVN 23:2016/BYT)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, non_negative, positive, same_length
from exposure.errors import OutOfDomainError, UnsortedError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series

UNIT = "W/m2"
ACTINIC_LIMIT_J_M2 = 30.0
"""Effective radiant exposure of eye and skin in 8 h, 180 to 400 nm."""
UVA_LIMIT_J_M2 = 1e4
"""Unweighted radiant exposure of the lens in 8 h, 315 to 400 nm."""
RANGE_NM = (210.0, 400.0)
SOURCE = "ICNIRP 2004; Directive 2006/25/EC, Annex I"


RADIANT_EXPOSURE = Metric(
    "radiant_exposure", (UNIT,), "J/m2", SOURCE, partial(non_negative, name="irradiance"), base_s=1.0
)


def spectral_weight(wavelength_nm: ArrayLike) -> Floats:
    """S(λ), the actinic spectrum, 1 at 270 nm: the analytic form of Wester (2000), within 11 % of the ICNIRP table."""
    nm = finite(wavelength_nm, "wavelength_nm")
    if ((nm < RANGE_NM[0]) | (nm > RANGE_NM[1])).any():
        raise OutOfDomainError(f"wavelength_nm must lie from {RANGE_NM[0]:.0f} to {RANGE_NM[1]:.0f} nm")
    short = np.power(0.959, 270.0 - nm)
    middle = 1.0 - 0.36 * np.power(np.maximum(nm - 270.0, 0.0) / 20.0, 1.64)
    long = 0.3 * np.power(0.736, nm - 300.0) + np.power(10.0, 2.0 - 0.0163 * nm)
    return np.where(nm <= 270.0, short, np.where(nm <= 300.0, middle, long))


def effective_irradiance(wavelength_nm: ArrayLike, spectral_w_m2_nm: ArrayLike) -> float:
    """E_eff = ∫ E·S dλ, W/m², of a measured spectrum, by the trapezoidal rule."""
    nm, spectrum = finite(wavelength_nm, "wavelength_nm"), non_negative(spectral_w_m2_nm, "spectral_w_m2_nm")
    same_length(spectrum, nm, "spectral_w_m2_nm")
    if (np.diff(nm) <= 0).any():
        raise UnsortedError("wavelength_nm must increase")
    return float(np.trapezoid(spectrum * spectral_weight(nm), nm))


def radiant_exposure(series: Series, *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN) -> Result:
    """H = ∫ E dt, J/m², of an irradiance over time (effective for the actinic limit, unweighted for UVA)."""
    return evaluate(RADIANT_EXPOSURE, series, expected_s=expected_s, gaps=gaps)


def time_to_limit_s(irradiance_w_m2: ArrayLike, limit_j_m2: float = ACTINIC_LIMIT_J_M2) -> Floats:
    """Seconds until the radiant exposure reaches the limit; infinite without radiation."""
    values = non_negative(irradiance_w_m2, "irradiance_w_m2")
    with np.errstate(divide="ignore"):
        return np.asarray(positive(limit_j_m2, "limit_j_m2") / values)
