"""Holds the filters to the tables of their standards, band by band, at each sampling rate they may be used at."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from exposure.errors import MismatchedError, OutOfDomainError
from exposure.filters import bands, vibration
from exposure.filters.acoustic import sound_weighting
from exposure.filters.sections import Sections
from exposure.filters.time_weighting import FAST_S, SLOW_S, exponential_mean

TABLES = json.loads((Path(__file__).parent / "iso8041_factors.json").read_text(encoding="utf-8"))["tables"]
# IEC 61672-1:2013 Table 3, 10 Hz to 20 kHz in thirds of an octave
A_DB = [
    -70.4, -63.4, -56.7, -50.5, -44.7, -39.4, -34.6, -30.2, -26.2, -22.5, -19.1, -16.1, -13.4, -10.9, -8.6, -6.6, -4.8,
    -3.2, -1.9, -0.8, 0.0, 0.6, 1.0, 1.2, 1.3, 1.2, 1.0, 0.5, -0.1, -1.1, -2.5, -4.3, -6.6, -9.3,
]  # fmt: skip
C_DB = [
    -14.3, -11.2, -8.5, -6.2, -4.4, -3.0, -2.0, -1.3, -0.8, -0.5, -0.3, -0.2, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    0.0, -0.1, -0.2, -0.3, -0.5, -0.8, -1.3, -2.0, -3.0, -4.4, -6.2, -8.5, -11.2,
]  # fmt: skip
CENTRES_HZ = 1000.0 * 10.0 ** (np.arange(-20, 14) / 10.0)
# IEC 61260 class 1: least and most attenuation at distances from the centre, in octaves, of an octave filter (1995 edition, the stricter)
MASK = [
    (0.0, -0.3, 0.3), (1 / 8, -0.3, 0.4), (1 / 4, -0.3, 0.6), (3 / 8, -0.3, 1.3), (0.4999, -0.3, 5.0), (0.5, 2.0, 5.0),
    (1.0, 17.5, math.inf), (2.0, 42.0, math.inf), (3.0, 61.0, math.inf), (4.0, 70.0, math.inf),
]  # fmt: skip


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize(("name", "table"), [("A", A_DB), ("C", C_DB)])
def test_a_sound_weighting_is_within_a_tenth_of_its_table_up_to_0_42_of_the_rate(
    name: str, table: list[float], rate_hz: float
) -> None:
    inside = 0.42 * rate_hz > CENTRES_HZ
    found = 20 * np.log10(np.abs(sound_weighting(name, rate_hz).response(CENTRES_HZ[inside])))
    assert found == pytest.approx(np.array(table)[inside], abs=0.1)


def test_z_weighting_passes_the_signal_and_a_is_zero_at_1_khz() -> None:
    assert np.abs(sound_weighting("Z", 48_000).response([10, 20_000])).tolist() == [1, 1]
    assert np.abs(sound_weighting("A", 48_000).response(1000)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("ratio", [2.5, 4.0, 10.0, 64.0])
def test_a_vibration_weighting_is_within_two_percent_of_every_band_up_to_0_42_of_the_rate(
    name: str, ratio: float
) -> None:
    rate_hz = ratio * vibration.WEIGHTINGS[name].high_hz
    factors = np.array(TABLES[name]["factors"])
    centres = 10.0 ** ((TABLES[name]["first_n"] + np.arange(factors.size)) / 10.0)
    inside = centres < 0.42 * rate_hz
    found = np.abs(vibration.vibration_weighting(name, rate_hz).response(centres[inside]))
    assert found == pytest.approx(factors[inside], rel=0.02)


@pytest.mark.parametrize("index", [-16, -10, 0, 10, 12])
@pytest.mark.parametrize("per_octave", [1, 3])
def test_a_band_filter_keeps_within_class_1(index: int, per_octave: int) -> None:
    if per_octave == 1:
        index = round(index / 3)
    found = bands.band_filter(index, 48_000, per_octave)
    scale = (bands.OCTAVE ** (0.5 / per_octave) - 1) / (bands.OCTAVE**0.5 - 1)
    for octaves, least, most in MASK:
        ratio = 1 + scale * (bands.OCTAVE**octaves - 1)
        for frequency in (bands.centre_hz(index, per_octave) * ratio, bands.centre_hz(index, per_octave) / ratio):
            if frequency < 24_000:
                got = float(bands.attenuation_db(found, np.array([frequency]))[0])
                assert least - 1e-6 <= got <= most, (octaves, frequency)


def test_bands_are_numbered_from_1_khz_on_base_ten() -> None:
    assert bands.centre_hz(-10) == pytest.approx(100)
    assert bands.centre_hz(3) == pytest.approx(1995.26, abs=0.01)
    assert bands.third_octaves(20, 20_000) == list(range(-17, 14))


def test_the_time_weightings_decay_at_their_rates() -> None:
    for constant, decay in ((FAST_S, 34.7), (SLOW_S, 4.34)):  # dB/s, IEC 61672-1, 5.8.2
        kept = -exponential_mean(constant, 48_000).rows[0, 3]
        assert -10 * math.log10(kept) * 48_000 == pytest.approx(decay, abs=0.05)


def test_what_cannot_be_designed_is_refused_by_name() -> None:
    with pytest.raises(OutOfDomainError, match="B"):
        sound_weighting("B", 48_000)
    with pytest.raises(OutOfDomainError, match="20000"):
        sound_weighting("A", 8000)
    with pytest.raises(OutOfDomainError, match="Wx"):
        vibration.vibration_weighting("Wx", 1000)
    with pytest.raises(OutOfDomainError, match="3147"):
        vibration.vibration_weighting("Wh", 1000)
    with pytest.raises(OutOfDomainError, match="sampling rate"):
        bands.band_filter(13, 44_100)
    with pytest.raises(OutOfDomainError, match="not stable"):
        Sections(np.array([[1.0, 0.0, 0.0, -2.0, 1.0]]), 1000.0)
    with pytest.raises(MismatchedError):
        Sections(np.zeros((1, 6)), 1000.0)
    with pytest.raises(OutOfDomainError, match="half of the sampling rate"):
        sound_weighting("A", 48_000).response(30_000)
