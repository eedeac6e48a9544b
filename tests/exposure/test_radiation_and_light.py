"""Holds the book-keeping of doses, and the measures of light and ultraviolet radiation."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from exposure.errors import EmptyInputError, OutOfDomainError, UnsortedError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.light import illuminance, ultraviolet
from exposure.radiation import dose
from exposure.series import from_samples


def test_doses_add_by_calendar_year() -> None:
    periods = [
        dose.Period(date(2025, 1, 1), date(2025, 6, 30), 1.5),
        dose.Period(date(2025, 7, 1), date(2025, 12, 31), 2.0),
        dose.Period(date(2026, 1, 1), date(2026, 3, 31), 0.25),
    ]
    assert dose.by_year(periods) == {2025: 3.5, 2026: 0.25}


def test_a_day_is_never_counted_twice_nor_given_to_two_years() -> None:
    first = dose.Period(date(2025, 1, 1), date(2025, 6, 30), 1.5)
    with pytest.raises(UnsortedError):
        dose.by_year([first, dose.Period(date(2025, 6, 30), date(2025, 12, 31), 2.0)])
    with pytest.raises(OutOfDomainError, match="split"):
        dose.by_year([dose.Period(date(2025, 12, 1), date(2026, 1, 31), 1.0)])
    with pytest.raises(EmptyInputError):
        dose.by_year([])
    with pytest.raises(OutOfDomainError, match="negative"):
        dose.by_year([dose.Period(date(2025, 1, 1), date(2025, 1, 31), -1.0)])


def test_the_mean_of_a_block_is_over_five_years_and_says_what_is_left() -> None:
    found = dose.block({2021: 45.0, 2022: 30.0}, 2021)
    assert (found.total_msv, found.mean_msv, found.highest_msv) == (75.0, 15.0, 45.0)
    assert found.left_msv(20.0, 50.0) == 25.0
    assert found.within(20.0, 40.0) == (True, False)
    assert dose.block({2021: 101.0}, 2021).left_msv(20.0, 50.0) == 0.0


def test_a_year_without_a_dose_is_unknown() -> None:
    with pytest.raises(OutOfDomainError, match="missing"):
        dose.block({2021: 1.0, 2023: 1.0}, 2021)


def test_a_dose_rate_over_time_gives_a_dose_and_its_coverage() -> None:
    series = from_samples(np.arange(3600.0), np.full(3600, 2.5), "uSv/h", period_s=1.0)
    found = dose.accumulated(series, expected_s=7200.0, background_usv_h=0.5)
    assert found.value == pytest.approx(2.0e-3)
    assert (found.unit, found.decidable) == ("mSv", False)
    same = dose.accumulated(series, expected_s=7200.0, gaps=GapPolicy.SAME_AS_MEASURED)
    assert same.value == pytest.approx(5.0e-3)
    with pytest.raises(WrongUnitError):
        dose.accumulated(from_samples([0.0], [1.0], "lx", period_s=1.0), expected_s=1.0)


def test_a_grid_has_a_mean_and_a_uniformity() -> None:
    grid = illuminance.over_grid([400.0, 500.0, 600.0])
    assert (grid.mean_lx, grid.lowest_lx, grid.points, grid.uniformity) == (500.0, 400.0, 3, 0.8)
    assert math.isnan(illuminance.over_grid([0.0, 0.0]).uniformity)
    assert illuminance.maintained(800.0, 0.75) == 600.0
    assert illuminance.grid_spacing_m(10.0) == pytest.approx(1.0)
    with pytest.raises(OutOfDomainError, match="maintenance_factor"):
        illuminance.maintained(800.0, 1.2)
    with pytest.raises(OutOfDomainError, match="negative"):
        illuminance.over_grid([-1.0])


def test_a_gap_is_not_darkness() -> None:
    series = from_samples([0.0, 1.0, 9.0], [300.0, 300.0, 300.0], "lx", period_s=1.0)
    found = illuminance.mean_over_time(series)
    assert (found.value, found.decidable) == (300.0, False)


def test_the_actinic_spectrum_is_that_of_icnirp_within_eleven_percent() -> None:
    # ICNIRP 2004, Table 1
    table = {
        220: 0.120, 240: 0.300, 254: 0.500, 270: 1.0, 280: 0.880, 290: 0.640, 295: 0.540, 300: 0.300, 305: 0.060, 310: 0.015,
        313: 0.006, 365: 1.1e-4, 400: 3.0e-5,
    }  # fmt: skip
    found = ultraviolet.spectral_weight(list(table))
    assert found == pytest.approx(list(table.values()), rel=0.11)


def test_ultraviolet_adds_up_to_a_radiant_exposure_and_a_time() -> None:
    assert ultraviolet.time_to_limit_s([0.001, 0.0]).tolist() == [30_000.0, math.inf]
    series = from_samples(np.arange(100.0), np.full(100, 0.01), "W/m2", period_s=1.0)
    found = ultraviolet.radiant_exposure(series, expected_s=100.0)
    assert found.value == pytest.approx(1.0)
    assert (found.unit, found.decidable) == ("J/m2", True)
    assert ultraviolet.effective_irradiance([268.0, 270.0, 272.0], [0.0, 1.0, 0.0]) == pytest.approx(2.0)
    with pytest.raises(UnsortedError):
        ultraviolet.effective_irradiance([270.0, 270.0], [1.0, 1.0])
    with pytest.raises(OutOfDomainError, match="wavelength_nm"):
        ultraviolet.spectral_weight(500.0)
