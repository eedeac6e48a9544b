"""An hour of a kit's life in minutes: plugs pulled, power cut, network gone, clock jumped, at random; then every sample is accounted for.

`./antoan test --soak` (`ANTOAN_SOAK_S=180`) runs the whole hour (20 samples a second stand for one a second); without it a tenth.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.drivers.base import boot_clock_us
from telemetry.content import Values
from telemetry.events import ClockChange, InstrumentFound, InstrumentLost, PowerOn, read_event
from tests.gateway_agent.parts import until
from tests.gateway_agent.small_server import SmallServer
from tests.gateway_agent.soak_child import INSTRUMENTS, PERIOD_S
from tests.support.proxy import FaultProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.broker import Broker

ROOT = Path(__file__).resolve().parents[2]
SOAK_S = float(os.environ.get("ANTOAN_SOAK_S", "18"))
pytestmark = [pytest.mark.services, pytest.mark.faults, pytest.mark.timeout(900 + SOAK_S)]
UTC_US = 1_790_000_000_000_000
HOLD_US = 1_500_000
"""What a power cut may take: readings since the last seal (0.25 s), on a machine that is busy with other things."""
GAP_US = 20 * PERIOD_S * 1e6
"""A longer silence of an instrument must have its cause in the chain."""


@dataclass
class World:
    """A kit's process, the network it is on, and what has been done to it."""

    folder: Path
    port: int
    dice: random.Random
    child: asyncio.subprocess.Process | None = None
    cuts_us: list[int] = field(default_factory=list)
    offsets_us: list[int] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        """Power on."""
        with (self.folder / "log").open("ab") as log:
            words = (sys.executable, "-m", "tests.gateway_agent.soak_child", str(self.folder), str(self.port))
            self.child = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stderr=log)

    async def end(self, how: signal.Signals) -> None:
        """Power off."""
        assert self.child is not None
        self.child.send_signal(how)
        await self.child.wait()

    async def power_cut(self) -> None:
        """What was never fsynced is gone: the journal, and with it the readings since the last seal."""
        self.cuts_us.append(boot_clock_us())
        await self.end(signal.SIGKILL)
        (self.folder / "unsealed.journal").unlink(missing_ok=True)
        await self.measured_more(after=self.begin)

    async def kill(self) -> None:
        """The process alone dies: the kernel has its files."""
        await self.end(signal.SIGKILL)
        await self.measured_more(after=self.begin)

    async def unplug(self) -> None:
        """One instrument, for a while."""
        plug = self.folder / f"unplugged-{self.dice.choice(INSTRUMENTS)}"
        plug.touch()
        await asyncio.sleep(self.dice.uniform(0.2, 2.0))
        plug.unlink()

    async def clock_jump(self) -> None:
        """UTC moves by up to a day either way, or is known no more."""
        offset_us = UTC_US + self.dice.randrange(-86_400_000_000, 86_400_000_000)
        self.set_clock(offset_us, self.dice.choice(("NTP", "GNSS", "RTC")))
        await asyncio.sleep(2.5)
        self.offsets_us.append(offset_us)

    def set_clock(self, offset_us: int, source: str) -> None:
        """For its next look."""
        draft = self.folder / "clock.new"
        draft.write_text(json.dumps({"offset_us": offset_us, "source": source}))
        draft.replace(self.folder / "clock.json")

    async def measured_more(self, after: Any = None) -> None:  # noqa: ANN401  (a coroutine function)
        """Do something, then wait until every instrument that is plugged in was sampled again."""
        before = {name: len(self.ledger(name)) for name in INSTRUMENTS}
        if after is not None:
            await after()
        await until(
            lambda: all(
                len(self.ledger(name)) > before[name] + 5
                for name in INSTRUMENTS
                if not (self.folder / f"unplugged-{name}").exists()
            ),
            60,
        )

    def ledger(self, name: str) -> dict[int, int]:
        """What an instrument has handed over: value by µs since boot."""
        path = self.folder / f"ledger-{name}"
        lines = path.read_text().splitlines() if path.exists() else []
        return {int(t): int(v) for t, v in (line.split() for line in lines if line.count(" ") == 1)}


