"""Holds ISO 9612 beyond its examples: how many samples each strategy wants, and where the uncertainty of a duration comes from."""

from __future__ import annotations

import numpy as np
import pytest

from exposure.errors import OutOfDomainError, TooFewSamplesError
from exposure.noise.iso9612 import Task, full_day, job_based, least_duration_h, needs_more_samples, task_based

# ISO 9612:2009 Annex E: job-based, read in the reference data of jmrplens/phonometry
ANNEX_E = ([88.1, 86.1, 89.7, 86.5, 91.1, 86.7], 7.5)


def test_the_job_based_example_of_annex_e() -> None:
    found = job_based(*ANNEX_E)
    assert found.value == pytest.approx(88.1, abs=0.1)
    assert found.uncertainty.expanded == pytest.approx(3.8, abs=0.05)
    assert found.upper == found.value + found.uncertainty.expanded
    assert found.unit == "dB(A)"


def test_a_job_wants_five_samples_and_a_day_three() -> None:
    with pytest.raises(TooFewSamplesError, match="5"):
        job_based([80.0, 81.0, 82.0, 83.0], 8.0)
    with pytest.raises(TooFewSamplesError, match="3"):
        full_day([80.0, 81.0], 8.0)
    assert full_day([80.0, 81.0, 82.0], 8.0).c1u1 == pytest.approx(1.6)


def test_a_group_that_spreads_too_much_is_to_be_revised() -> None:
    assert job_based([80.0, 84.0, 89.0, 79.0, 90.0], 8.0).revise_group
    assert not job_based(*ANNEX_E).revise_group


def test_observed_durations_count_before_a_range() -> None:
    levels = np.array([80.0, 80.5, 81.0])
    observed = Task("cutting", levels, 2.0, (1.0, 3.0), (1.5, 2.0, 2.5))
    assert observed.u1b == pytest.approx(0.5 / np.sqrt(3))
    assert Task("cutting", levels, 2.0, (1.0, 3.0)).u1b == 1.0
    assert Task("cutting", levels, 2.0).u1b == 0.0
    with pytest.raises(TooFewSamplesError, match="cutting"):
        _ = Task("cutting", levels, 2.0, None, (1.5,)).u1b
    with pytest.raises(OutOfDomainError, match="cutting"):
        _ = Task("cutting", levels, 2.0, (3.0, 1.0)).u1b


def test_the_share_of_each_task_adds_up_to_the_day() -> None:
    found = task_based([Task("a", np.array([80.0, 80.1, 79.9]), 4.0), Task("b", np.array([90.0, 90.2, 89.8]), 4.0)])
    assert 10 * np.log10(sum(10 ** (share.contribution / 10) for share in found.shares)) == pytest.approx(found.value)


def test_three_samples_that_differ_by_3_db_want_three_more() -> None:
    assert needs_more_samples(Task("a", np.array([80.0, 83.0, 81.0]), 1.0))
    assert not needs_more_samples(Task("a", np.array([80.0, 82.9, 81.0]), 1.0))
    assert needs_more_samples(Task("a", np.array([80.0, 80.0]), 1.0))


@pytest.mark.parametrize(
    ("workers", "hours"), [(1, 5.0), (5, 5.0), (6, 5.5), (15, 10.0), (16, 10.25), (40, 16.25), (41, 17.0), (60, 17.0)]
)
def test_the_least_time_for_a_group_is_table_1(workers: int, hours: float) -> None:
    assert least_duration_h(workers) == hours
