"""Checks of the arrays that enter: every function begins with these, so that each fault has one name."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exposure.errors import (
    EmptyInputError,
    MismatchedError,
    NegativeDurationError,
    NotFiniteError,
    OutOfDomainError,
)

Floats = NDArray[np.float64]


def finite(values: ArrayLike, name: str) -> Floats:
    """`values` as a one-dimensional float array, refused if empty, of more dimensions, or not finite."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim != 1:
        raise MismatchedError(f"{name} must be one-dimensional, but has {array.ndim} dimensions")
    if array.size == 0:
        raise EmptyInputError(f"{name} is empty")
    if not np.isfinite(array).all():
        raise NotFiniteError(f"{name}[{int(np.argmin(np.isfinite(array)))}] is not a finite number")
    return array


def durations(values: ArrayLike, name: str, like: Floats | None = None) -> Floats:
    """Durations: finite, none negative, not all zero, and as many as `like` where it is given."""
    array = finite(values, name)
    if (array < 0).any():
        index = int(np.argmax(array < 0))
        raise NegativeDurationError(f"{name}[{index}] is {array[index]}: a duration cannot be negative")
    if not array.any():
        raise NegativeDurationError(f"{name} add up to zero: there is no time to average over")
    if like is not None:
        same_length(array, like, name)
    return array


def positive(value: float, name: str) -> float:
    """A single finite number above zero."""
    if not np.isfinite(value):
        raise NotFiniteError(f"{name} is not a finite number")
    if value <= 0:
        raise NegativeDurationError(f"{name} is {value}: it must be above zero")
    return float(value)


def positives(values: ArrayLike, name: str) -> Floats:
    """`values` as `finite` gives them, refused unless every one is above zero."""
    array = finite(values, name)
    if (array <= 0).any():
        index = int(np.argmax(array <= 0))
        raise OutOfDomainError(f"{name}[{index}] is {array[index]}: it must be above zero")
    return array


def non_negative(values: ArrayLike, name: str) -> Floats:
    """`values` as `finite` gives them, refused if one is below zero."""
    array = finite(values, name)
    if (array < 0).any():
        index = int(np.argmax(array < 0))
        raise OutOfDomainError(f"{name}[{index}] is {array[index]}: it cannot be negative; mark it, do not average it")
    return array


def same_length(array: Floats, like: Floats, name: str) -> None:
    """Refuse `array` unless it has as many values as `like`."""
    if array.size != like.size:
        raise MismatchedError(f"{name} has {array.size} values where {like.size} are expected")


def broadcast(**values: ArrayLike) -> list[Floats]:
    """Finite arrays of one length from named arguments, where a single number stands for all."""
    arrays = {name: finite(array, name) for name, array in values.items()}
    longest = max(array.size for array in arrays.values())
    for name, array in arrays.items():
        if array.size not in {1, longest}:
            raise MismatchedError(f"{name} has {array.size} values where {longest} are expected")
    return [np.broadcast_to(array, longest) for array in arrays.values()]
