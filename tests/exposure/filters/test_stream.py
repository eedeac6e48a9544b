"""Holds that a filter gives the same output however the signal is divided, and goes on from a saved state."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.errors import NotFiniteError, WrongStateError
from exposure.filters.acoustic import sound_weighting
from exposure.filters.bands import band_filter
from exposure.filters.sections import Sections
from exposure.filters.stream import Filter, filtered
from exposure.filters.vibration import vibration_weighting

DESIGNS = [
    sound_weighting("A", 48_000),
    vibration_weighting("Wk", 1000),
    band_filter(-16, 48_000),
    band_filter(12, 48_000),
]


def plainly(sections: Sections, signal: list[float]) -> np.ndarray:
    """The recurrence of each section as it is defined, sample by sample: the oracle."""
    for b0, b1, b2, a1, a2 in sections.rows.tolist():
        first = second = 0.0
        output = []
        for value in signal:
            result = b0 * value + first
            first, second = b1 * value - a1 * result + second, b2 * value - a2 * result
            output.append(result)
        signal = output
    return np.array(signal)


@pytest.mark.parametrize("sections", DESIGNS)
def test_the_block_form_is_the_recurrence(sections: Sections) -> None:
    signal = np.random.default_rng(1).normal(size=5_003)
    assert filtered(signal, sections) == pytest.approx(plainly(sections, signal.tolist()), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(DESIGNS), st.lists(st.integers(1, 700), min_size=1, max_size=12), st.integers(0, 11))
def test_any_division_into_blocks_and_a_restart_between_give_the_same(
    sections: Sections, sizes: list[int], cut: int
) -> None:
    signal = np.random.default_rng(sum(sizes)).normal(size=sum(sizes))
    whole, running, parts = filtered(signal, sections), Filter(sections), []
    for index, block in enumerate(np.split(signal, np.cumsum(sizes)[:-1])):
        if index == cut:
            saved = json.loads(json.dumps(running.state()))
            running = Filter(sections)
            running.restore(saved)
        parts.append(running.process(block))
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-9)


def test_a_sine_comes_out_by_the_gain_of_its_frequency() -> None:
    time = np.arange(48_000) / 48_000
    sine = np.sin(2 * np.pi * 100.0 * time)
    out = filtered(sine, sound_weighting("A", 48_000))[24_000:]
    assert 20 * np.log10(np.sqrt(2 * np.mean(out**2))) == pytest.approx(-19.1, abs=0.1)


def test_a_refused_block_changes_nothing_and_a_foreign_state_is_refused() -> None:
    running = Filter(DESIGNS[0])
    running.process(np.ones(100))
    before = running.state()
    with pytest.raises(NotFiniteError):
        running.process([1.0, float("nan")])
    assert running.state() == before
    with pytest.raises(WrongStateError):
        Filter(DESIGNS[1]).restore(before)
    running.reset()
    assert running.process(np.zeros(10)).tolist() == [0.0] * 10
