"""The metric that a limit names, from the series of a shift. Pure.

What cannot be rebuilt from readings (a maximum from equivalent levels, a frequency weighting, dust fractions) is refused:
such a value is entered, not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.air import stel, twa
from exposure.errors import ExposureError
from exposure.gaps import GapPolicy
from exposure.limits.allowed import NORMAL_SHIFT_H, converted, long_shift
from exposure.noise import dose
from exposure.noise.exposure_level import lex_8h_series
from exposure.noise.levels import laeq
from exposure.result import Result
from exposure.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable

    from exposure.limits.book import Entry

AGENTS = {
    "sound_level": "noise", "co": "carbon_monoxide", "co2": "carbon_dioxide", "h2s": "hydrogen_sulfide", "o2": "oxygen",
    "lel": "flammable_gas", "no": "nitric_oxide", "no2": "nitrogen_dioxide", "so2": "sulfur_dioxide", "nh3": "ammonia",
    "cl2": "chlorine", "ozone": "ozone", "hcn": "hydrogen_cyanide", "hcl": "hydrogen_chloride", "ph3": "phosphine",
    "formaldehyde": "formaldehyde", "benzene": "benzene", "toluene": "toluene", "wbgt": "wbgt", "illuminance": "illuminance",
    "air_temperature": "air_temperature", "relative_humidity": "relative_humidity",
}  # fmt: skip
"""The agent that a quantity measures. PM1 to PM10 and counts are in no limit: neither total nor respirable dust."""

DUST = ("pm1", "pm2_5", "pm4", "pm10", "tsp", "particle_count")
WBGT_WINDOW_S = 3600.0
LEAST_FRACTION = 0.75
"""Part of the exposure time that must be measured for any verdict: a choice of this house, in no standard."""


class NotComputableError(ExposureError):
    """The metric cannot be computed from these readings; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric of one shift."""

    entry: Entry
    series: Series
    expected_s: float
    shift_h: float
    gaps: GapPolicy


def check_quantity(entry: Entry, quantity: str) -> None:
    """Refuse a quantity that the limit does not concern. Raises NotComputableError."""
    if quantity in DUST:
        raise NotComputableError(
            f"{quantity} is neither total nor respirable dust and is judged by no limit; enter a gravimetric result"
        )
    if AGENTS.get(quantity) != entry.limit.agent:
        raise NotComputableError(f"{entry.id} limits {entry.agent.en}, but the placement measures {quantity}")


def judgeable(entry: Entry, quantity: str) -> bool:
    """Whether a measurement of this quantity can be computed and judged by the limit."""
    return AGENTS.get(quantity) == entry.limit.agent and entry.limit.metric in METRICS


def compute(asked: Asked) -> Result:
    """The value in the unit of the limit. Raises NotComputableError, or another ExposureError for the readings' own faults."""
    metric = asked.entry.limit.metric
    if metric not in METRICS:
        raise NotComputableError(f"a {metric} is not computed from these readings; enter it as a result")
    return METRICS[metric](asked)


def series_unit(entry: Entry, unit: str) -> str:
    """In which unit the mathematics takes a series: levels by their own word, all else in that of the limit."""
    return "dB(A)" if entry.limit.unit == unit == "dB[SPL]{A}" else entry.limit.unit


def factor(entry: Entry, unit: str) -> float:
    """By what a value in `unit` is multiplied to be in the unit of the limit. Raises WrongUnitError."""
    return converted(entry, 1.0, unit)


def _lex(asked: Asked) -> Result:
    return lex_8h_series(asked.series, expected_s=asked.expected_s, gaps=asked.gaps)


def _laeq(asked: Asked) -> Result:
    return laeq(asked.series, expected_s=asked.expected_s, gaps=asked.gaps)


def _noise_twa(rule: dose.DoseRule) -> Callable[[Asked], Result]:
    def computed(asked: Asked) -> Result:
        found = dose.dose_series(asked.series, rule, expected_s=asked.expected_s, gaps=asked.gaps)
        value = None if not found.value else float(dose.twa(found.value, rule)[0])
        return Result(value, "dB(A)", f"{rule.source}: TWA from dose", found.coverage, found.gaps)

    return computed


def _twa(asked: Asked) -> Result:
    """Over 8 h; for a long shift as the text compares it (QCVN 02, 03: the mean over the actual hours)."""
    rule = long_shift(asked.entry)
    actual = rule is not None and rule.compare == "mean_over_actual_hours" and asked.shift_h > NORMAL_SHIFT_H
    base_s = None if actual else asked.entry.limit.averaging_s or twa.DAY_S
    return twa.twa(asked.series, expected_s=asked.expected_s, gaps=asked.gaps, base_s=base_s)


def _stel(asked: Asked) -> Result:
    """The highest sliding mean; its coverage is that of the whole exposure: a gap may hide a higher one."""
    found = stel.stel(asked.series, window_s=asked.entry.limit.averaging_s or stel.WINDOW_S)
    return Result(found.value, found.unit, found.standard, asked.series.coverage(asked.expected_s), asked.gaps)


def _extreme(asked: Asked) -> Result:
    lowest = asked.entry.limit.compare == "at_least"
    value = float(asked.series.value.min() if lowest else asked.series.value.max())
    said = f"the {'lowest' if lowest else 'highest'} reading"
    return Result(value, asked.series.unit, said, asked.series.coverage(asked.expected_s), asked.gaps)


def _wbgt(asked: Asked) -> Result:
    _, means, measured = stel.sliding_means(asked.series, WBGT_WINDOW_S)
    enough = measured >= LEAST_FRACTION * WBGT_WINDOW_S
    value = float(means[enough].max()) if enough.any() else None
    said = "ISO 7243:2017, 6.3: highest mean over 60 min"
    return Result(value, asked.series.unit, said, asked.series.coverage(asked.expected_s), asked.gaps)


def _mean(asked: Asked) -> Result:
    value = float(np.average(asked.series.value, weights=asked.series.duration_s))
    said = "mean over the measured time"
    return Result(value, asked.series.unit, said, asked.series.coverage(asked.expected_s), asked.gaps)


METRICS: dict[str, Callable[[Asked], Result]] = {
    "lex_8h": _lex,
    "laeq_by_duration": _laeq,
    "laeq_position": _laeq,
    "noise_twa_osha_pel": _noise_twa(dose.OSHA_PEL),
    "noise_twa_osha_hc": _noise_twa(dose.OSHA_HC),
    "noise_twa_niosh": _noise_twa(dose.NIOSH),
    "twa": _twa,
    "stel": _stel,
    "ceiling": _extreme,
    "concentration": _extreme,
    "wbgt": _wbgt,
    "illuminance": _mean,
    "air_temperature": _mean,
    "relative_humidity": _mean,
}
