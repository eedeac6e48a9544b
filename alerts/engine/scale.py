"""From set-points as people write them to a channel's scaled integers, exactly."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, localcontext
from fractions import Fraction


def scaled(level: Decimal, exponent: int) -> int:
    """The level in units of 10^exponent, rounded up: the least scaled value that is at or above it."""
    with localcontext() as context:
        context.prec = 60
        return int(level.scaleb(-exponent).to_integral_value(ROUND_CEILING))


def exactly(level: Decimal, exponent: int) -> Fraction:
    """The level in units of 10^exponent, as a fraction: what a mean of scaled integers is compared with."""
    return Fraction(level) / Fraction(10) ** exponent
