"""Holds that all metrics of a channel come from one call, by kind, each the same as from its own function."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exposure import shift
from exposure.air.stel import stel
from exposure.errors import OutOfDomainError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.noise import dose
from exposure.noise.levels import laeq
from exposure.series import Series, from_samples
from exposure.vibration.whole_body import a8

UNITS = {
    "noise": "dB(A)",
    "level_maximum": "dB(C)",
    "air": "mg/m3",
    "wbgt": "Cel",
    "illuminance": "lx",
    "ultraviolet": "W/m2",
}
HOUR_S = 3600.0


def channel(kind: str, count: int = 3600) -> Series:
    values = 85.0 + 10.0 * np.sin(np.arange(count) / 100.0)
    unit = UNITS.get(kind, "uSv/h" if kind == "radiation" else "m/s2")
    return from_samples(np.arange(float(count)), values, unit, period_s=1.0)


@pytest.mark.parametrize("kind", shift.KINDS)
def test_every_metric_has_a_value_a_unit_a_source_and_its_coverage(kind: str) -> None:
    found = shift.metrics(kind, channel(kind), expected_s=HOUR_S)
    assert found
    for result in found.values():
        assert result.value is not None
        assert result.unit
        assert result.standard
        assert result.coverage.fraction >= 0.75


def test_the_metrics_are_those_of_their_own_functions() -> None:
    noise = channel("noise")
    found = shift.metrics("noise", noise, expected_s=HOUR_S)
    assert found["laeq"] == laeq(noise, expected_s=HOUR_S)
    assert found["dose_osha_hc"] == dose.dose_series(noise, dose.OSHA_HC, expected_s=HOUR_S)
    assert found["twa_niosh"].value == pytest.approx(float(dose.twa(found["dose_niosh"].value or 0.0, dose.NIOSH)[0]))
    assert (
        (found["l90"].value or 0)
        < (found["l50"].value or 0)
        < (found["l10"].value or 0)
        <= (found["maximum"].value or 0)
    )
    air = channel("air")
    assert shift.metrics("air", air, expected_s=HOUR_S)["stel"] == stel(air)
    steady = Series(np.array([0.0]), np.array([8 * HOUR_S]), np.array([0.5]), "m/s2")
    seat = shift.metrics("whole_body_x", steady, expected_s=8 * HOUR_S)["a8"].value
    assert seat == pytest.approx(a8(0.5, 0.0, 0.0, 8.0).x)


def test_silence_below_the_threshold_has_no_twa() -> None:
    quiet = Series(np.array([0.0]), np.array([HOUR_S]), np.array([60.0]), "dB(A)")
    assert shift.metrics("noise", quiet, expected_s=HOUR_S)["twa_osha_pel"].value == -math.inf


def test_all_channels_of_a_shift_come_in_their_order() -> None:
    kinds = ["air", "wbgt", "radiation"]
    found = shift.of_all([(kind, channel(kind)) for kind in kinds], expected_s=2 * HOUR_S, gaps=GapPolicy.ZERO)
    assert [sorted(results) for results in found] == [
        ["ceiling", "stel", "twa_8h", "twa_actual"], ["mean", "worst_hour"], ["dose"],
    ]  # fmt: skip
    assert found[0]["twa_actual"].value == pytest.approx(0.5 * (plain_mean(channel("air"))))
    assert not found[1]["mean"].decidable


def plain_mean(series: Series) -> float:
    return float(series.value.mean())


def test_a_kind_that_is_not_there_and_a_unit_of_another_are_refused() -> None:
    with pytest.raises(OutOfDomainError, match="sound"):
        shift.metrics("sound", channel("noise"), expected_s=HOUR_S)
    with pytest.raises(WrongUnitError):
        shift.metrics("air", channel("noise"), expected_s=HOUR_S)
