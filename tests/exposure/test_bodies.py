"""Holds hearing loss and shock dose beyond their worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exposure.errors import OutOfDomainError
from exposure.noise import hearing_loss
from exposure.vibration import shock, whole_body

# ISO 1999:2013 Table D.4 (100 dB, 40 years), 3 kHz, the worst tenth
WORST_TENTH_3KHZ_100_DB_40_Y = 60.0


def test_the_worst_tenth_after_a_working_life_at_100_db() -> None:
    found = hearing_loss.threshold_shift(100.0, 40.0, 0.1)
    assert found.value[3] == pytest.approx(WORST_TENTH_3KHZ_100_DB_40_Y, abs=0.5)


def test_the_first_ten_years_join_the_later_ones_and_begin_at_nothing() -> None:
    before, after = (hearing_loss.threshold_shift(95.0, years).median for years in (9.999999, 10.0))
    assert before == pytest.approx(after, abs=1e-4)
    assert (hearing_loss.threshold_shift(95.0, 1e-6).median < 0.01).all()
    assert hearing_loss.threshold_shift(70.0, 40.0).value.tolist() == [0.0] * 6


def test_age_and_noise_add_less_than_their_sum() -> None:
    assert hearing_loss.with_age(36.0, 19.0).tolist() == pytest.approx([49.3])


@pytest.mark.parametrize(
    ("level", "years", "share", "named"), [(101, 10, 0.5, "lex"), (90, 41, 0.5, "years"), (90, 10, 0.01, "share")]
)
def test_beyond_the_standard_nothing_is_predicted(level: float, years: float, share: float, named: str) -> None:
    with pytest.raises(OutOfDomainError, match=named):
        hearing_loss.threshold_shift(level, years, share)


def test_the_spine_follows_slow_movement_and_not_gravity() -> None:
    times = np.arange(0, 40, 0.001)
    slow = np.sin(2 * np.pi * 0.25 * times)
    assert shock.spinal_response(slow + 9.81, 1000.0) == pytest.approx(slow, abs=0.03)


def test_a_peak_is_the_highest_value_of_each_compression() -> None:
    assert shock.response_peaks([1.0, 3.0, -2.0, -5.0, 2.0, 1.0]).tolist() == [3.0, 2.0]
    assert shock.response_peaks([-1.0, -2.0]).size == 0
    assert shock.dose([]) == 0.0


def test_sixth_powers_make_the_dose_of_a_day() -> None:
    assert shock.daily_dose([10.0], [3600.0], [60.0]) == pytest.approx(10.0 * 60 ** (1 / 6))
    assert shock.daily_dose([10.0, 10.0], [60.0, 60.0], [60.0, 60.0]) == pytest.approx(10.0 * 2 ** (1 / 6))
    with pytest.raises(OutOfDomainError, match="strength"):
        shock.stress_variable(40.0, start_age=100, years=40, days_per_year=200)


def test_half_of_a_population_is_at_risk_at_the_value_of_table_c2() -> None:
    assert shock.injury_probability(1.42) == pytest.approx(0.5, abs=0.01)
    assert shock.injury_probability(0.87, shock.FEMALE) == pytest.approx(0.5, abs=0.01)


def test_the_additional_methods_are_said_to_matter_by_their_ratios() -> None:
    assert whole_body.crest_factor([9.0], [1.0]).tolist() == [9.0]
    assert whole_body.additional_method_matters(1.0, mtvv=1.6)
    assert not whole_body.additional_method_matters(1.0, mtvv=1.4, vdv_value=1.4 * 3600**0.25, duration_s=3600.0)
    assert whole_body.additional_method_matters(1.0, vdv_value=1.8 * math.pow(3600, 0.25), duration_s=3600.0)
    with pytest.raises(OutOfDomainError, match="duration_s"):
        whole_body.additional_method_matters(1.0, vdv_value=3.0)
    with pytest.raises(OutOfDomainError):
        whole_body.crest_factor([1.0], [0.0])


def test_the_horizontal_axes_of_the_seat_count_1_4_times() -> None:
    found = whole_body.a8(0.5, 0.4, 0.6, 8.0)
    assert (found.x, found.y, found.z) == pytest.approx((0.7, 0.56, 0.6))
    assert found.axis == "x"
