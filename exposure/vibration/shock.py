"""Multiple shocks to the seated person (ISO 2631-5:2018): spinal response, dose, stress and risk of Annex C. z axis only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import OutOfDomainError
from exposure.vibration.hand_arm import magnitudes

Complexes = NDArray[np.complex128]
ZERO = (34.0, 0.35)
POLES = ((31.0, 0.21), (230.0, 0.88), (260.0, 0.80), (320.0, 0.40), (380.0, 0.75), (420.0, 0.65))
"""Angular frequency (rad/s) and damping of the seat-to-spine transfer (formula 1)."""
SPINE_FACTOR = 1.07
STANDARD_GRAVITY = 9.81
STRENGTH_MPA = 6.75


@dataclass(frozen=True, slots=True)
class Spine:
    """Constants of Annex C: stress per acceleration (MPa·s²/m), loss of strength per year (MPa), Weibull scale and shape."""

    stress: float
    loss_per_year: float
    scale: float
    shape: float


MALE = Spine(0.029, 0.052, 1.613, 2.799)
FEMALE = Spine(0.025, 0.039, 0.959, 3.709)
"""For 82 kg and 72 kg (C.2, C.4, Table C.1)."""


def spinal_response(acceleration_m_s2: ArrayLike, rate_hz: float) -> Floats:
    """A_z(t), m/s² (5.2), of the whole vertical seat record, its mean removed: the transfer at 0 Hz is one, and gravity is no shock."""
    record = finite(acceleration_m_s2, "acceleration_m_s2")
    omega = np.asarray(
        2j * np.pi * np.fft.rfftfreq(record.size, 1.0 / positive(rate_hz, "rate_hz")), dtype=np.complex128
    )
    transfer = _resonance(omega, *ZERO)
    for pole in POLES:
        transfer = transfer / _resonance(omega, *pole)
    return np.asarray(np.fft.irfft(np.fft.rfft(record - record.mean()) * transfer, record.size))


def response_peaks(response_m_s2: ArrayLike) -> Floats:
    """The highest value between each upward and the next downward zero crossing (5.3): compression of the spine."""
    values = finite(response_m_s2, "response_m_s2")
    above = np.concatenate([[False], values > 0, [False]])
    starts = np.flatnonzero(~above[:-1] & above[1:])
    return np.asarray(np.maximum.reduceat(values, starts)) if starts.size else np.zeros(0)


def dose(peaks_m_s2: ArrayLike) -> float:
    """D_z = 1.07·(Σ A⁶)^(1/6), m/s² (formula 3); no peaks, no dose."""
    if np.size(peaks_m_s2) == 0:
        return 0.0
    return float(SPINE_FACTOR * (magnitudes(peaks_m_s2) ** 6).sum() ** (1.0 / 6.0))


def daily_dose(doses_m_s2: ArrayLike, exposed_s: ArrayLike, measured_s: ArrayLike) -> float:
    """D_zd = (Σ D⁶·t_d/t_m)^(1/6), m/s², of the tasks of a day (formulas 4 and 5)."""
    values = magnitudes(doses_m_s2)
    exposed, measured = durations(exposed_s, "exposed_s", values), durations(measured_s, "measured_s", values)
    if (measured <= 0).any():
        raise OutOfDomainError("measured_s must be above zero for every task")
    return float((values**6 * exposed / measured).sum() ** (1.0 / 6.0))


def stress_variable(
    daily_dose_m_s2: float, *, start_age: float, years: int, days_per_year: float, spine: Spine = MALE
) -> float:
    """R of Annex C (formulas C.1, C.3, C.4): the stress of each year over the strength left at that age."""
    if years < 1 or start_age < 0:
        raise OutOfDomainError(f"years is {years} and start_age is {start_age}: an exposure has a year and an age")
    stress = spine.stress * float(magnitudes(daily_dose_m_s2)[0])
    ages = start_age + np.arange(years)
    left = STRENGTH_MPA - spine.loss_per_year * ages - spine.stress * STANDARD_GRAVITY
    if (left <= 0).any():
        raise OutOfDomainError(f"at an age of {ages[left <= 0][0]:.0f} the method leaves no strength")
    yearly = stress * positive(days_per_year, "days_per_year") ** (1.0 / 6.0) / left
    return float((yearly**6).sum() ** (1.0 / 6.0))


def injury_probability(variable: float, spine: Spine = MALE) -> float:
    """P = 1 - exp(-(R/α)^β), 0 to 1 (formula C.5)."""
    return 1.0 - math.exp(-math.pow(float(magnitudes(variable)[0]) / spine.scale, spine.shape))


def _resonance(omega: Complexes, corner: float, damping: float) -> Complexes:
    return np.asarray(1.0 + 2.0 * damping * omega / corner + (omega / corner) ** 2)
