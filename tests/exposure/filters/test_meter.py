"""Holds the meters to what their standards say of sines, tone bursts and pulses, and to one answer for any division into blocks."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from exposure.errors import WrongStateError
from exposure.filters.bands import third_octaves
from exposure.filters.meter import SoundMeter, VibrationMeter
from exposure.filters.vibration import weighted_from_bands

RATE_HZ = 48_000
# IEC 61672-1:2013 Table 4: 4 kHz bursts, ms: F maximum and S maximum relative to the steady level
BURSTS = {
    1000: (0.0, -2.0),
    500: (-0.1, -4.1),
    200: (-1.0, -7.4),
    50: (-4.8, -13.1),
    10: (-11.1, -20.0),
    2: (-18.0, -27.0),
}


def sine(frequency_hz: float, rms: float, duration_s: float, rate_hz: float = RATE_HZ) -> np.ndarray:
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    return np.asarray(rms * math.sqrt(2) * np.sin(2 * np.pi * frequency_hz * times))


def test_a_calibrator_reads_94_db_in_every_weighting_and_in_its_band_only() -> None:
    meter = SoundMeter(RATE_HZ, third_octaves(500, 2000))
    meter.process(sine(1000, 1.0, 10))
    levels = meter.process(sine(1000, 1.0, 1))
    for level in (
        levels.laeq,
        levels.lceq,
        levels.lzeq,
        levels.laf_max,
        levels.las_max,
        levels.las_min,
        levels.bands[3],
    ):
        assert level == pytest.approx(93.98, abs=0.05)
    assert levels.lc_peak == pytest.approx(96.99, abs=0.05)
    assert max(levels.bands[:2] + levels.bands[5:]) < 94 - 40


@pytest.mark.parametrize("milliseconds", BURSTS)
def test_a_tone_burst_reaches_the_maxima_of_table_4(milliseconds: int) -> None:
    steady = SoundMeter(RATE_HZ)
    steady.process(sine(4000, 1.0, 8))
    level = steady.process(sine(4000, 1.0, 1)).laeq
    burst = np.concatenate([sine(4000, 1.0, milliseconds / 1000), np.zeros(RATE_HZ)])
    found = SoundMeter(RATE_HZ).process(burst)
    assert (found.laf_max - level, found.las_max - level) == pytest.approx(BURSTS[milliseconds], abs=0.1)


def test_silence_has_no_level_and_after_reset_nothing_remains() -> None:
    meter = SoundMeter(RATE_HZ)
    meter.process(sine(1000, 1.0, 1))
    meter.reset()
    assert meter.process(np.zeros(100)).las_max == -math.inf


def test_a_restart_between_blocks_changes_no_level() -> None:
    signal = np.random.default_rng(3).normal(size=3 * RATE_HZ)
    through, stopped = (SoundMeter(RATE_HZ, [-10, 0]) for _ in range(2))
    for second in range(3):
        block = signal[second * RATE_HZ : (second + 1) * RATE_HZ]
        assert stopped.process(block) == through.process(block)
        saved = json.loads(json.dumps(stopped.state()))
        stopped = SoundMeter(RATE_HZ, [-10, 0])
        stopped.restore(saved)
    with pytest.raises(WrongStateError):
        SoundMeter(RATE_HZ).restore(saved)


def test_a_vibration_of_one_m_s2_reads_its_weighting_factor() -> None:
    meter = VibrationMeter("Wk", 1000)
    signal = sine(6.31, 1.0, 40, 1000)
    meter.process(signal[:30_000])
    found = meter.process(signal[30_000:])
    assert found.rms == pytest.approx(1.054, rel=0.005)
    assert found.peak == pytest.approx(1.054 * math.sqrt(2), rel=0.01)
    assert found.crest_factor == pytest.approx(math.sqrt(2), rel=0.01)
    assert found.fourth_power == pytest.approx(1.054**4 * 1.5 * 10, rel=0.02)
    assert found.mtvv == pytest.approx(1.054, rel=0.03)


def test_a_vibration_meter_goes_on_from_its_state() -> None:
    signal = np.random.default_rng(4).normal(size=20_000)
    through, first = VibrationMeter("Wh", 10_000), VibrationMeter("Wh", 10_000)
    through.process(signal[:10_000])
    first.process(signal[:10_000])
    second = VibrationMeter("Wh", 10_000)
    second.restore(json.loads(json.dumps(first.state())))
    assert second.process(signal[10_000:]) == through.process(signal[10_000:])
    with pytest.raises(WrongStateError):
        VibrationMeter("Wh", 5000).restore(first.state())
    with pytest.raises(WrongStateError):
        second.restore({"version": 2})


def test_bands_give_the_weighted_value_that_the_waveform_gives() -> None:
    assert weighted_from_bands("Wd", [1.0, 1.0], [1.0, 10.0]) == pytest.approx(math.hypot(1.011, 0.2017), abs=5e-4)
