"""Rounds of faults on the whole platform under load, each at random moments of a stated seed; counted and verified in the end.

A round holds when every reading that the kits had sampled by its end is committed within a minute. Every few rounds,
and last, all stops and is compared: sampled by the kits = in the record = rows, every chain verifies, every row
equals the record.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from deploy.demo import kits
from deploy.demo.folder import DemoFolder
from deploy.demo.measure import RowTimes, report, settle
from deploy.demo.options import DemoOptions, Pace
from deploy.demo.story import KITS
from deploy.demo.world import World
from tests.demo.platform_faults import FAULTS

PACE = Pace(period_s=0.1, seal_s=0.3, takeover_s=2.0, shifted_clocks=True)
RECOVER_S = 90.0
COMPARE_EVERY = 10
NUMBERS_AGAIN = {"database_restored"}
"""After these, notifications have numbers that were given before, so their counts are not compared."""


@dataclass
class Tally:
    """What happened: rounds by fault, and what did not hold."""

    rounds: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    readings: int = 0
    chains: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or altered."""
        return not self.failures


async def run_rounds(plan: Sequence[str], seed: int, folder: DemoFolder) -> Tally:
    """Do these faults one after the other; compare at the end, and every `COMPARE_EVERY` rounds."""
    random = Random(seed)  # noqa: S311  (repeatable on purpose)
    tally = Tally()
    world = World(DemoOptions(speed=60, pace=PACE), folder, lambda _what, _share: None)
    try:
        await world.start()
        for number, name in enumerate(plan, 1):
            began = time.monotonic()
            await FAULTS[name](world, random)
            held = await _recovers(world, tally, f"round {number}, {name}")
            tally.rounds[name] = tally.rounds.get(name, 0) + 1
            _say(f"round {number:3}  {name:20} {'holds' if held else 'FAILS'} after {time.monotonic() - began:.1f} s")
            if number % COMPARE_EVERY == 0 and number < len(plan):
                await _compare(world, tally, plan[:number])
                await world.stop_gateways()
                await world.start_gateways()
        await _compare(world, tally, plan)
    finally:
        await world.stop()
    return tally


async def _recovers(world: World, tally: Tally, what: str) -> bool:
    await asyncio.sleep(0.5)
    sampled = {kit.gateway: int(kits.accounts(world.folder, kit).get("sampled", 0)) for kit in KITS}
    end = time.monotonic() + RECOVER_S
    while time.monotonic() < end:
        behind = [
            kit.gateway
            for kit in KITS
            if int(kits.accounts(world.folder, kit).get("committed", 0)) < sampled[kit.gateway]
        ]
        if not behind:
            return True
        await asyncio.sleep(0.1)
    tally.failures.append(f"{what}: not committed within {RECOVER_S:g} s: {', '.join(behind)}")
    return False


async def _compare(world: World, tally: Tally, plan: Sequence[str]) -> None:
    told = not NUMBERS_AGAIN & set(plan)
    found = await report(world, await settle(world, told=told), RowTimes(), None)
    counts = {name: found[name] for name in ("readings_sampled", "readings_recorded", "rows_projected")}
    tally.readings, tally.chains = found["readings_recorded"], found["chains_verified"]
    tally.failures += found["faults"]
    if len(set(counts.values())) != 1:
        tally.failures.append(f"counts disagree: {counts}")
    if told and found["notifications_delivered"] != found["notifications_received"]:
        tally.failures.append("delivered and received notifications disagree")
    _say(f"compared   {counts['readings_sampled']} sampled, {counts['readings_recorded']} recorded, "
         f"{counts['rows_projected']} rows, {tally.chains} chains verified")  # fmt: skip


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
