"""A shift of 12 h of 30 channels at 1 Hz, from times and values to all metrics of every channel; and the filters of a second of sound.

Three channels have gaps of their own, the times jitter, and the whole kit was off for ten minutes at noon: no short way through steady
readings is open. Each value is the median of its rounds. For the filters set OPENBLAS_NUM_THREADS=1, as the gateway does.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from exposure import shift
from exposure.filters.bands import third_octaves
from exposure.filters.meter import SoundMeter
from exposure.rolling import RollingMaximum
from exposure.series import from_channels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ROUNDS: Final = 15
SHIFT_S: Final = 12 * 3600
RATE_HZ: Final = 48_000
KINDS: Final = (
    *["noise"] * 6, *["level_maximum"] * 4, *["air"] * 8, "wbgt", "wbgt", "hand_arm", "hand_arm",
    "whole_body_x", "whole_body_y", "whole_body_z", "whole_body_quad_z", "illuminance", "illuminance", "ultraviolet", "radiation",
)  # fmt: skip
UNITS: Final = {
    "noise": "dB(A)", "level_maximum": "dB(A)", "air": "[ppm]", "wbgt": "Cel", "illuminance": "lx", "ultraviolet": "W/m2",
    "radiation": "uSv/h",
}  # fmt: skip


def run(report_progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure; the results in the format of `./antoan bench`."""
    report_progress(f"exposure: a shift of {SHIFT_S // 3600} h, {len(KINDS)} channels at 1 Hz")
    times, values = _shift(with_gaps=True)
    steady_times, steady_values = _shift(with_gaps=False)
    results = [
        _result("exposure.shift_ms", "ms", 50.0, _timed(lambda: _whole(times, values))),
        _result(
            "exposure.shift_steady_ms", "ms, without gaps", 50.0, _timed(lambda: _whole(steady_times, steady_values))
        ),
    ]
    report_progress(f"exposure: {results[0]['value']:.1f} ms; sliding means a value at a time")
    results.append(_result("exposure.rolling_us", "us a value", None, [_rolling_us() for _ in range(3)]))
    report_progress("exposure: filters")
    sound = np.random.default_rng(1).normal(0.0, 0.1, RATE_HZ)
    for name, bands in (("sound_ms", []), ("sound_bands_ms", third_octaves(20.0, 16_000.0))):
        meter = SoundMeter(RATE_HZ, bands)
        rounds = _timed(lambda meter=meter: meter.process(sound))  # type: ignore[misc]  # bound early on purpose
        results.append(_result(f"exposure.{name}", "ms a second of 48 kHz", None, rounds))
    return results


def _result(name: str, unit: str, bar: float | None, rounds: list[float]) -> dict[str, Any]:
    return {"name": name, "value": statistics.median(rounds), "unit": unit, "bar": bar, "rounds": rounds}


def _timed(work: Callable[[], object]) -> list[float]:
    work()
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        rounds.append(1e3 * (time.perf_counter() - begin))
    return rounds


def _shift(*, with_gaps: bool) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    random = np.random.default_rng(7)
    seconds = np.arange(float(SHIFT_S))
    if with_gaps:
        seconds = np.concatenate([seconds[:20_000], seconds[20_600:]]) + random.uniform(0.0, 2e-4, SHIFT_S - 600)
    values = []
    for number, kind in enumerate(KINDS):
        low, high = (60.0, 105.0) if UNITS.get(kind) == "dB(A)" else (1.0, 30.0)
        channel = np.round(random.uniform(low, high, seconds.size), 1)
        if with_gaps and number % 10 == 0:
            channel[random.integers(0, seconds.size, 200)] = np.nan
        values.append(channel)
    return seconds, values


def _whole(times: NDArray[np.float64], values: list[NDArray[np.float64]]) -> object:
    units = [UNITS.get(kind, "m/s2") for kind in KINDS]
    channels = from_channels(times, zip(values, units, strict=True), period_s=1.0)
    return shift.of_all(list(zip(KINDS, channels, strict=True)), expected_s=float(SHIFT_S))


def _rolling_us() -> float:
    values = np.random.default_rng(3).uniform(0.0, 30.0, 20_000).tolist()
    rolling = RollingMaximum("[ppm]")
    begin = time.perf_counter()
    for second, value in enumerate(values):
        rolling.update([(float(second), 1.0, value)])
    return 1e6 * (time.perf_counter() - begin) / len(values)
