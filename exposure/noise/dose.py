"""Noise dose and TWA for any criterion, threshold and exchange rate (29 CFR 1910.95 App. A, NIOSH 98-126, QCVN 24)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, durations, finite, positive
from exposure.gaps import GapPolicy
from exposure.metric import Metric, evaluate
from exposure.noise.levels import LEVEL_UNITS
from exposure.result import Result
from exposure.series import Series

LOG_2 = math.log(2.0)


@dataclass(frozen=True, slots=True)
class DoseRule:
    """How a dose counts: 100 % is `criterion_db` for `criterion_h`; each `exchange_db` more halves the time allowed.

    Levels below `threshold_db` count for nothing. The threshold applies to the short-time level (slow, about 1 s),
    so a dose at one threshold can never be recomputed from a dose at another.
    """

    name: str
    source: str
    criterion_db: float
    exchange_db: float
    threshold_db: float | None = None
    criterion_h: float = 8.0

    def __post_init__(self) -> None:
        """Refuse a rule that cannot be evaluated."""
        positive(self.exchange_db, "exchange_db")
        positive(self.criterion_h, "criterion_h")
        finite(self.criterion_db, "criterion_db")


OSHA_PEL = DoseRule("OSHA PEL", "29 CFR 1910.95(b), App. A", 90.0, 5.0, 90.0)
OSHA_HC = DoseRule("OSHA hearing conservation", "29 CFR 1910.95(c), App. A", 90.0, 5.0, 80.0)
NIOSH = DoseRule("NIOSH REL", "NIOSH 98-126, 1.1", 85.0, 3.0, 80.0)
QCVN_24 = DoseRule("QCVN 24:2016/BYT", "QCVN 24:2016/BYT, II", 85.0, 3.0)
ENERGY_EXCHANGE_DB = 10.0 * math.log10(2.0)
EU_UPPER_ACTION = DoseRule("EU upper action value", "Directive 2003/10/EC art. 3", 85.0, ENERGY_EXCHANGE_DB)
EU_LOWER_ACTION = DoseRule("EU lower action value", "Directive 2003/10/EC art. 3", 80.0, ENERGY_EXCHANGE_DB)
EU_LIMIT = DoseRule("EU limit value", "Directive 2003/10/EC art. 3 (behind the protector)", 87.0, ENERGY_EXCHANGE_DB)


def reference_duration_h(levels: ArrayLike, rule: DoseRule) -> Floats:
    """Time allowed at each level, hours: T = Tc / 2^((L - Lc)/q), regardless of the threshold (1910.95 Table G-16a)."""
    return np.asarray(
        rule.criterion_h * np.exp((rule.criterion_db - finite(levels, "levels")) * (LOG_2 / rule.exchange_db))
    )


def rate_per_h(levels: ArrayLike, rule: DoseRule) -> Floats:
    """Percent of dose per hour at each level; zero below the threshold."""
    values = finite(levels, "levels")
    rate = 100.0 / rule.criterion_h * np.exp((values - rule.criterion_db) * (LOG_2 / rule.exchange_db))
    return rate if rule.threshold_db is None else np.where(values >= rule.threshold_db, rate, 0.0)


def dose(levels: ArrayLike, durations_h: ArrayLike, rule: DoseRule) -> float:
    """Dose in percent of levels held for hours: 100·Σ C/T (1910.95 App. A, I)."""
    rates = rate_per_h(levels, rule)
    return float(np.dot(rates, durations(durations_h, "durations_h", rates)))


def dose_metric(rule: DoseRule) -> Metric:
    """The dose by a rule as a metric, for a whole shift or a value at a time."""
    name = f"dose {rule.criterion_db:g}/{rule.exchange_db:g}/{rule.threshold_db}/{rule.criterion_h:g}"
    return Metric(name, LEVEL_UNITS, "%", rule.source, partial(rate_per_h, rule=rule), base_s=3600.0)


def dose_series(
    series: Series,
    rule: DoseRule,
    *,
    expected_s: float,
    gaps: GapPolicy = GapPolicy.UNKNOWN,
    assumed: float | None = None,
) -> Result:
    """Dose of a shift from short-time levels, percent; with gaps unknown a lower bound."""
    return evaluate(dose_metric(rule), series, expected_s=expected_s, gaps=gaps, assumed=assumed)


def twa(dose_percent: ArrayLike, rule: DoseRule) -> Floats:
    """Eight-hour TWA level of a dose, dB: q/lg 2 · lg(D/100) + Lc (1910.95 App. A, II; 16.61 for q = 5)."""
    share = finite(dose_percent, "dose_percent") / 100.0
    durations(share, "dose_percent")
    with np.errstate(divide="ignore"):
        return rule.exchange_db / math.log10(2.0) * np.log10(share) + rule.criterion_db


def long_shift_action_level(shift_h: ArrayLike, rule: DoseRule = OSHA_HC, action_percent: float = 50.0) -> Floats:
    """Steady level that gives the action dose in a shift of `shift_h`, dB (OSHA technical manual, noise, App. on long shifts)."""
    hours = durations(shift_h, "shift_h")
    share = positive(action_percent, "action_percent") / 100.0 * rule.criterion_h / hours
    return rule.criterion_db + rule.exchange_db * np.log2(share)


def time_to_dose_h(level_db: float, rule: DoseRule, *, so_far_percent: float = 0.0, at_percent: float = 100.0) -> float:
    """Hours until the dose is `at_percent` if the level stays; zero when it is reached, infinite when it never will be."""
    left = at_percent - so_far_percent
    if left <= 0:
        return 0.0
    rate = float(rate_per_h(level_db, rule)[0])
    return left / rate if rate > 0 else math.inf
