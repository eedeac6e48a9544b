"""Holds the statistics of exposure groups to other programs, to simulation, and to each other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exposure.errors import MismatchedError, OutOfDomainError, TooFewSamplesError
from exposure.statistics import groups, land
from exposure.statistics.censored import fit_censored
from exposure.statistics.en689 import statistical
from exposure.statistics.lognormal import Lognormal, fit
from exposure.statistics.normality import lognormality

# W and p of ln x by scipy 1.17.1 (stats.shapiro)
SHAPIRO = [
    ([1.208, 0.593, 0.662], 0.86282856, 0.27539232),
    ([2.168, 1.325, 0.575, 2.658, 0.733], 0.92820490, 0.58418125),
    ([2.447, 3.512, 2.403, 3.349, 4.853, 3.574], 0.90819317, 0.42461663),
    ([7.82, 0.194, 0.177, 0.222, 2.32, 1.137, 2.94, 2.059, 1.234, 1.328, 0.844], 0.92465123, 0.35930104),
    ([0.674, 3.659, 2.554, 4.54, 4.258, 2.233, 4.882, 3.164, 3.946, 2.332, 1.383, 1.273, 1.315, 3.217, 1.007,
      0.59, 4.248, 0.947, 2.528, 2.698],
     0.91536998, 0.08073139),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "w", "p"), SHAPIRO)
def test_lognormality_is_that_of_shapiro_and_wilk(samples: list[float], w: float, p: float) -> None:
    assert lognormality(samples) == pytest.approx((w, p), abs=1e-6)


def test_a_group_of_two_kinds_does_not_look_lognormal() -> None:
    assert lognormality([0.1, 0.11, 0.105, 0.098, 5.0, 5.2, 4.9, 5.1])[1] < 0.05
    with pytest.raises(TooFewSamplesError):
        lognormality([1.0, 2.0])
    with pytest.raises(OutOfDomainError):
        lognormality([2.0, 2.0, 2.0])


@pytest.mark.parametrize(("n", "spread", "h"), [(3, 0.1, 2.750), (10, 0.1, 1.802), (15, 1.0, 2.744), (10, 1.0, 3.103)])
def test_the_limit_of_the_mean_is_lands_table(n: int, spread: float, h: float) -> None:
    # H of Land's tables as Gilbert 1987, Table A12, prints them (recalled): ln limit = ȳ + s²/2 + s·H/√(n-1)
    found = math.log(land.mean_limit(Lognormal(1.0, math.exp(spread), n)))
    assert (found - spread**2 / 2) / spread * math.sqrt(n - 1) == pytest.approx(h, abs=0.002)


def test_the_limit_of_the_mean_covers_it_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    logs = random.normal(0.0, 1.2, (3000, 6))
    found = [land.probability_below(float(row.mean()), float(row.std(ddof=1)), 6, 0.72) for row in logs]
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx([0.05, 0.5, 0.95], abs=0.02)


def test_many_samples_bring_the_limit_to_the_mean() -> None:
    fitted = Lognormal(2.0, 1.5, 4000)
    lower, upper = (land.mean_limit(fitted, confidence) for confidence in (0.05, 0.95))
    assert lower < fitted.arithmetic_mean < upper
    assert upper / lower < 1.03
    with pytest.raises(OutOfDomainError, match="confidence"):
        land.mean_limit(fitted, 1.0)


def test_results_below_detection_count_by_likelihood() -> None:
    # scipy 1.17.1, stats.norm.fit of CensoredData, spread scaled to N - 1
    results, detected = [0.5, 0.5, 1.0, 2.0, 3.0, 1.5, 0.8], [False, False, True, True, True, True, True]
    assert fit_censored(results, detected).gm == pytest.approx(0.945920, rel=1e-4)
    assert fit_censored(results, detected).gsd == pytest.approx(2.491733, rel=1e-4)
    mixed = fit_censored([0.3, 1, 2, 3, 1.5, 0.8, 4, 0.5, 1.2, 0.2], [True] * 7 + [False] * 3)
    assert (mixed.gm, mixed.gsd, mixed.n) == pytest.approx((0.782853, 3.451515, 10), rel=1e-4)


def test_without_results_below_detection_the_fit_is_the_plain_one() -> None:
    samples = [0.5, 1.0, 2.0, 3.0, 1.5, 0.8]
    plain, found = fit(samples), fit_censored(samples, [True] * 6)
    assert (found.gm, found.gsd) == pytest.approx((plain.gm, plain.gsd))


def test_too_few_detected_results_are_no_fit() -> None:
    with pytest.raises(TooFewSamplesError):
        fit_censored([1.0, 1.0, 2.0, 3.0], [False, False, True, True])
    with pytest.raises(MismatchedError):
        fit_censored([1.0, 2.0, 3.0], [True, True])


def test_a_percentile_has_two_limits_and_the_upper_one_is_the_tolerance_limit() -> None:
    fitted = Lognormal(1.0, 2.0, 10)
    lower, upper = fitted.percentile_limits(0.95, 0.90)
    assert lower < fitted.percentile(0.95) < upper
    assert upper == pytest.approx(fitted.upper_tolerance_limit(0.95, 0.95))


def test_workers_who_differ_are_seen_to_differ() -> None:
    random = np.random.default_rng(4)
    means = random.normal(0.0, 0.5, 300)
    samples = {str(index): np.exp(random.normal(mean, 0.8, 8)) for index, mean in enumerate(means)}
    found = groups.spread(samples)
    assert found.gsd_between == pytest.approx(math.exp(0.5), rel=0.06)
    assert found.gsd_within == pytest.approx(math.exp(0.8), rel=0.06)
    assert found.ratio_95 == pytest.approx(math.exp(3.92 * 0.5), rel=0.25)
    assert groups.of_group(samples).gsd == pytest.approx(math.exp(math.hypot(0.5, 0.8)), rel=0.06)


def test_workers_who_do_not_differ_have_no_spread_between_them() -> None:
    found = groups.spread({"a": [1.0, 3.0], "b": [3.0, 1.0]})
    assert (found.between, found.ratio_95) == (0.0, 1.0)
    with pytest.raises(TooFewSamplesError):
        groups.spread({"a": [1.0, 2.0]})
    with pytest.raises(TooFewSamplesError):
        groups.spread({"a": [1.0], "b": [2.0]})


@pytest.mark.parametrize(("share_of_limit", "outcome"), [(1.01, "non-compliant"), (0.99, "compliant")])
def test_a_group_complies_from_the_very_tolerance_limit_on(share_of_limit: float, outcome: str) -> None:
    # scaled so that GM·GSD^2.187, the upper limit of EN 689 for six results, lies just above or below the limit
    samples = np.exp(np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]) * 0.4)
    upper = fit(samples).upper_tolerance_limit(0.95, 0.70)
    found, ratio, needed = statistical(samples * share_of_limit * 10.0 / upper, 10.0)
    assert found.value == outcome
    assert ratio == pytest.approx(needed, abs=0.05)
    assert needed == pytest.approx(2.187, abs=0.001)
