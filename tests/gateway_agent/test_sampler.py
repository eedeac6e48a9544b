"""Sampling: a slow or dead instrument delays no other; losses and finds are events; nothing is invented."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway_agent.drivers.base import Identity, NoReading, Unreachable
from gateway_agent.sampler import LOST_AFTER, Sampler
from telemetry.quality import Quality
from tests.gateway_agent.parts import Meter, TurnedClock, meter, until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway_agent.batch import Reading
    from gateway_agent.drivers.base import Driver
    from telemetry.events import EventBody


class Sink:
    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.events: list[EventBody] = []
        self.identifications = 0

    def ids(self, driver: Driver) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(driver.channels)}

    def take(self, readings: Sequence[Reading]) -> None:
        self.readings += readings

    def happened(self, body: EventBody, t_us: int | None = None) -> None:  # noqa: ARG002  (of the protocol)
        self.events.append(body)

    def identified(self, driver: Driver) -> None:  # noqa: ARG002  (of the protocol)
        self.identifications += 1


def sampler(instrument: Meter) -> tuple[Sampler, Sink]:
    sink = Sink()
    return Sampler(instrument, TurnedClock(), sink), sink


async def test_a_slow_instrument_delays_no_other_and_its_missed_deadlines_are_counted() -> None:
    fast, slow = meter("fast", period_s=0.02), meter("slow", period_s=0.02, delay_s=0.13)
    (first, sink), (second, _) = sampler(fast), sampler(slow)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one.run()) for one in (first, second)]
        await until(lambda: slow.count >= 4)
        for task in running:
            task.cancel()
    assert fast.count >= 5 * slow.count
    assert second.missed >= 4 * 5
    times = [r.t_us for r in sink.readings if r.channel == 0]
    assert all(0 <= t % 20_000 < 15_000 for t in times), "deadlines are whole multiples of the period"
    assert fast.closed
    assert slow.closed


async def test_misses_leave_comms_faults_until_the_instrument_counts_as_lost_then_found_again() -> None:
    instrument = meter()
    one, sink = sampler(instrument)
    await one.sample()
    instrument.answers = NoReading("timeout", "no answer within 0.5 s")
    for _ in range(LOST_AFTER + 3):
        await one.sample()
    instrument.answers = None
    await one.sample()
    channels = len(instrument.channels)
    faults = [r for r in sink.readings if r.quality == Quality.COMMS_FAULT]
    assert len(faults) == (LOST_AFTER - 1) * channels
    assert len(sink.readings) == len(faults) + 2 * channels
    assert [type(event).__name__ for event in sink.events] == ["InstrumentFound", "InstrumentLost", "InstrumentFound"]


async def test_an_unreachable_instrument_is_lost_at_once_with_its_cause_and_leaves_no_reading() -> None:
    one, sink = sampler(meter(answers=Unreachable("refused", "connection refused")))
    for _ in range(3):
        await one.sample()
    assert sink.readings == []
    assert [event.model_dump()["cause"] for event in sink.events] == ["refused"]
    assert (one.answering, one.cause) == (False, "refused")


async def test_a_fault_in_a_driver_ends_nothing() -> None:
    instrument = meter(answers=ZeroDivisionError("a fault in a driver"))
    one, sink = sampler(instrument)
    for _ in range(LOST_AFTER):
        await one.sample()
    instrument.answers = 5
    await one.sample()
    assert [type(event).__name__ for event in sink.events] == ["InstrumentLost", "InstrumentFound"]


async def test_an_instrument_that_says_who_it_is_is_described_anew() -> None:
    instrument = meter()
    one, sink = sampler(instrument)
    await one.sample()
    instrument.identity = Identity("maker", "model", "S1")
    await one.sample()
    await one.sample()
    assert sink.identifications == 1
