"""Holds that each kind of wrong input has its own error, and that gaps are said and never filled in silence."""

from __future__ import annotations

import numpy as np
import pytest

from exposure import errors
from exposure.gaps import GapPolicy
from exposure.noise.exposure_level import lex_8h_series
from exposure.noise.iso9612 import job_based, task_based
from exposure.noise.levels import energy_average, exceeded_level, laeq
from exposure.series import Series, from_samples


def levels(*values: float) -> Series:
    return from_samples(np.arange(len(values)), values, "dB(A)", period_s=1.0)


def test_each_fault_of_the_input_has_its_name() -> None:
    with pytest.raises(errors.EmptyInputError):
        energy_average([])
    with pytest.raises(errors.NotFiniteError):
        energy_average([80.0, float("nan")])
    with pytest.raises(errors.NegativeDurationError):
        energy_average([80.0, 90.0], [1.0, -1.0])
    with pytest.raises(errors.MismatchedError):
        energy_average([80.0, 90.0], [1.0])
    with pytest.raises(errors.UnsortedError):
        from_samples([1.0, 0.0], [80.0, 81.0], "dB(A)", period_s=1.0)
    with pytest.raises(errors.WrongUnitError):
        laeq(from_samples([0.0], [80.0], "[ppm]", period_s=1.0))
    with pytest.raises(errors.TooFewSamplesError):
        job_based([80.0, 81.0], 8.0)
    with pytest.raises(errors.EmptyInputError):
        task_based([])


def test_a_value_is_never_held_across_a_gap() -> None:
    series = from_samples([0.0, 1.0, 100.0], [80.0, 100.0, 80.0], "dB(A)", period_s=1.0)
    assert series.measured_s == 3.0
    assert laeq(series).coverage.fraction == pytest.approx(3 / 101)
    assert not laeq(series).decidable


def test_a_missing_value_is_a_gap_and_the_policy_says_what_it_counts_as() -> None:
    series = levels(85.0, float("nan"), 85.0, float("nan"))
    unknown = lex_8h_series(series, expected_s=4.0)
    same = lex_8h_series(series, expected_s=4.0, gaps=GapPolicy.SAME_AS_MEASURED)
    assert unknown.value is not None
    assert same.value == pytest.approx(unknown.value + 10 * np.log10(2))
    assert (unknown.decidable, same.decidable) == (False, True)


def test_percentiles_weigh_by_time() -> None:
    series = levels(*range(1, 101))
    assert exceeded_level(series, 10) == 91
    assert exceeded_level(series, 90) == 11
