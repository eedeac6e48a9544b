"""The machine's clocks: boot time runs on, UTC is believed as the settings say, and a file can shift it for fault tests."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from gateway_agent.agent import serve
from gateway_agent.clock import SystemClock, kernel_discipline, set_by_rtc
from gateway_agent.settings import ClockSettings, GatewaySettings
from gateway_agent.spool.spool import Spool
from telemetry.content import Event, Values
from telemetry.events import ClockChange, read_event
from telemetry.link import ClockSource
from telemetry.message import parse_message
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_boot_time_never_steps_back_and_the_boot_has_a_name() -> None:
    clock = SystemClock(ClockSettings())
    moments = [clock.boot_us() for _ in range(1000)]
    assert moments == sorted(moments)
    assert len(clock.boot_id) == 16


def test_a_host_that_keeps_the_clock_is_believed_within_the_stated_bound() -> None:
    clock = SystemClock(ClockSettings(source="host", host_bound_s=0.5))
    seen = clock.look()
    assert seen.source is ClockSource.RTC
    assert 500_000 <= seen.bound_us < 600_000
    assert abs(seen.utc_us - time.time_ns() // 1000) < 1_000_000


def test_utc_counts_as_known_only_while_the_kernels_clock_is_disciplined(monkeypatch: pytest.MonkeyPatch) -> None:
    disciplined, bound_us = kernel_discipline()
    assert isinstance(disciplined, bool)
    assert bound_us >= 0
    clock = SystemClock(ClockSettings())
    monkeypatch.setattr("gateway_agent.clock.kernel_discipline", lambda: (False, 16_000_000))
    assert clock.look().source is ClockSource.NONE
    monkeypatch.setattr("gateway_agent.clock.kernel_discipline", lambda: (True, 1500))
    assert clock.look().source is ClockSource.NTP


def test_a_file_shifts_utc_or_takes_it_away(tmp_path: Path) -> None:
    shift = tmp_path / "shift.json"
    clock = SystemClock(ClockSettings(source="host", shift_file=shift))
    before = clock.look()
    shift.write_text(json.dumps({"shift_s": -7200}))
    after = clock.look()
    moved_us = (after.utc_us - after.boot_us) - (before.utc_us - before.boot_us)
    assert abs(moved_us + 7_200_000_000) < 1_000_000
    shift.write_text(json.dumps({"known": False}))
    assert clock.look().source is ClockSource.NONE


def test_a_gnss_receiver_is_named_as_the_source_where_it_disciplines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway_agent.clock.kernel_discipline", lambda: (True, 1500))
    seen = SystemClock(ClockSettings(disciplined_by="gnss")).look()
    assert seen.source is ClockSource.GNSS
    assert 1500 <= seen.bound_us < 3000


def test_a_battery_backed_clock_is_believed_within_its_bound_while_nothing_disciplines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gateway_agent.clock.kernel_discipline", lambda: (False, 16_000_000))
    monkeypatch.setattr("gateway_agent.clock.set_by_rtc", lambda: set_by_rtc(tmp_path))
    clock = SystemClock(ClockSettings(rtc_bound_s=5))
    assert clock.look().source is ClockSource.NONE, "no clock set the system's at boot"
    (tmp_path / "rtc0").mkdir()
    (tmp_path / "rtc0" / "hctosys").write_text("1\n")
    assert clock.look().source is ClockSource.RTC
    assert 5_000_000 <= clock.look().bound_us < 5_001_000
    assert SystemClock(ClockSettings()).look().source is ClockSource.NONE, "nobody said how wrong it may be"


def test_a_sandbox_that_denies_the_question_leaves_utc_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied() -> tuple[bool, int]:
        raise PermissionError(1, "adjtimex")

    monkeypatch.setattr("gateway_agent.clock.kernel_discipline", denied)
    assert SystemClock(ClockSettings()).look().source is ClockSource.NONE


async def test_a_kit_measures_from_boot_before_it_knows_the_time_and_records_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway_agent.kit.CLOCK_S", 0.02)
    settings = GatewaySettings.model_validate({"gateway": GATEWAY, "state_dir": tmp_path, "seal": {"interval_s": 0.1}})
    clock, instrument = TurnedClock(), meter(period_s=0.01)
    clock.source = ClockSource.NONE
    task = asyncio.create_task(serve(settings, identity(tmp_path), clock, [instrument]))
    await until(lambda: instrument.count > 20)
    clock.source = ClockSource.GNSS
    seen = instrument.count
    await until(lambda: instrument.count > seen + 20)
    clock.utc_offset_us += 3_600_000_000
    seen = instrument.count
    await until(lambda: instrument.count > seen + 20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    spool = Spool.open(tmp_path / "spool.db")
    messages = [parse_message(entry.wire) for entry in spool.read(1, 0, 1 << 40, 10_000)]
    spool.close()
    contents = [(message.last.clock, c) for message in messages for c in message.contents().entry_contents(0)]
    values = [int(v) for _, c in contents if isinstance(c, Values) for v in c.values]
    assert values == list(range(1, instrument.count + 1))
    states = [said for said, c in contents if isinstance(c, Values)]
    known = [said.utc_offset_us is not None for said in states]
    assert known[0] is False
    assert known == sorted(known)
    assert {said.source for said in states} == {ClockSource.NONE, ClockSource.GNSS}
    changes = [body for _, c in contents if isinstance(c, Event) and isinstance(body := read_event(c), ClockChange)]
    assert [change.step_us for change in changes] == [None, 3_600_000_000]
    assert all(change.bound_us is not None and change.bound_us >= 1000 for change in changes)
