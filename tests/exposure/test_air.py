"""Holds times above a level, flammable gas, and hearing protectors by their octaves."""

from __future__ import annotations

import numpy as np
import pytest

from exposure.air import excursions, safety
from exposure.errors import OutOfDomainError
from exposure.noise import protector
from exposure.series import from_samples

OCTAVES_HZ = [63, 125, 250, 500, 1000, 2000, 4000, 8000]


def test_each_time_above_a_level_is_counted_once_and_a_gap_ends_it() -> None:
    values = [1.0, 6.0, 7.0, 1.0, 9.0, 9.0, 5.0]
    series = from_samples([0.0, 1.0, 2.0, 3.0, 4.0, 9.0, 10.0], values, "[ppm]", period_s=1.0)
    found = excursions.above(series, 5.0)
    assert (found.begins_s, found.ends_s) == ((1.0, 4.0, 9.0), (3.0, 5.0, 10.0))
    assert (found.count, found.total_s, found.longest_s, found.least_pause_s) == (3, 4.0, 2.0, 1.0)
    assert not found.coverage.complete


def test_without_an_excursion_there_is_no_pause() -> None:
    found = excursions.above(from_samples(np.arange(3.0), [1.0, 5.0, 1.0], "[ppm]", period_s=1.0), 5.0)
    assert (found.count, found.longest_s, found.least_pause_s) == (0, 0.0, None)


def test_percent_of_lel_needs_what_a_hundred_is() -> None:
    assert safety.lel_percent([1.0, 2.2], 4.4).tolist() == pytest.approx([22.727, 50.0], abs=1e-3)
    assert safety.corrected_lel([10.0], 1.7).tolist() == [17.0]
    with pytest.raises(OutOfDomainError, match="volume_percent"):
        safety.lel_percent(-1.0, 5.0)


def test_the_octave_method_gives_the_example_of_iso_4869_2() -> None:
    # ISO 4869-2:2018, Annexes A and B, read in the reference data of jmrplens/phonometry
    mean, deviation = [7.4, 10.0, 14.4, 19.6, 22.8, 29.6, 38.8, 34.1], [3.3, 3.6, 3.6, 4.6, 4.0, 6.2, 7.4, 5.2]
    protection = protector.assumed_protection(mean, deviation)
    assert protection.tolist() == pytest.approx([4.1, 6.4, 10.8, 15.0, 18.8, 23.4, 31.4, 28.9])
    noise = [75.0, 84.0, 86.0, 88.0, 97.0, 99.0, 97.0, 96.0]
    assert protector.octave_band_level(noise, OCTAVES_HZ, protection) == pytest.approx(81.4, abs=0.1)
    assert protector.hml_method(104.0, 103.0, 24.0, 18.0, 13.0) == pytest.approx(104.0 - 22.5)
    with pytest.raises(OutOfDomainError, match="share"):
        protector.assumed_protection(mean, deviation, 0.5)
