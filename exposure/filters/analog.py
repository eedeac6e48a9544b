"""Second-order analog sections, as the standards print them, made digital without losing accuracy towards half the rate.

A plain bilinear transform squeezes all frequencies up to infinity below half the sampling rate: an A-weighting at 48 kHz loses 1 dB
at 16 kHz. So only high-pass sections, whose corner lies far below, are made that way. For the others the poles are mapped by
z = exp(p/rate), and the numerator is the minimum-phase one whose magnitude fits the analog section: within 0.05 dB up to 0.42 of the rate.
Such a filter answers about one sample earlier than the analog one, which changes no level, peak or dose.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np

from exposure.arrays import Floats
from exposure.filters.sections import Row

DEGREE = 4
"""Order of the fitted numerator: two rows."""
FITTED = 0.45
"""Part of the sampling rate up to which the fit has full weight."""
BEYOND, BEYOND_WEIGHT = (0.47, 0.485, 0.5), 0.3
POINTS = 200


@dataclass(frozen=True, slots=True)
class Analog:
    """(b0 + b1·s + b2·s²) / (1 + s/(q·w0) + (s/w0)²), with w0 = 2π·`corner_hz`."""

    b0: float
    b1: float
    b2: float
    corner_hz: float
    q: float

    def power(self, frequency_hz: Floats) -> Floats:
        """|H|² at each frequency."""
        s = 2j * math.pi * frequency_hz
        w0 = 2.0 * math.pi * self.corner_hz
        below = 1.0 + s / (self.q * w0) + (s / w0) ** 2
        return np.asarray(np.abs((self.b0 + s * (self.b1 + s * self.b2)) / below) ** 2)


def low_pass(corner_hz: float, q: float) -> Analog:
    """1 / (1 + s/(q·w0) + (s/w0)²)."""
    return Analog(1.0, 0.0, 0.0, corner_hz, q)


def transition(zero_hz: float, corner_hz: float, q: float) -> Analog:
    """(1 + s/w3) / (1 + s/(q·w4) + (s/w4)²): from acceleration below to velocity above (ISO 8041-1, formula 3)."""
    return Analog(1.0, 1.0 / (2.0 * math.pi * zero_hz), 0.0, corner_hz, q)


def upward_step(zero_hz: float, zero_q: float, corner_hz: float, q: float) -> Analog:
    """(1 + s/(q5·w5) + (s/w5)²) / (1 + s/(q6·w6) + (s/w6)²)·(w5/w6)², of gain 1 at high frequencies (ISO 8041-1, formula 4)."""
    w5, gain = 2.0 * math.pi * zero_hz, (zero_hz / corner_hz) ** 2
    return Analog(gain, gain / (zero_q * w5), gain / w5**2, corner_hz, q)


def high_pass_row(corner_hz: float, q: float, rate_hz: float) -> Row:
    """s² / (w0² + s·w0/q + s²) by the bilinear transform, exact at its corner."""
    k = math.tan(math.pi * corner_hz / rate_hz)
    scale = 1.0 / (1.0 + k / q + k * k)
    return scale, -2.0 * scale, scale, 2.0 * (k * k - 1.0) * scale, (1.0 - k / q + k * k) * scale


def matched_rows(section: Analog, rate_hz: float) -> list[Row]:
    """The digital sections with the mapped poles of `section` and its magnitude."""
    a1, a2 = _mapped_poles(section, rate_hz)
    zeros = [_inside(root) for root in np.roots(_fitted(section, rate_hz, a1, a2)[::-1]).tolist()]
    (first, second), (third, fourth) = _quadratics(zeros)
    wanted = math.sqrt(float(section.power(np.zeros(1))[0])) * (1.0 + a1 + a2)
    gain = wanted / ((1.0 + first + second) * (1.0 + third + fourth))
    return [(gain, gain * first, gain * second, a1, a2), (1.0, third, fourth, 0.0, 0.0)]


def _mapped_poles(section: Analog, rate_hz: float) -> tuple[float, float]:
    w0 = 2.0 * math.pi * section.corner_hz / rate_hz
    damping = 0.5 / section.q
    radius = math.exp(-damping * w0)
    if damping < 1.0:
        return -2.0 * radius * math.cos(w0 * math.sqrt(1.0 - damping**2)), radius**2
    return -2.0 * radius * math.cosh(w0 * math.sqrt(damping**2 - 1.0)), radius**2


def _fitted(section: Analog, rate_hz: float, a1: float, a2: float) -> Floats:
    """Coefficients of |B|² in powers of sin² of half the angle: least squares of the relative error."""
    lowest = min(section.corner_hz, 0.01 * rate_hz) / 30.0
    full = [np.geomspace(lowest, FITTED * rate_hz, POINTS), np.linspace(0.02, FITTED, POINTS) * rate_hz]
    frequency = np.concatenate([*full, np.array(BEYOND) * rate_hz])
    weight = np.where(frequency <= FITTED * rate_hz, 1.0, BEYOND_WEIGHT)
    sine = np.sin(math.pi * frequency / rate_hz) ** 2
    below = (1.0 + a1 + a2) ** 2 * (1.0 - sine) + (1.0 - a1 + a2) ** 2 * sine - 16.0 * a2 * sine * (1.0 - sine)
    columns = sine[:, None] ** np.arange(DEGREE + 1) * (weight / (section.power(frequency) * below))[:, None]
    scale = np.linalg.norm(columns, axis=0)
    return np.asarray(np.linalg.lstsq(columns / scale, weight, rcond=None)[0] / scale)


def _inside(root: complex) -> complex:
    """The zero inside the unit circle with sin² of half its angle at `root`: (2 - z - 1/z)/4 = root."""
    apart = 2.0 * cmath.sqrt(root * (root - 1.0))
    return min(1.0 - 2.0 * root + apart, 1.0 - 2.0 * root - apart, key=abs)


def _quadratics(zeros: list[complex]) -> list[tuple[float, float]]:
    """z⁻¹ and z⁻² coefficients of real quadratics: conjugates together, the real zeros among themselves."""
    pairs = [(-2.0 * zero.real, abs(zero) ** 2) for zero in zeros if zero.imag > 1e-12]
    real = sorted(zero.real for zero in zeros if abs(zero.imag) <= 1e-12)
    return pairs + [(-(one + other), one * other) for one, other in zip(real[::2], real[1::2], strict=True)]
