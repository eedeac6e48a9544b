"""Real recordings (README.md names sources, authors and licences) as numpy columns of scaled integers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Series:
    """One column of a recording: physical value = `values` × 10^`exponent` in `unit` (UCUM), one every `period_s` seconds."""

    name: str
    unit: str
    exponent: int
    period_s: float
    values: NDArray[np.int64]


def sound_level() -> Series:
    """24 hours of LAeq,1s at 0.1 dB, one a second."""
    return Series("LAeq_1s_dB", "dB[SPL]", -1, 1.0, _column("sound_level_1s.csv", "LAeq_1s_dB", 1))


def octave_bands() -> list[Series]:
    """Octave-band levels at 0.1 dB, one every 30 s."""
    return [
        Series(name, "dB[SPL]", -1, 30.0, _column("octave_bands_30s.csv", name, 1))
        for name in _names("octave_bands_30s.csv")
    ]


def room_climate() -> list[Series]:
    """Six days of temperature, relative humidity, illuminance and CO2, a minute each; averages rounded to 2 or 3 places."""
    units = {
        "temperature_degC": ("Cel", 2),
        "relative_humidity_pct": ("%", 3),
        "illuminance_lx": ("lx", 2),
        "co2_ppm": ("[ppm]", 2),
    }
    return [
        Series(name, unit, -places, 60.0, _column("room_climate_1min.csv", name, places))
        for name, (unit, places) in units.items()
    ]


@cache
def _column(file: str, name: str, places: int) -> NDArray[np.int64]:
    with (_FOLDER / file).open(newline="") as lines:
        values = [int(Decimal(row[name]).scaleb(places).to_integral_value()) for row in csv.DictReader(lines)]
    column = np.array(values, np.int64)
    column.flags.writeable = False
    return column


def _names(file: str) -> list[str]:
    with (_FOLDER / file).open(newline="") as lines:
        return next(csv.reader(lines))[1:]
