"""What is wrong with an input, by type. Nothing in this room mends an input in silence: it refuses and names the fault."""

from __future__ import annotations


class ExposureError(ValueError):
    """The base of every refusal of this room; the message names the argument and what was found."""


class WrongUnitError(ExposureError):
    """A series carries another unit than the quantity needs."""


class EmptyInputError(ExposureError):
    """No values at all: an exposure cannot be computed from nothing."""


class MismatchedError(ExposureError):
    """Arrays that belong together differ in length or shape."""


class UnsortedError(ExposureError):
    """Start times decrease, or an interval begins before the one before it has ended."""


class NegativeDurationError(ExposureError):
    """A duration is negative, or zero where time is divided by."""


class NotFiniteError(ExposureError):
    """A value or a time is NaN or infinite where a number is needed."""


class OutOfDomainError(ExposureError):
    """A value lies outside what the method is defined for."""


class TooFewSamplesError(ExposureError):
    """The method states a least number of samples and there are fewer."""


class WrongStateError(ExposureError):
    """A saved accumulator state is of another kind or version, or is damaged."""
