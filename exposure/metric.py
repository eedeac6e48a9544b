"""Metrics that are integrals over time, in one definition for a whole shift at once and for a value at a time.

A metric says what a value counts for, what its integral is divided by, and how the quotient is shown. `evaluate` takes a series;
`Running` takes intervals as they come, keeps five numbers whatever the length, and gives after each what `evaluate` gives for all so far.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from exposure.arrays import Floats
from exposure.errors import EmptyInputError, OutOfDomainError, WrongStateError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.result import Coverage, Result
from exposure.series import Series, fill, mean
from exposure.streaming import Integral, State, check_interval, restore_integral


@dataclass(frozen=True, slots=True)
class Metric:
    """`base_s` None makes a mean over time; else the integral is divided by it (8 h for what is normalised to a day)."""

    name: str
    units: tuple[str, ...]
    unit: str | None
    """Of the result; None keeps that of the series."""
    standard: str
    count: Callable[[Floats], Floats]
    shown: Callable[[float], float] = float
    base_s: float | None = None
    zero_is_none: bool = True
    """Whether "zero" can stand for a gap: no exposure, and not 0 °C."""

    def check(self, gaps: GapPolicy, assumed: float | None = None) -> None:
        """Refuse a policy that has no meaning for this metric, and an assumption that is not said."""
        if (gaps is GapPolicy.ASSUMED) != (assumed is not None):
            raise OutOfDomainError(
                f"{self.name}: `assumed` is the value of a gap by the policy 'assumed', and by no other"
            )
        if gaps is GapPolicy.ZERO and not self.zero_is_none:
            raise OutOfDomainError(f"a gap in {self.name} cannot count as zero: use unknown or same_as_measured")

    def of(
        self, integral: float, coverage: Coverage, gaps: GapPolicy, unit: str, assumed: float | None = None
    ) -> Result:
        """The result from the integral of what the values count for."""
        self.check(gaps, assumed)
        if assumed is not None:
            missing_s = max(0.0, coverage.expected_s - coverage.measured_s)
            integral += float(self.count(np.array([assumed]))[0]) * missing_s
            value = integral / (coverage.expected_s if self.base_s is None else self.base_s)
        elif self.base_s is None:
            value = mean(integral, coverage, gaps)
        else:
            value = fill(integral, coverage, gaps) / self.base_s
        return Result(self.shown(value), self.unit or unit, self.standard, coverage, gaps)


def evaluate(
    metric: Metric,
    series: Series,
    *,
    expected_s: float | None = None,
    gaps: GapPolicy = GapPolicy.UNKNOWN,
    assumed: float | None = None,
) -> Result:
    """The metric of a whole series. Without `expected_s` the span from the first to the last value is expected.

    `assumed` is the value that a gap is taken to have had, in the unit of the series, by the policy of that name.
    """
    series.need(*metric.units)
    coverage = series.coverage(expected_s)
    return metric.of(integral(metric, series), coverage, gaps, series.unit, assumed)


def integral(metric: Metric, series: Series) -> float:
    """∫ of what the values count for. Summed by pairs: more exact than a dot product, and no thread of a linear algebra library wakes."""
    return float((metric.count(series.value) * series.duration_s).sum())


class Running:
    """A metric of a shift under way. Begin anew (another `Running`) when the shift does; a gap is what nobody added."""

    def __init__(self, metric: Metric, unit: str) -> None:
        if unit not in metric.units:
            raise WrongUnitError(f"{metric.name} is computed from {' or '.join(map(repr, metric.units))}, not {unit!r}")
        self.metric, self.unit = metric, unit
        self._integral = Integral(self._count)
        self._begin_s: float | None = None

    def add(self, start_s: float, duration_s: float, value: float) -> None:
        """Take one more interval; one that is refused changes nothing."""
        self._integral.add(start_s, duration_s, value)
        self._begun(start_s)

    def extend(self, series: Series) -> None:
        """Take many intervals at once."""
        if series.unit != self.unit:
            raise WrongUnitError(f"the series is in {series.unit!r}, but {self.unit!r} has been added up")
        check_interval(float(series.start_s[0]), series.measured_s, float(series.value[0]), self._integral.end_s)
        self._integral.total += integral(self.metric, series)
        self._integral.measured_s += series.measured_s
        self._integral.end_s = series.end_s
        self._integral.highest = max(self._integral.highest, float(series.value.max()))
        self._begun(float(series.start_s[0]))

    def result(
        self,
        *,
        expected_s: float | None = None,
        gaps: GapPolicy = GapPolicy.UNKNOWN,
        assumed: float | None = None,
    ) -> Result:
        """The metric of all that was added, as `evaluate` gives it."""
        return self.metric.of(self._integral.total, self._coverage(expected_s), gaps, self.unit, assumed)

    def highest(self, *, expected_s: float | None = None) -> Result:
        """The highest value so far (a ceiling, LAmax); a gap may hide a higher one."""
        return Result(
            self._integral.highest, self.unit, self.metric.standard, self._coverage(expected_s), GapPolicy.UNKNOWN
        )

    def state(self) -> dict[str, object]:
        """What to save, as plain data; the metric is given again at the restart."""
        return {
            "version": 1,
            "metric": self.metric.name,
            "unit": self.unit,
            "begin_s": self._begin_s,
            "integral": self._integral.state(),
        }

    def _coverage(self, expected_s: float | None) -> Coverage:
        if self._begin_s is None or self._integral.measured_s <= 0:
            raise EmptyInputError(f"nothing has been measured yet for {self.metric.name}")
        measured = self._integral.measured_s
        if expected_s is None:
            return Coverage(measured, max(self._integral.end_s - self._begin_s, measured))
        return Coverage(measured, expected_s)

    def _begun(self, start_s: float) -> None:
        self._begin_s = start_s if self._begin_s is None else self._begin_s

    def _count(self, value: float) -> float:
        return float(self.metric.count(np.array([value]))[0])


def restore_running(state: Mapping[str, object], metric: Metric) -> Running:
    """The running metric that `state` was taken from; refused if it was another metric's."""
    match state:
        case {
            "version": 1,
            "metric": str(name),
            "unit": str(unit),
            "begin_s": (None | float() | int()) as begin_s,
            "integral": dict(integral),
        } if name == metric.name and unit in metric.units:
            running = Running(metric, unit)
            running._begin_s = None if begin_s is None else float(begin_s)  # noqa: SLF001 - its own state
            running._integral = _restored(integral, running)  # noqa: SLF001 - its own state
            return running
    raise WrongStateError(f"this is no state of version 1 of {metric.name}: {sorted(state)}")


def _restored(integral: State, running: Running) -> Integral:
    return restore_integral(integral, running._count)  # noqa: SLF001 - its own state


def root(power: float) -> Callable[[float], float]:
    """X ↦ x^(1/power), how a sum of powers is shown."""
    return lambda value: math.pow(value, 1.0 / power)
