"""Edge alarms: the same engine as the server's, named alike, remembered over a kill, sounding with the network down."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING

import pytest

from alerts.engine import DangerRule, LevelRule, UnitMismatch
from gateway_agent.agent import serve
from gateway_agent.alarms import EdgeAlarms
from gateway_agent.batch import Reading
from gateway_agent.settings import GatewaySettings
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.quality import Quality
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until

if TYPE_CHECKING:
    from pathlib import Path

BOOT = b"b" * 16
CO = ChannelModel(
    name="co", quantity="co", unit="[ppm]", exponent=-1, instrument=Instrument(maker="m", model="m", serial="1")
)
DANGER = {
    "kind": "danger",
    "id": "co-danger",
    "title": {"vi": "CO", "en": "CO"},
    "select": {"quantity": "co"},
    "set_point": "100",
    "unit": "[ppm]",
}
LEVEL = {
    **DANGER,
    "kind": "level",
    "id": "co-level",
    "set_point": "20",
    "on_delay_s": 2,
    "max_gap_s": 1.5,
    "hysteresis": "2",
}


def alarms(*rules: DangerRule | LevelRule, saved: bytes | None = None) -> EdgeAlarms:
    made = EdgeAlarms(rules or (DangerRule.model_validate(DANGER),), GATEWAY)
    if saved is not None:
        made.load(saved)
    made.bind({3: CO, 4: CO.model_copy(update={"quantity": "h2s"})})
    return made


def reading(second: float, value: int, channel: int = 3, quality: Quality = Quality.OK) -> list[Reading]:
    return [Reading(channel, round(second * 1e6), value, int(quality))]


def test_one_reading_raises_a_danger_and_names_the_episode_for_both_sides() -> None:
    edge = alarms()
    assert edge.observe(reading(1, 999), BOOT, None) == []
    (raised,) = edge.observe(reading(2, 1000), BOOT, None)
    assert (raised.t_us, raised.alarm.state, raised.alarm.transition) == (2_000_000, "unacknowledged", 0)
    assert raised.alarm.episode == f"co-danger:3:{BOOT.hex()}:2000000"
    assert (raised.alarm.value, raised.alarm.limit, raised.alarm.priority) == (1000, 1000, "urgent")
    assert edge.observe(reading(3, 1200), BOOT, None) == []
    (returned,) = edge.observe(reading(4, 10), BOOT, None)
    assert (returned.alarm.episode, returned.alarm.transition) == (raised.alarm.episode, 1)
    assert returned.alarm.state == "latched_unacknowledged"


def test_a_rule_is_only_for_the_channels_it_selects() -> None:
    assert alarms().observe(reading(1, 9999, channel=4), BOOT, None) == []


def test_memory_survives_the_process_in_the_middle_of_a_delay() -> None:
    rule = LevelRule.model_validate(LEVEL)
    first = alarms(rule)
    assert first.observe(reading(1, 300), BOOT, None) == []
    assert first.observe(reading(2, 300), BOOT, None) == []
    second = alarms(rule, saved=first.dump())
    (raised,) = second.observe(reading(3, 300), BOOT, None)
    assert raised.t_us == 3_000_000
    assert alarms(rule, saved=second.dump()).active == 1


def test_a_saved_state_of_another_kind_of_rule_is_not_used() -> None:
    broken = json.dumps({"co-danger:3": {"machine": "another"}}).encode()
    (raised,) = alarms(saved=broken).observe(reading(2, 1000), BOOT, None)
    assert raised.alarm.transition == 0


def test_a_rule_in_another_unit_is_refused_at_start() -> None:
    rule = DangerRule.model_validate({**DANGER, "unit": "mg/m3"})
    with pytest.raises(UnitMismatch):
        alarms(rule)


async def test_the_output_is_set_without_any_network(tmp_path: Path) -> None:
    instrument = meter(period_s=0.02, answers=10)
    name, channel = next(iter(instrument.channels.items()))
    siren = tmp_path / "siren"
    rule = {**DANGER, "select": {"quantity": channel.quantity}, "unit": channel.unit}
    settings = GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": tmp_path,
            "alarms": [rule],
            "output": {
                "command": [sys.executable, "-c", f"import sys; open({str(siren)!r}, 'a').write(sys.stdin.read())"]
            },
        }
    )
    task = asyncio.create_task(serve(settings, identity(tmp_path), TurnedClock(), [instrument]))
    await until(lambda: instrument.count > 3)
    instrument.answers = 1_000_000
    began_s = time.monotonic()
    await until(lambda: siren.exists() and bool(siren.read_text()))
    assert time.monotonic() - began_s < 5
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    told = json.loads(siren.read_text())
    assert (told["rule"], told["state"], told["value"]) == ("co-danger", "unacknowledged", 1_000_000)
    assert name
