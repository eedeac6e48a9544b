"""Frequency weightings of human vibration (ISO 8041-1:2017, Table 3 and formulas 1 to 4) as digital filters.

Each is a band limitation, a transition from acceleration to velocity, and for some an upward step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, positive, positives, same_length
from exposure.errors import OutOfDomainError
from exposure.filters.analog import Analog, high_pass_row, low_pass, matched_rows, transition, upward_step
from exposure.filters.sections import Sections, cascade
from exposure.noise.weighting import exact_centre

BUTTERWORTH_Q = math.sqrt(0.5)
LEAST_RATE_RATIO = 2.5
"""Least sampling rate over the upper corner of the band: below it the sensor itself cannot hold the band."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """The corners of the band, Hz, and the sections between them; `use` says what it is for."""

    use: str
    low_hz: float
    high_hz: float
    shape: tuple[Analog, ...]
    gain: float = 1.0


WEIGHTINGS: dict[str, Weighting] = {
    "Wk": Weighting(
        "whole body, z seated and standing (ISO 2631-1)",
        10**-0.4, 100.0, (transition(12.5, 12.5, 0.63), upward_step(2.37, 0.91, 3.35, 0.91)),
    ),
    "Wd": Weighting("whole body, x and y seated (ISO 2631-1)", 10**-0.4, 100.0, (transition(2.0, 2.0, 0.63),)),
    "Wh": Weighting("hand-arm, all axes (ISO 5349-1)", 10**0.8, 10**3.1, (transition(100 / math.tau, 100 / math.tau, 0.64),)),
    "Wb": Weighting(
        "whole body, z in fixed-guideway vehicles (ISO 2631-4)",
        10**-0.4, 100.0, (transition(16.0, 16.0, 0.55), upward_step(2.5, 0.9, 4.0, 0.95)), 1.024,
    ),
    "Wc": Weighting("whole body, x at the seat-back (ISO 2631-1)", 10**-0.4, 100.0, (transition(8.0, 8.0, 0.63),)),
    "We": Weighting("whole body, rotation of the seat (ISO 2631-1)", 10**-0.4, 100.0, (transition(1.0, 1.0, 0.63),)),
    "Wf": Weighting(
        "motion sickness, z (ISO 2631-1)", 0.08, 0.63, (low_pass(0.25, 0.86), upward_step(0.0625, 0.8, 0.1, 0.8))
    ),
    "Wj": Weighting("head of a recumbent person (ISO 2631-1)", 10**-0.4, 100.0, (upward_step(3.75, 0.91, 5.32, 0.91),)),
    "Wm": Weighting(
        "whole body in buildings, all axes (ISO 2631-2)",
        10**-0.1, 100.0, (transition(1 / (0.028 * math.tau), 1 / (0.028 * math.tau), 0.5),),
    ),
}  # fmt: skip


def factors(name: str, frequency_hz: ArrayLike) -> Floats:
    """The design goal: the weighting factor at each frequency by the analog formulas (ISO 8041-1, Annex B at the true centres)."""
    found, frequency = _found(name), positives(frequency_hz, "frequency_hz")
    low, high = found.low_hz / frequency, frequency / found.high_hz
    power = found.gain**2 / ((1.0 + low**4) * (1.0 + high**4))
    for section in found.shape:
        power = power * section.power(frequency)
    return np.sqrt(power)


def weighted_from_bands(name: str, band_rms: ArrayLike, nominal_hz: ArrayLike) -> float:
    """a_w = √Σ (W·a)² of unweighted third-octave r.m.s. values, in their unit (ISO 2631-1, 6.4.2; ISO 5349-1, A.2)."""
    values, weights = finite(band_rms, "band_rms"), factors(name, exact_centre(nominal_hz))
    same_length(values, weights, "band_rms")
    return float(np.sqrt(((values * weights) ** 2).sum()))


def vibration_weighting(name: str, rate_hz: float) -> Sections:
    """The filter of a weighting, for acceleration sampled at `rate_hz`."""
    found = _found(name)
    if positive(rate_hz, "rate_hz") < LEAST_RATE_RATIO * found.high_hz:
        raise OutOfDomainError(f"rate_hz is {rate_hz}: {name} needs {LEAST_RATE_RATIO * found.high_hz:.4g} Hz or more")
    rows = [high_pass_row(found.low_hz, BUTTERWORTH_Q, rate_hz)]
    for section in (*found.shape, low_pass(found.high_hz, BUTTERWORTH_Q)):
        rows += matched_rows(section, rate_hz)
    return cascade(rows, rate_hz).scaled(found.gain)


def _found(name: str) -> Weighting:
    found = WEIGHTINGS.get(name)
    if found is None:
        raise OutOfDomainError(f"no vibration weighting is named {name!r}; there are {', '.join(WEIGHTINGS)}")
    return found
