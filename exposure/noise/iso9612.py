"""ISO 9612:2009: task-based, job-based and full-day strategies with the uncertainty budget of Annex C.

The third edition (2025) moves formula numbers and tables; what is computed here is the edition named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, positive
from exposure.errors import EmptyInputError, OutOfDomainError, TooFewSamplesError
from exposure.noise.exposure_level import NOMINAL_DAY_H, lex_8h, lex_8h_tasks
from exposure.noise.iso9612_table import sampling_contribution
from exposure.noise.levels import energy_average
from exposure.result import Uncertainty

EDITION = "ISO 9612:2009"
U2_CLASS_1_DB = 0.7
U2_PERSONAL_DB = 1.5
"""Standard uncertainty of the instrument, Table C.5: class 1 meter 0.7; class 2 meter or personal exposure meter 1.5."""
U3_POSITION_DB = 1.0
"""Standard uncertainty of the microphone position, C.6."""
FACTOR_95_ONE_SIDED = 1.65
SENSITIVITY = 10.0 / math.log(10.0)
LEAST_JOB, LEAST_DAYS = 5, 3
"""Least samples (10.3, 11.3); the rows of Table C.4 for 3 and 4 are for whole days only."""
REVISE_ABOVE_DB = 3.5
"""c1·u1 above which the homogeneous group is to be revised (10.4)."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the nominal day: sample levels (dB(A)), its duration, and the range of durations observed or told."""

    name: str
    levels: Floats
    duration_h: float
    duration_range_h: tuple[float, float] | None = None
    duration_samples_h: tuple[float, ...] = ()
    instrument_db: float = U2_PERSONAL_DB

    @property
    def level(self) -> float:
        """LAeq,T of the task, dB(A) (9.3)."""
        return energy_average(self.levels)

    @property
    def u1a(self) -> float:
        """Standard error of the sample levels, dB (C.6): zero for one sample, where the standard's three were not taken."""
        values = finite(self.levels, "levels")
        return float(values.std(ddof=1) / math.sqrt(values.size)) if values.size > 1 else 0.0

    @property
    def u1b(self) -> float:
        """Standard uncertainty of the duration, hours: the standard error of what was observed, else half the range (C.7)."""
        if self.duration_samples_h:
            observed = durations(self.duration_samples_h, f"duration_samples_h of {self.name!r}")
            if observed.size < 2:
                raise TooFewSamplesError(f"duration_samples_h of {self.name!r} needs two observations or more")
            return float(observed.std(ddof=1) / math.sqrt(observed.size))
        if self.duration_range_h is None:
            return 0.0
        low, high = self.duration_range_h
        if not 0 <= low <= high:
            raise OutOfDomainError(f"duration_range_h of {self.name!r} is {low} to {high}")
        return 0.5 * (high - low)


@dataclass(frozen=True, slots=True)
class TaskShare:
    """What one task puts into the day: contribution to LEX,8h (dB) and the sensitivity coefficients of C.3."""

    name: str
    contribution: float
    c1a: float
    c1b: float


@dataclass(frozen=True, slots=True)
class Exposure9612:
    """LEX,8h by a strategy, dB(A), with its uncertainty; the upper limit is `value` + `uncertainty.expanded`."""

    value: float
    uncertainty: Uncertainty
    strategy: str
    shares: tuple[TaskShare, ...] = ()
    u1: float | None = None
    c1u1: float | None = None

    @property
    def unit(self) -> str:
        """Of the value and its uncertainty."""
        return "dB(A)"

    @property
    def upper(self) -> float:
        """The value below which LEX,8h lies with 95 % confidence, one-sided: value + U."""
        return self.value + self.uncertainty.expanded

    @property
    def revise_group(self) -> bool:
        """Whether the spread is such that 10.4 wants the group revised or measured again."""
        return self.c1u1 is not None and self.c1u1 > REVISE_ABOVE_DB


def needs_more_samples(task: Task) -> bool:
    """Whether 9.3 wants three more samples or a subdivided task: fewer than three, or a spread of 3 dB or more."""
    values = finite(task.levels, "levels")
    return values.size < 3 or (values.size < 6 and float(np.ptp(values)) >= 3.0)


def task_based(
    tasks: Sequence[Task], *, position_db: float = U3_POSITION_DB, with_durations: bool = True
) -> Exposure9612:
    """Clause 9 and C.3: u² = Σ c1a²·(u1a² + u2² + u3²) + (c1b·u1b)²; U = 1.65·u, one-sided 95 %."""
    if not tasks:
        raise EmptyInputError("tasks is empty: a day has at least one task")
    value = lex_8h_tasks([task.level for task in tasks], [task.duration_h for task in tasks])
    shares, variance = [], 0.0
    for task in tasks:
        hours = positive(task.duration_h, f"duration_h of {task.name!r}")
        c1a = hours / NOMINAL_DAY_H * 10.0 ** ((task.level - value) / 10.0)
        c1b = SENSITIVITY * c1a / hours
        variance += c1a**2 * (task.u1a**2 + task.instrument_db**2 + position_db**2)
        variance += (c1b * task.u1b) ** 2 if with_durations else 0.0
        shares.append(TaskShare(task.name, lex_8h(task.level, hours), c1a, c1b))
    return Exposure9612(value, _expanded(variance), "task-based, clause 9", tuple(shares))


def job_based(
    levels: ArrayLike,
    duration_h: float,
    *,
    instrument_db: float = U2_PERSONAL_DB,
    position_db: float = U3_POSITION_DB,
) -> Exposure9612:
    """Clause 10 and C.4: u1 is the standard deviation (N - 1) of five samples or more, Table C.4 gives c1·u1 from N and u1."""
    return _sampled(
        levels, duration_h, variance=instrument_db**2 + position_db**2, least=LEAST_JOB, strategy="job-based, clause 10"
    )


def _sampled(levels: ArrayLike, duration_h: float, *, variance: float, least: int, strategy: str) -> Exposure9612:
    values = finite(levels, "levels")
    if values.size < least:
        raise TooFewSamplesError(f"{EDITION} {strategy} needs {least} samples or more, not {values.size}")
    u1 = float(values.std(ddof=1))
    c1u1 = sampling_contribution(values.size, u1)
    value = lex_8h(energy_average(values), duration_h)
    return Exposure9612(value, _expanded(c1u1**2 + variance), strategy, u1=u1, c1u1=c1u1)


def full_day(
    levels: ArrayLike, duration_h: float, *, instrument_db: float = U2_PERSONAL_DB, position_db: float = U3_POSITION_DB
) -> Exposure9612:
    """Clause 11: the budget of the job-based strategy on three whole days or more."""
    return _sampled(
        levels, duration_h, variance=instrument_db**2 + position_db**2, least=LEAST_DAYS, strategy="full-day, clause 11"
    )


def least_duration_h(workers: int) -> float:
    """Least cumulative measuring time of a homogeneous group of `workers`, hours (Table 1); above 40 the group had better be split."""
    if workers < 1:
        raise OutOfDomainError(f"a group of {workers} workers does not exist")
    if workers <= 5:
        return 5.0
    if workers <= 15:
        return 5.0 + 0.5 * (workers - 5)
    return 10.0 + 0.25 * (workers - 15) if workers <= 40 else 17.0


def _expanded(variance: float) -> Uncertainty:
    return Uncertainty(math.sqrt(variance), FACTOR_95_ONE_SIDED, one_sided=True, confidence=0.95)
