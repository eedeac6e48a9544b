"""A filter run over a signal block by block: any division into blocks gives the same output (to rounding, 1e-12).

Numpy has no recursive filter, and a Python loop over samples is too slow for sound. So the cascade is one linear system
x' = A·x + B·u, y = C·x + D·u, advanced `STRIDE` samples at a time by precomputed matrices: the answer to the input within the stride, the
answer to the state before it, and the state after it; the states at all stride borders follow by doubling.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite
from exposure.errors import WrongStateError
from exposure.filters.sections import Sections

STRIDE = 64
VERSION = 1
State = dict[str, object]


class Filter:
    """A running filter. `process` takes samples and returns as many; `state` and `restore` carry it over a restart."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self._state = np.zeros(2 * len(sections.rows))
        self._answers, self._free, self._reach, self._powers = _stride(sections.rows)

    def process(self, samples: ArrayLike) -> Floats:
        """The filtered samples; a block that is refused (empty, not finite) changes nothing."""
        signal = finite(samples, "samples")
        if not len(self.sections.rows):
            return signal.copy()
        whole = signal.size - signal.size % STRIDE
        output = np.empty_like(signal)
        if whole:
            output[:whole] = self._strides(signal[:whole].reshape(-1, STRIDE)).ravel()
        if whole < signal.size:
            output[whole:] = self._rest(signal[whole:])
        return output

    def reset(self) -> None:
        """Begin anew, as after a gap: what was before is not carried across it."""
        self._state[:] = 0.0

    def state(self) -> State:
        """What to save; the filter itself is designed again at the restart."""
        return {"version": VERSION, "rate_hz": self.sections.rate_hz, "state": self._state.tolist()}

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state; refused if it is of another filter."""
        match state:
            case {"version": 1, "rate_hz": float(rate_hz), "state": list(values)} if (
                rate_hz == self.sections.rate_hz and len(values) == self._state.size
            ):
                self._state = np.array(values, dtype=np.float64)
            case _:
                raise WrongStateError(f"this is no state of version {VERSION} of this filter: {sorted(state)}")

    def _strides(self, blocks: Floats) -> Floats:
        before = np.empty((len(blocks) + 1, self._state.size))
        before[0] = self._state
        before[1:] = blocks @ self._reach[::-1]
        step, distance = self._powers[STRIDE].T, 1
        while distance <= len(blocks):
            before[distance:] += before[:-distance] @ step
            step, distance = step @ step, 2 * distance
        self._state = before[-1].copy()
        return np.asarray(blocks @ self._answers.T + before[:-1] @ self._free.T)

    def _rest(self, signal: Floats) -> Floats:
        count = signal.size
        output = self._answers[:count, :count] @ signal + self._free[:count] @ self._state
        self._state = self._powers[count] @ self._state + signal @ self._reach[count - 1 :: -1]
        return np.asarray(output)


def filtered(samples: ArrayLike, sections: Sections) -> Floats:
    """The whole of a signal filtered from rest."""
    return Filter(sections).process(samples)


def _stride(rows: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Answers to the input (STRIDE × STRIDE), to the state, B·A^k by k, and A^k up to STRIDE."""
    a, b, c, d = _system(rows)
    powers = [np.eye(len(a))]
    for _ in range(STRIDE):
        powers.append(a @ powers[-1])
    power = np.array(powers)
    free_output = np.einsum("i,kij->kj", c, power[:STRIDE])
    reach = power[:STRIDE] @ b
    impulse = np.concatenate([[d], free_output[: STRIDE - 1] @ b])
    lag = np.arange(STRIDE)[:, None] - np.arange(STRIDE)[None, :]
    answers = np.where(lag >= 0, impulse[np.maximum(lag, 0)], 0.0)
    return answers, free_output, reach, power


def _system(rows: Floats) -> tuple[Floats, Floats, Floats, float]:
    """State space of the cascade, each section in transposed direct form II."""
    size = 2 * len(rows)
    a, b, c, d = np.zeros((size, size)), np.zeros(size), np.zeros(size), 1.0
    for index, (b0, b1, b2, a1, a2) in enumerate(rows.tolist()):
        here = 2 * index
        for offset, weight in ((0, b1 - a1 * b0), (1, b2 - a2 * b0)):
            a[here + offset] = weight * c
            b[here + offset] = weight * d
        a[here, here], a[here, here + 1], a[here + 1, here] = -a1, 1.0, -a2
        c, d = b0 * c, b0 * d
        c[here] += 1.0
    return a, b, c, d
