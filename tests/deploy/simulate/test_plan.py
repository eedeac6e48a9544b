"""Faults by the scenario's clock, noise, and values that stick."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from deploy.simulate.instrument import Instrument
from deploy.simulate.kit import Kit
from deploy.simulate.plan import moves
from deploy.simulate.settings import SimulatedInstrument, SimulatedKit

if TYPE_CHECKING:
    from pathlib import Path

CO: dict[str, Any] = {
    "name": "co",
    "profile": "honeywell.midas",
    "variant": "co",
    "place": {},
    "sources": {
        "gas_concentration": {"kind": "scenario", "steps": [{"at_s": 0, "value": 0}, {"at_s": 100, "value": 100}]}
    },
}


def played(at: list[float], **more: object) -> Instrument:
    from pathlib import Path

    return Instrument(SimulatedInstrument.model_validate({**CO, **more}), Path(), lambda: at[0])


def test_a_sensor_that_sticks_repeats_itself_for_its_time_and_then_moves_again() -> None:
    at = [0.0]
    it = played(at, sticks={"at_s": 20, "for_s": 30})

    def value(seconds: float) -> Decimal | None:
        at[0] = seconds
        return it.values()["gas_concentration"]

    assert [round(value(s) or 0) for s in (10, 20, 35, 49, 50)] == [10, 20, 20, 20, 50]


def test_noise_is_bounded_and_the_same_in_every_run() -> None:
    at = [0.0]
    first, second = (played(at, jitter={"gas_concentration": "0.5"}) for _ in range(2))
    seen = []
    for tenth in range(200):
        at[0] = tenth / 10
        value = first.values()["gas_concentration"]
        assert value == second.values()["gas_concentration"]
        seen.append((value or Decimal(0)) - Decimal(str(tenth / 10)))
    assert Decimal("0.4") < max(seen) <= Decimal("0.5")
    assert Decimal("-0.5") <= min(seen) < Decimal("-0.4")


def test_planned_faults_begin_and_end_in_order_of_time() -> None:
    faults = [{"at_s": 30, "kind": "unplug", "for_s": 5}, {"at_s": 10, "kind": "late", "delay_s": 1, "for_s": 30}]
    settings = SimulatedKit.model_validate({"ports": "ports", "instruments": [{**CO, "faults": faults}]})
    assert [(move.at_s, move.kind) for move in moves(settings)] == [
        (10, "late"),
        (30, "unplug"),
        (35, "plug_in"),
        (40, "none"),
    ]


async def test_a_planned_fault_happens_and_is_over(tmp_path: Path) -> None:
    faults = [{"at_s": 1, "kind": "silence", "for_s": 2}]
    kit = Kit(
        SimulatedKit.model_validate({"ports": "ports", "speed": 20, "instruments": [{**CO, "faults": faults}]}),
        tmp_path,
    )
    await kit.open()
    it = kit.instruments["co"]
    seen = []
    async with asyncio.timeout(5):
        while kit.played_s() < 4:
            seen.append(it.fault.kind if it.fault else None)
            await asyncio.sleep(0.01)
    assert seen[0] is None
    assert "silence" in seen
    assert seen[-1] is None
    await kit.close()
