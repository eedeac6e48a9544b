"""Everything that is computed of one channel over one shift, by what the channel measures.

The kind is said by whoever knows the channel, never guessed from a unit: degrees may be WBGT or a machine's, m/s² one axis or another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from exposure.air.stel import stel
from exposure.air.twa import ceiling, twa
from exposure.errors import OutOfDomainError
from exposure.gaps import GapPolicy
from exposure.heat.wbgt import mean_wbgt, worst_hour
from exposure.light.illuminance import mean_over_time
from exposure.light.ultraviolet import radiant_exposure
from exposure.noise import dose
from exposure.noise.exposure_level import lex_8h_series
from exposure.noise.levels import exceeded_levels, highest_laeq, laeq, maximum
from exposure.radiation.dose import accumulated
from exposure.result import Result
from exposure.series import Series
from exposure.vibration.hand_arm import a8_series
from exposure.vibration.whole_body import AXIS_FACTOR, vdv_series

Results = dict[str, Result]
DOSE_RULES: dict[str, dose.DoseRule] = {
    "osha_pel": dose.OSHA_PEL,
    "osha_hc": dose.OSHA_HC,
    "niosh": dose.NIOSH,
    "qcvn_24": dose.QCVN_24,
    "eu_upper_action": dose.EU_UPPER_ACTION,
    "eu_lower_action": dose.EU_LOWER_ACTION,
}
PERCENTAGES = (10.0, 50.0, 90.0)
QUARTER_HOUR_S = 900.0


def noise(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of a short-time A-weighted level: LAeq, LEX,8h, percentiles, loudest quarter of an hour, highest; dose and TWA by each rule."""
    mean = laeq(series, expected_s=expected_s, gaps=gaps)
    found = {"laeq": mean, "lex_8h": lex_8h_series(series, expected_s=expected_s, gaps=gaps)}
    for percent, level in zip(PERCENTAGES, exceeded_levels(series, PERCENTAGES), strict=True):
        found[f"l{percent:g}"] = replace(mean, value=float(level), standard="ISO 1996-1, 3.2.4")
    found["laeq_15min"] = highest_laeq(series, QUARTER_HOUR_S)
    found["maximum"] = maximum(series, expected_s=expected_s)
    for name, rule in DOSE_RULES.items():
        percent_of = dose.dose_series(series, rule, expected_s=expected_s, gaps=gaps)
        found[f"dose_{name}"] = percent_of
        found[f"twa_{name}"] = replace(percent_of, value=_twa_level(percent_of, rule), unit=series.unit)
    return found


def level_maximum(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of a channel of maxima or peaks (LAFmax, LASmax, LCpeak): the highest."""
    _ = gaps
    return {"maximum": maximum(series, expected_s=expected_s)}


def air(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of a gas, vapour or dust: TWA over 8 h and over the time itself, STEL, ceiling."""
    return {
        "twa_8h": twa(series, expected_s=expected_s, gaps=gaps),
        "twa_actual": twa(series, expected_s=expected_s, gaps=gaps, base_s=None),
        "stel": stel(series),
        "ceiling": ceiling(series, expected_s=expected_s),
    }


def wbgt(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of a WBGT: mean and worst hour. A gap that would count as zero degrees stays unknown."""
    told = GapPolicy.UNKNOWN if gaps is GapPolicy.ZERO else gaps
    return {"mean": mean_wbgt(series, expected_s=expected_s, gaps=told), "worst_hour": worst_hour(series)}


def hand_arm(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of the total value of one hand: A(8)."""
    return {"a8": a8_series(series, expected_s=expected_s, gaps=gaps)}


def whole_body(axis: str) -> Callable[[Series, float, GapPolicy], Results]:
    """Of one axis of the seat, r.m.s.: A(8) with its k."""

    def found(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
        return {"a8": a8_series(series, expected_s=expected_s, factor=AXIS_FACTOR[axis], gaps=gaps)}

    return found


def quad(axis: str) -> Callable[[Series, float, GapPolicy], Results]:
    """Of one axis of the seat, root-mean-quad: VDV with its k."""

    def found(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
        return {"vdv": vdv_series(series, expected_s=expected_s, factor=AXIS_FACTOR[axis], gaps=gaps)}

    return found


def illuminance(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of one point of light: its mean."""
    _ = gaps
    return {"mean": mean_over_time(series, expected_s=expected_s)}


def ultraviolet(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of an effective irradiance: radiant exposure."""
    return {"radiant_exposure": radiant_exposure(series, expected_s=expected_s, gaps=gaps)}


def radiation(series: Series, expected_s: float, gaps: GapPolicy) -> Results:
    """Of a dose rate: the dose."""
    return {"dose": accumulated(series, expected_s=expected_s, gaps=gaps)}


KINDS: dict[str, Callable[[Series, float, GapPolicy], Results]] = {
    "noise": noise,
    "level_maximum": level_maximum,
    "air": air,
    "wbgt": wbgt,
    "hand_arm": hand_arm,
    **{f"whole_body_{axis}": whole_body(axis) for axis in AXIS_FACTOR},
    **{f"whole_body_quad_{axis}": quad(axis) for axis in AXIS_FACTOR},
    "illuminance": illuminance,
    "ultraviolet": ultraviolet,
    "radiation": radiation,
}


def metrics(kind: str, series: Series, *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN) -> Results:
    """All metrics of one channel over a shift of `expected_s`, by name."""
    if kind not in KINDS:
        raise OutOfDomainError(f"no kind of channel is named {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](series, expected_s, gaps)


def of_all(
    channels: Sequence[tuple[str, Series]], *, expected_s: float, gaps: GapPolicy = GapPolicy.UNKNOWN
) -> list[Results]:
    """`metrics` of each channel (kind, series) of a shift."""
    return [metrics(kind, series, expected_s=expected_s, gaps=gaps) for kind, series in channels]


def _twa_level(percent: Result, rule: dose.DoseRule) -> float | None:
    if percent.value is None:
        return None
    return float(dose.twa(percent.value, rule)[0]) if percent.value > 0 else -math.inf
