"""Maximal runs of (length, code): cutting them by entry, joining them, spreading them over values."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from telemetry.content import Int64s, QualityRuns


def whole(count: int, code: int = 0) -> QualityRuns:
    """The runs of a column that has one quality from first to last."""
    return ((count, code),) if count else ()


def join(parts: Iterable[QualityRuns]) -> QualityRuns:
    """Runs one after the other, made maximal."""
    runs: list[tuple[int, int]] = []
    for part in parts:
        for length, code in part:
            if runs and runs[-1][1] == code:
                runs[-1] = (runs[-1][0] + length, code)
            elif length:
                runs.append((length, code))
    return tuple(runs)


def cut(runs: QualityRuns, splits: Sequence[int]) -> list[QualityRuns]:
    """The maximal runs of each piece between two splits (splits ascend from 0 to the total length)."""
    pieces: list[QualityRuns] = []
    number, left = 0, runs[0][0] if runs else 0
    for start, end in pairwise(splits):
        piece, wanted = [], end - start
        while wanted:
            taken = min(wanted, left)
            piece.append((taken, runs[number][1]))
            wanted -= taken
            left -= taken
            if not left and number + 1 < len(runs):
                number += 1
                left = runs[number][0]
        pieces.append(tuple(piece))
    return pieces


def of_codes(codes: NDArray[np.uint8]) -> QualityRuns:
    """The maximal runs of an array of codes."""
    if not len(codes):
        return ()
    starts = np.flatnonzero(np.diff(codes)) + 1
    bounds = np.concatenate(([0], starts, [len(codes)]))
    lengths: Int64s = np.diff(bounds)
    return tuple(zip(lengths.tolist(), codes[bounds[:-1]].tolist(), strict=True))


def spread(runs: QualityRuns) -> NDArray[np.uint8]:
    """A code for every value."""
    return np.repeat(np.array([code for _, code in runs], np.uint8), [length for length, _ in runs])


def check(runs: QualityRuns, count: int) -> QualityRuns:
    """The runs if they are maximal, have codes of one byte and cover exactly `count` values. Raises ValueError."""
    before = -1
    for length, code in runs:
        if length < 1 or not 0 <= code <= 255 or code == before:
            raise ValueError("quality runs must be maximal, not empty, with codes from 0 to 255")
        before = code
    if sum(length for length, _ in runs) != count:
        raise ValueError(f"quality runs cover {sum(length for length, _ in runs)} of {count} values")
    return runs


def to_flat(runs: QualityRuns) -> list[int]:
    """As they stand on the wire: [length, code, length, code, …]."""
    return [number for run in runs for number in run]


def from_flat(flat: Any, count: int) -> QualityRuns:  # noqa: ANN401
    """Read and check runs from the wire. Raises Undecodable."""
    if type(flat) is not list or len(flat) % 2 or any(type(number) is not int for number in flat):
        raise Undecodable("quality: [length, code, …] is expected")
    try:
        return check(tuple(zip(flat[::2], flat[1::2], strict=True)), count)
    except ValueError as error:
        raise Undecodable(str(error)) from error
