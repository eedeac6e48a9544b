"""Dose from dose rate, and the sums that dose limits are stated in (IAEA GSR Part 3 Sch. III, Decree 142/2020/ND-CP, 2013/59/Euratom).

Background is subtracted only where the rules of the service say so, and then by name. Blocks of five years are fixed, not sliding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, non_negative
from exposure.errors import EmptyInputError, OutOfDomainError, UnsortedError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.result import Result
from exposure.series import Series

BLOCK_YEARS = 5
RATE_UNITS = {"uSv/h": 1e-3, "mSv/h": 1.0, "nSv/h": 1e-6}
"""UCUM unit of a dose rate and millisieverts per hour in it."""
SOURCE = "IAEA GSR Part 3, Schedule III; Decree 142/2020/ND-CP"


def dose_of_rate(rate_usv_h: ArrayLike, durations_h: ArrayLike) -> float:
    """Σ rate·time, mSv, of dose rates in µSv/h held for hours."""
    rates = non_negative(rate_usv_h, "rate_usv_h")
    return float(np.dot(rates, durations(durations_h, "durations_h", rates)) / 1000.0)


def accumulated(
    series: Series, *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN, background_usv_h: float = 0.0
) -> Result:
    """Dose of a period from a dose rate over time, mSv, less a stated background (never below zero)."""
    series.need(*RATE_UNITS)
    metric = accumulated_metric(series.unit, background_usv_h=background_usv_h)
    return evaluate(metric, series, expected_s=expected_s, gaps=gaps)


def accumulated_metric(unit: str, *, background_usv_h: float = 0.0) -> Metric:
    """The dose of a period, mSv, from a dose rate in `unit`, as a metric, for a whole shift or a value at a time."""
    if unit not in RATE_UNITS:
        raise WrongUnitError(f"a dose rate is in {' or '.join(map(repr, RATE_UNITS))}, not {unit!r}")
    background = float(non_negative(background_usv_h, "background_usv_h")[0]) / 1000.0

    def count(rates: Floats) -> Floats:
        return np.asarray(np.maximum(non_negative(rates, "dose_rate") * RATE_UNITS[unit] - background, 0.0))

    name = f"accumulated dose of {unit} less {background_usv_h:g} uSv/h"
    return Metric(name, (unit,), "mSv", SOURCE, count, base_s=3600.0)


@dataclass(frozen=True, slots=True)
class Period:
    """What one dosimeter showed, mSv, from its first day to its last."""

    begin: date
    end: date
    dose_msv: float


def by_year(periods: Sequence[Period]) -> dict[int, float]:
    """Sums by calendar year, mSv. Periods are in order and do not overlap; one that crosses a new year is to be split by who read it."""
    if not periods:
        raise EmptyInputError("periods is empty")
    sums: dict[int, float] = {}
    before: date | None = None
    for period in periods:
        if period.end < period.begin or (before is not None and period.begin <= before):
            raise UnsortedError(f"the period from {period.begin} to {period.end} overlaps or precedes another")
        if period.begin.year != period.end.year:
            raise OutOfDomainError(f"the period from {period.begin} to {period.end} crosses a new year: split it")
        sums[period.begin.year] = sums.get(period.begin.year, 0.0) + float(non_negative(period.dose_msv, "dose_msv")[0])
        before = period.end
    return sums


@dataclass(frozen=True, slots=True)
class Block:
    """Doses of the years of one fixed block of five, mSv; a year that is not there yet counts as nothing so far."""

    first_year: int
    doses_msv: tuple[float, ...]

    @property
    def total_msv(self) -> float:
        """Sum so far."""
        return sum(self.doses_msv)

    @property
    def mean_msv(self) -> float:
        """The sum over five years, however many have passed."""
        return self.total_msv / BLOCK_YEARS

    @property
    def highest_msv(self) -> float:
        """Of any single year."""
        return max(self.doses_msv, default=0.0)

    def within(self, limit_mean_msv: float, limit_single_msv: float) -> tuple[bool, bool]:
        """Whether the mean, and every single year, is not above its limit."""
        return self.total_msv <= limit_mean_msv * BLOCK_YEARS, self.highest_msv <= limit_single_msv

    def left_msv(self, limit_mean_msv: float, limit_single_msv: float) -> float:
        """What the next year may still bring, mSv; never below zero."""
        return max(0.0, min(limit_single_msv, limit_mean_msv * BLOCK_YEARS - self.total_msv))


def block(doses_msv: Mapping[int, float], first_year: int) -> Block:
    """The block that begins in `first_year`, from doses by calendar year; a missing year in the middle is refused, not taken as zero."""
    years = [year for year in range(first_year, first_year + BLOCK_YEARS) if year in doses_msv]
    if years != list(range(first_year, first_year + len(years))):
        raise OutOfDomainError(f"a year is missing between {first_year} and {years[-1]}: its dose is unknown, not zero")
    return Block(first_year, tuple(float(non_negative(doses_msv[year], str(year))[0]) for year in years))
