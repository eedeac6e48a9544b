"""EN 689:2018: preliminary test and statistical test of compliance with an occupational exposure limit."""

from __future__ import annotations

import math
from enum import Enum

from numpy.typing import ArrayLike

from exposure.arrays import finite, positive
from exposure.errors import TooFewSamplesError
from exposure.statistics.lognormal import fit
from exposure.statistics.tolerance import factor

PRELIMINARY_SHARE = {3: 0.10, 4: 0.15, 5: 0.20}
LEAST_FOR_STATISTICS = 6


class Compliance(Enum):
    """The outcome; undecided wants more measurements."""

    COMPLIANT = "compliant"
    NON_COMPLIANT = "non-compliant"
    UNDECIDED = "undecided"


def preliminary(results: ArrayLike, limit: float) -> Compliance:
    """5.5.2: three to five results, all below 10, 15 or 20 % of the limit; one above the limit fails."""
    values, oel = finite(results, "results"), positive(limit, "limit")
    if values.size not in PRELIMINARY_SHARE:
        raise TooFewSamplesError(f"the preliminary test takes 3 to 5 results, not {values.size}")
    if (values > oel).any():
        return Compliance.NON_COMPLIANT
    below = bool((values < PRELIMINARY_SHARE[values.size] * oel).all())
    return Compliance.COMPLIANT if below else Compliance.UNDECIDED


def statistical(results: ArrayLike, limit: float) -> tuple[Compliance, float, float]:
    """5.5.3 and Annex F: UR = ln(OEL/GM)/ln GSD against UT (95 %, 70 % confidence); the outcome, UR and UT."""
    values, oel = finite(results, "results"), positive(limit, "limit")
    if values.size < LEAST_FOR_STATISTICS:
        raise TooFewSamplesError(
            f"the statistical test takes {LEAST_FOR_STATISTICS} results or more, not {values.size}"
        )
    fitted = fit(values)
    found = math.log(oel / fitted.gm) / math.log(fitted.gsd)
    needed = factor(fitted.n, 0.95, 0.70)
    if (values > oel).any() or found < needed:
        return Compliance.NON_COMPLIANT, found, needed
    return Compliance.COMPLIANT, found, needed
