"""The same readings give the same transitions, however they are cut and wherever the engine is restarted: every kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alerts.rules_of import MIDNIGHT_US, ROWS, RULES, Row, machine_of, pieces

if TYPE_CHECKING:
    from alerts.engine import Transition

OFFSETS = st.sampled_from([None, MIDNIGHT_US, MIDNIGHT_US + 6 * 3_600_000_000 - 30_000_000])


@pytest.mark.parametrize("kind", RULES)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 200), max_size=12), boot_at=st.integers(0, 140), offset=OFFSETS)
@settings(deadline=None, max_examples=60)
def test_cuts_and_restarts_change_nothing(
    kind: str, rows: list[Row], cuts: list[int], boot_at: int, offset: int | None
) -> None:
    boot_at = min(boot_at, len(rows))
    whole, machine = machine_of(kind), machine_of(kind)
    expected = [change for part in pieces(rows, [], boot_at, offset) for change in whole.observe(part)]
    found: list[Transition] = []
    for part in pieces(rows, cuts, boot_at, offset):
        found += machine.observe(part)
        restarted = machine_of(kind)
        restarted.restore(json.loads(json.dumps(machine.dump(), allow_nan=False)))
        machine = restarted
    assert found == expected
    assert machine.active == whole.active
    assert machine.dump() == whole.dump()
