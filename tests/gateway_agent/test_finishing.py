"""What has been begun on the spool's thread is booked, however its caller is cancelled: no reading is sealed twice."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from gateway_agent.finishing import finish
from gateway_agent.recorder import Recorder, Work
from gateway_agent.settings import GatewaySettings
from tests.gateway_agent.parts import GATEWAY, meter, until
from tests.gateway_agent.test_disk import counters_of, running, spooled

if TYPE_CHECKING:
    from pathlib import Path

RECORD = Recorder.record


class Held:
    """Holds the spool's thread after its commit, before its caller hears of it."""

    def __init__(self) -> None:
        self.committed = threading.Event()
        self.go_on = threading.Event()
        self.armed = False

    def record(self, recorder: Recorder, work: Work) -> int:
        tip = RECORD(recorder, work)
        if self.armed and work.readings:
            self.committed.set()
            self.go_on.wait(10)
        return tip


async def test_a_stop_between_a_commit_and_its_booking_doubles_no_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()

    def record(recorder: Recorder, work: Work) -> int:
        return held.record(recorder, work)

    monkeypatch.setattr(Recorder, "record", record)
    config = GatewaySettings.model_validate({"gateway": GATEWAY, "state_dir": tmp_path, "seal": {"interval_s": 0.1}})
    instrument = meter(period_s=0.01)
    async with running(config, instrument) as task:
        await until(lambda: instrument.count >= 20)
        held.armed = True
        await until(held.committed.is_set)
        task.cancel()
        await asyncio.sleep(0)  # the cancellation reaches the sealing task while its entry is committed and not booked
        held.armed = False
        held.go_on.set()
    values, _ = spooled(tmp_path)
    assert values == list(range(1, instrument.count + 1))
    counters = counters_of(tmp_path)
    assert counters["sealed"] == counters["sealed_number"] == instrument.count * len(instrument.channels)


async def test_work_is_ended_before_its_cancellation_is_raised_however_often_it_is_cancelled() -> None:
    go_on, ended = asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        ended.append(True)

    task = asyncio.create_task(finish(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_an_error_of_the_work_is_its_callers_and_a_cancellation_names_it() -> None:
    go_on = asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        raise OSError("full")

    task = asyncio.create_task(finish(work()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(OSError, match="full"):
        await finish(work())
