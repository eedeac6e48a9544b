"""What is played at which time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from deploy.simulate.settings import Source
from deploy.simulate.sources import Player, player, ramp

RECORDINGS = Path(__file__).parents[3] / "deploy" / "recordings"


def make(folder: Path = RECORDINGS, **given: object) -> Player:
    source: Any = TypeAdapter(Source).validate_python(given)
    return player(source, folder)


def test_a_recording_is_played_row_by_row_with_its_stated_offset_and_in_a_circle() -> None:
    play = make(kind="recording", file="sound_level_1s.csv", column="LAeq_1s_dB", interval_s=1, offset="20.0")
    assert [play(at) for at in (0, 0.99, 1)] == [Decimal("64.1"), Decimal("64.1"), Decimal("64.3")]
    assert play(86401) == play(0)


def test_a_scenario_goes_in_straight_lines_and_stays() -> None:
    play = make(kind="scenario", steps=[{"at_s": 10, "value": 0}, {"at_s": 20, "value": 100}])
    assert [play(at) for at in (0, 10, 15, 20, 99)] == [0, 0, 50, 100, 100]


def test_a_ramp_of_no_length_is_a_step() -> None:
    assert ramp(Decimal(3), Decimal(7), 5.0, 0.0)(5.0) == 7


def test_a_missing_column_names_those_that_are_there() -> None:
    with pytest.raises(ValueError, match="it has time, LAeq_1s_dB"):
        make(kind="recording", file="sound_level_1s.csv", column="LAeq", interval_s=1)
