"""What a limit allows in one case: the row of its table, its own rule for a long shift, its own conversion of ppm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from exposure.air.long_shift import brief_scala_daily, osha_lead
from exposure.air.units import to_mg_m3, to_ppm
from exposure.errors import WrongUnitError
from exposure.limits.book import Entry
from exposure.limits.schema import LongShift
from exposure.noise.dose import long_shift_action_level

NORMAL_SHIFT_H = 8.0
UG_PER_MG = 1000.0


@dataclass(frozen=True, slots=True)
class Allowed:
    """The values that comply, both ends included; None: no bound on that side."""

    low: float | None
    high: float | None
    adjusted: LongShift | None = None
    """The rule by which the limit was lowered for a long shift, if it was."""

    def margin(self, value: float) -> float:
        """How far inside the value lies, in its unit; negative outside."""
        above = math.inf if self.high is None else self.high - value
        below = math.inf if self.low is None else value - self.low
        return min(above, below)


def allowed(
    entry: Entry, *, duration_s: float | None = None, shift_h: float | None = None, row: str | None = None
) -> Allowed | None:
    """What complies. `duration_s`: exposure time, for a table by duration; `row`: octave band or name, for other tables.

    None where the table has no row for the case: the text then says nothing about it.
    """
    limit = entry.limit
    if limit.range is not None:
        return Allowed(*limit.range)
    value = limit.value if limit.table is None else _row(limit.table, limit.metric, duration_s, row)
    if value is None:
        return None
    if limit.compare == "at_least":
        return Allowed(value, None)
    lowered = _lowered(entry, value, shift_h)
    return Allowed(None, value) if lowered is None else Allowed(None, lowered, long_shift(entry))


def long_shift(entry: Entry) -> LongShift | None:
    """The rule for shifts over 8 h that holds for the limit: its own, or that of its set for time-weighted averages."""
    return entry.limit.long_shift or (entry.limit_set.long_shift if entry.limit.metric == "twa" else None)


def _row(table: dict[str, float | None], metric: str, duration_s: float | None, row: str | None) -> float | None:
    if metric != "laeq_by_duration":
        return table.get(row or "")
    if duration_s is None:
        return None
    printed = sorted((float(key), value) for key, value in table.items())
    return next(
        (value for seconds, value in printed if seconds >= duration_s), None
    )  # between rows the longer one holds


def _lowered(entry: Entry, value: float, shift_h: float | None) -> float | None:
    rule = long_shift(entry)
    if rule is None or shift_h is None or shift_h <= NORMAL_SHIFT_H:
        return None
    match rule.rule:
        case "brief_scala_daily":
            return value * float(brief_scala_daily(shift_h)[0])
        case "osha_lead":
            return float(osha_lead(shift_h)[0]) / UG_PER_MG
        case "osha_action_level":
            return float(long_shift_action_level(shift_h)[0])
    return None


def converted(entry: Entry, value: float, unit: str) -> float:
    """`value` in the unit in which the limit is printed, at the conditions of its own text.

    Raises WrongUnitError where the two cannot be converted; that a pair of limits is printed does not make them equal.
    """
    wanted, conversion, mass = entry.limit.unit, entry.limit_set.conversion, entry.agent.molar_mass
    if unit == wanted:
        return value
    if unit == "[ppb]":
        return converted(entry, value / 1000.0, "[ppm]")
    if unit == "ug/m3":
        return converted(entry, value / UG_PER_MG, "mg/m3")
    if conversion is not None and mass is not None:
        if (unit, wanted) == ("[ppm]", "mg/m3"):
            return float(to_mg_m3(value, mass, conversion.molar_volume)[0])
        if (unit, wanted) == ("mg/m3", "[ppm]"):
            return float(to_ppm(value, mass, conversion.molar_volume)[0])
    raise WrongUnitError(f"a value in {unit!r} cannot be compared with {entry.id}, which is printed in {wanted!r}")