@pytest.fixture
def server(broker: Broker) -> Iterator[SmallServer]:
    made = SmallServer(broker.port)
    yield made
    made.close()


async def test_every_sample_of_an_hour_is_recorded_or_a_gap_with_its_cause(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    dice = random.Random(int(os.environ.get("ANTOAN_SOAK_SEED", "11")))  # noqa: S311  (a test's dice)
    network = FaultProxy((broker.host, broker.port))
    await network.start()
    world = World(tmp_path, network.port, dice)
    world.set_clock(UTC_US, "NTP")
    world.offsets_us.append(UTC_US)
    await world.measured_more(after=world.begin)
    faults = {"power_cut": world.power_cut, "kill": world.kill, "unplug": world.unplug, "clock_jump": world.clock_jump}
    end = time.monotonic() + SOAK_S
    rounds = 0
    while time.monotonic() < end or len(set(world.done)) < len(faults):
        name = dice.choice([*faults]) if rounds % 2 else [*faults][rounds // 2 % len(faults)]
        outage = dice.random() < 0.4
        if outage:
            await network.cut()
        await faults[name]()
        world.done.append(name)
        await world.measured_more()
        network.restore()
        rounds += 1
    await world.measured_more()
    await world.end(signal.SIGTERM)
    handed = {name: world.ledger(name) for name in INSTRUMENTS}
    await world.begin()  # sends what the last one sealed as it ended
    await until(lambda: max(t for _, _, t, _ in server.values) > max(map(max, handed.values())), 60)
    await world.end(signal.SIGTERM)
    await network.close()
    assert (server.errors, server.refused) == ([], [])
    assert sorted(server.entries) == list(range(len(server.entries)))
    for number, name in enumerate(INSTRUMENTS):
        account(world, server, number, handed[name], world.ledger(name))
    clocks(world, server)


def account(world: World, server: SmallServer, channel: int, handed: dict[int, int], ledger: dict[int, int]) -> None:
    """Every sample of one instrument: once in the record, or taken by a power cut; every silence: with its cause."""
    recorded = [(t, v) for _, number, t, v in server.values if number == channel and v]
    assert len(set(recorded)) == len(recorded), "a reading was doubled"
    assert set(recorded) <= set(ledger.items()), "a reading that nobody handed over"
    missing = sorted(set(handed.items()) - set(recorded))
    unexplained = [t for t, _ in missing if not any(cut - HOLD_US <= t <= cut + HOLD_US for cut in world.cuts_us)]
    assert len(unexplained) <= world.done.count("kill"), (
        "only what is handed over in the moment of a kill may be missing"
    )
    times = sorted(t for t, _ in recorded)
    causes = explained(server, channel)
    for before, after in pairwise(times):
        if after - before > GAP_US:
            assert any(before - HOLD_US <= t <= after + HOLD_US for t in causes), (
                f"{(after - before) / 1e6:.1f} s without a cause"
            )


def explained(server: SmallServer, channel: int) -> list[int]:
    """When the chain says that this channel fell silent or came back, or that the kit was switched on."""
    found = []
    for event in server.events:
        body = read_event(event)
        if isinstance(body, PowerOn) and body.cause:
            found.append(event.t)
        if isinstance(body, InstrumentLost | InstrumentFound) and channel in body.channels:
            found.append(event.t)
    return found


def clocks(world: World, server: SmallServer) -> None:
    """Each UTC that stood for a while is the one of entries, and a jump within one process is an event."""
    seen = {link.clock.utc_offset_us for link, _, _ in server.entries.values()}
    assert set(world.offsets_us) <= seen
    changes = [body for body in map(read_event, server.events) if isinstance(body, ClockChange)]
    assert {change.utc_offset_us for change in changes} >= set(world.offsets_us)
    readings = [c for _, _, contents in server.entries.values() for c in contents if isinstance(c, Values)]
    assert readings
