"""Runs every worked example that is kept in worked_examples.json, by id; docs/exposure.md lists those not covered yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.exposure import example_air, example_bodies, example_heat, example_noise

Case = dict[str, Any]
EXAMPLES: list[Case] = json.loads((Path(__file__).parent / "worked_examples.json").read_text(encoding="utf-8"))[
    "examples"
]
CHECKS: dict[str, Callable[[Case], None]] = (
    example_noise.CHECKS | example_air.CHECKS | example_bodies.CHECKS | example_heat.CHECKS
)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: str(case["id"]))
def test_a_worked_example_comes_out_as_its_source_has_it(case: Case) -> None:
    CHECKS[case["id"]](case)


def test_every_example_kept_here_has_a_check_and_every_check_an_example() -> None:
    assert {case["id"] for case in EXAMPLES} == set(CHECKS)
