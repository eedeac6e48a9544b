"""Faults by the scenario's clock: what KIT.yaml plans, done to the instruments when their time comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from deploy.simulate.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.simulate.kit import Kit
    from deploy.simulate.settings import PlannedFault, SimulatedKit


class Move(NamedTuple):
    """One thing to do: `fault` None clears; a plug is pulled or put back where `kind` says so."""

    at_s: float
    instrument: str
    kind: str
    fault: Fault | None


def moves(settings: SimulatedKit) -> list[Move]:
    """Everything that is planned, in order of time. Pure."""
    planned = [m for i in settings.instruments for fault in i.faults for m in _of(i.name, fault)]
    return sorted(planned, key=lambda move: move.at_s)


async def follow(kit: Kit, settings: SimulatedKit) -> None:
    """Do it all, each at its time."""
    for move in moves(settings):
        await asyncio.sleep(max(0.0, (move.at_s - kit.played_s()) / settings.speed))
        if move.kind == "unplug":
            kit.unplug(move.instrument)
        elif move.kind == "plug_in":
            kit.plug_in(move.instrument)
        else:
            kit.instruments[move.instrument].fault = move.fault


def _of(name: str, planned: PlannedFault) -> Iterator[Move]:
    fault = None
    if planned.kind != "unplug":
        fault = Fault(planned.kind, planned.times, planned.delay_s)
    yield Move(planned.at_s, name, planned.kind, fault)
    if planned.for_s is not None:
        yield Move(planned.at_s + planned.for_s, name, "plug_in" if planned.kind == "unplug" else "none", None)
