"""A wanted configuration is taken up whole or not at all, tried, and taken back when instruments fall silent under it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from deploy.commands.desired import publish, signed
from gateway_agent import agent
from gateway_agent import configuring as module
from gateway_agent.agent import serve
from gateway_agent.checks import CheckRefused
from gateway_agent.configuring import Configuring, Reconfigured, in_force
from gateway_agent.drivers.base import Unreachable
from gateway_agent.settings import GatewaySettings
from gateway_agent.spool.spool import Spool
from gateway_agent.wanted import loosened
from ingest.settings import BrokerSettings
from telemetry import topics
from telemetry.desired import Desired, open_desired
from telemetry.errors import BadSignature
from telemetry.events import Configured, read_event
from telemetry.limits import ARCHIVE_BYTES
from telemetry.message import parse_message
from telemetry.status import read_status
from telemetry.strict import SettingsError
from tests.gateway_agent.parts import GATEWAY, SERVER_KEY, TurnedClock, identity, meter, topic, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.broker import Broker

NOW_US = 1_790_000_000_000_000
DANGER = {
    "kind": "danger", "id": "co-danger", "title": {"vi": "CO", "en": "CO"}, "select": {"quantity": "co"},
    "set_point": 100, "unit": "[ppm]",
}  # fmt: skip
LEVEL = DANGER | {
    "kind": "level", "id": "co-level", "set_point": 20, "on_delay_s": 5, "max_gap_s": 2, "hysteresis": 2
}  # fmt: skip
NOISE = {"name": "noise1", "profile": "generic.rs485_noise", "connection": {"host": "127.0.0.1", "port": 1}}


def own(folder: Path, **given: object) -> GatewaySettings:
    plain = {"gateway": GATEWAY, "state_dir": folder, "instruments": [NOISE], "alarms": [DANGER, LEVEL], **given}
    return GatewaySettings.model_validate(plain)


def wire(number: int = 1, *, gateway: str = GATEWAY, key: Any = SERVER_KEY, **body: object) -> bytes:  # noqa: ANN401
    expires_us = NOW_US + 1_000_000
    return Desired(gateway, number, NOW_US, expires_us, json.dumps(body).encode()).seal(key)


class Kit:
    """What the rules see of one: its file, what answers, what was said."""

    def __init__(self, folder: Path, **given: object) -> None:
        self.folder = folder
        self.settings = own(folder, **given)
        self.said: list[Any] = []
        self.answering = ["noise1"]
        self.now_us: int | None = NOW_US
        self.begin()

    def begin(self) -> None:
        """The process begins (anew)."""
        self.configuring = Configuring(
            own=self.settings, force=in_force(self.settings, SERVER_KEY.public), key=SERVER_KEY.public,
            happened=self.said.append, answering=lambda: self.answering, utc_us=lambda: self.now_us,
        )  # fmt: skip

    @property
    def outcomes(self) -> list[tuple[int, str]]:
        return [(body.number, body.outcome) for body in self.said if isinstance(body, Configured)]

    async def lives(self) -> bool:
        """Let its task run: True when it asks to begin anew."""
        try:
            async with asyncio.timeout(0.3):
                await self.configuring.run()
        except Reconfigured:
            return True
        except TimeoutError:
            return False
        return False


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIAL_S", 0.1)
    monkeypatch.setattr(module, "BEAT_S", 0.01)


async def test_it_is_applied_tried_and_kept(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, seal={"interval_s": 2}))
    assert kit.outcomes == [(7, "applied")]
    assert await kit.lives()
    kit.begin()
    assert kit.configuring.force.settings.seal.interval_s == 2
    assert (kit.configuring.force.number, kit.configuring.force.on_trial) == (7, True)
    assert not await kit.lives()
    kit.begin()
    assert (kit.configuring.force.number, kit.configuring.force.on_trial) == (7, False)


async def test_it_is_taken_back_when_an_instrument_falls_silent_under_it(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, seal={"interval_s": 2}))
    assert await kit.lives()
    kit.begin()
    kit.answering = []
    assert await kit.lives()
    kit.begin()
    assert kit.configuring.force.number is None
    assert kit.configuring.force.settings.seal.interval_s == 5
    assert kit.outcomes == [(7, "applied"), (7, "rolled_back")]
    assert kit.said[-1].cause == "silent: noise1"
    kit.configuring.arrived(wire(7, seal={"interval_s": 2}))
    assert kit.outcomes[-1] == (7, "rolled_back"), "it is not taken up twice"


def test_a_trial_that_the_process_does_not_survive_is_taken_back(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, seal={"interval_s": 2}))
    numbers = []
    for _ in range(module.MOST_BEGUN + 1):
        kit.begin()
        numbers.append(kit.configuring.force.number)
    assert numbers == [7] * module.MOST_BEGUN + [None]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"sealing": {}}, "did you mean 'seal'"),
        ({"instruments": [NOISE | {"profile": "no.such"}]}, "no profile"),
        ({"instruments": [NOISE, NOISE]}, "share one name"),
        ({"broker": {"host": "elsewhere"}}, "unknown setting 'broker'"),
    ],
)
def test_what_cannot_be_in_force_as_a_whole_is_refused_once_and_changes_nothing(
    tmp_path: Path, body: dict[str, Any], words: str
) -> None:
    kit = Kit(tmp_path)
    for _ in range(2):
        kit.configuring.arrived(wire(7, seal={"interval_s": 2}, **body))
    assert kit.outcomes == [(7, "refused")]
    assert words in kit.said[0].cause
    assert in_force(kit.settings, SERVER_KEY.public).settings == kit.settings


def test_it_is_of_the_server_for_this_gateway_newer_and_not_expired(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    forged = wire(8, key=type(SERVER_KEY)(bytes(32)), seal={"interval_s": 2})
    with pytest.raises(BadSignature):
        open_desired(forged, SERVER_KEY.public)
    for stranger in (forged, wire(8, gateway="kit00000002", seal={"interval_s": 2}), b"\x80"):
        kit.configuring.arrived(stranger)
    assert kit.said == []
    kit.configuring.arrived(wire(7, seal={"interval_s": 2}))
    kit.configuring.arrived(wire(6, seal={"interval_s": 3}))
    assert kit.outcomes == [(7, "applied")]
    kit.now_us = NOW_US + 1_000_000
    kit.configuring.arrived(wire(9, seal={"interval_s": 2}))
    assert (kit.outcomes[-1], kit.said[-1].cause) == ((9, "refused"), "expired")
    kit.now_us = None
    kit.configuring.arrived(wire(10, seal={"interval_s": 2}))
    assert "UTC is not known" in kit.said[-1].cause


def test_loosening_an_edge_alarm_waits_for_a_hand_at_the_kit_and_is_in_the_chain(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, alarms=[DANGER | {"set_point": 200}, LEVEL]))
    assert kit.outcomes == [(7, "waits")]
    assert kit.said[0].loosened == ["co-danger"]
    assert "waits for a confirmation at the kit: it loosens co-danger" in kit.configuring.faults()[0]
    assert in_force(kit.settings, SERVER_KEY.public).number is None
    assert kit.configuring.confirm() == {"number": 7}
    assert (kit.outcomes[-1], kit.said[-1].cause) == ((7, "applied"), "confirmed at the kit")
    assert in_force(kit.settings, SERVER_KEY.public).settings.alarms[0].set_point == 200
    with pytest.raises(CheckRefused, match="no configuration waits"):
        kit.configuring.confirm()


def test_an_expired_configuration_cannot_be_confirmed(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, alarms=[]))
    kit.now_us = NOW_US + 2_000_000
    with pytest.raises(CheckRefused, match="expired"):
        kit.configuring.confirm()


@pytest.mark.parametrize(
    ("change", "loose"),
    [
        ({"set_point": 19}, []),
        ({"set_point": 21}, ["co-level"]),
        ({"on_delay_s": 3}, []),
        ({"on_delay_s": 6}, ["co-level"]),
        ({"priority": "low"}, ["co-level"]),
        ({"select": {"quantity": "co", "gateway": GATEWAY, "channel": 3}}, ["co-level"]),
        ({"title": {"vi": "Khí CO", "en": "Carbon monoxide"}}, []),
    ],
)
def test_an_alarm_is_loosened_unless_it_is_shown_to_be_as_strict(
    tmp_path: Path, change: dict[str, object], loose: list[str]
) -> None:
    now, then = own(tmp_path).alarms, own(tmp_path, alarms=[DANGER, LEVEL | change]).alarms
    assert loosened(now, then) == loose


def test_removing_an_alarm_or_an_instrument_that_it_may_watch_is_loosening(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, alarms=[DANGER]))
    kit.configuring.arrived(wire(8, instruments=[]))
    assert [body.loosened for body in kit.said] == [["co-level"], ["noise1"]]


def test_a_hold_is_part_of_what_is_in_force(tmp_path: Path) -> None:
    kit = Kit(tmp_path)
    kit.configuring.arrived(wire(7, hold=True))
    assert in_force(kit.settings, SERVER_KEY.public).hold


def test_the_server_signs_only_what_a_gateway_could_read() -> None:
    number, message = signed(GATEWAY, "seal: {interval_s: 2}", "wanted.yaml", SERVER_KEY, days=1, now_us=NOW_US)
    opened = open_desired(message, SERVER_KEY.public)
    assert (opened.number, opened.expires_us) == (number, NOW_US + 86_400_000_000)
    with pytest.raises(SettingsError, match="did you mean 'interval_s'"):
        signed(GATEWAY, "seal: {interval: 2}", "wanted.yaml", SERVER_KEY, days=1, now_us=NOW_US)


@pytest.mark.services
async def test_a_published_configuration_reaches_a_running_gateway_and_its_status_says_so(
    tmp_path: Path, broker: Broker
) -> None:
    plain = {"gateway": GATEWAY, "state_dir": tmp_path, "seal": {"interval_s": 0.1}}
    settings = GatewaySettings.model_validate(plain)
    who = identity(tmp_path, broker_port=broker.port)
    statuses: list[Any] = []
    watcher = paho.Client(CallbackAPIVersion.VERSION2, "watcher", protocol=MQTTProtocolVersion.MQTTv5)
    watcher.on_message = lambda _client, _data, message: statuses.append(read_status(bytes(message.payload)))
    watcher.connect(broker.host, broker.port)
    watcher.subscribe(topic(topics.Leaf.STATUS))
    watcher.loop_start()
    instrument = meter(period_s=0.05)
    task = asyncio.create_task(serve(settings, who, TurnedClock(), [instrument]))
    await until(lambda: any(status.online for status in statuses))
    number, message = signed(
        GATEWAY, "seal: {interval_s: 3}", "w", SERVER_KEY, days=3650, now_us=time.time_ns() // 1000
    )
    await asyncio.to_thread(publish, BrokerSettings(host=broker.host, port=broker.port), GATEWAY, message)
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(task, 20)
    assert ended.group_contains(Reconfigured)
    force = in_force(settings, SERVER_KEY.public)
    task = asyncio.create_task(serve(force.settings, who, TurnedClock(), [instrument], own=settings, force=force))
    await until(lambda: statuses[-1].configuration == number)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    watcher.disconnect()
    watcher.loop_stop()
    assert force.settings.seal.interval_s == 3


@pytest.mark.services
async def test_the_service_begins_anew_under_it_in_one_process_and_goes_back_when_silent(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "load_identity", lambda folder: identity(folder, broker_port=broker.port))
    monkeypatch.setattr(agent, "build_drivers", lambda instruments, _clock: [_plugged(one) for one in instruments])
    plain = {"gateway": GATEWAY, "state_dir": tmp_path, "seal": {"interval_s": 0.1}, "clock": {"source": "host"}}
    settings = GatewaySettings.model_validate({**plain, "instruments": [NOISE]})
    task = asyncio.create_task(agent.run(settings))

    def state() -> dict[str, Any]:
        path = tmp_path / "state.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    await until(lambda: state().get("sampled", 0) > 5)
    renamed = [NOISE | {"serial_number": "other"}]
    text = json.dumps({"instruments": renamed, "site": "Xưởng 2"})
    number, message = signed(GATEWAY, text, "w", SERVER_KEY, days=1, now_us=time.time_ns() // 1000)
    await asyncio.to_thread(publish, BrokerSettings(host=broker.host, port=broker.port), GATEWAY, message)
    await until(lambda: state().get("configuration") == number)
    await until(lambda: "configuration" in state() and state()["configuration"] is None)
    sampled = state()["sampled"]
    await until(lambda: state()["sampled"] > sampled + 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert outcomes(tmp_path) == ["applied", "rolled_back"]


def _plugged(one: Any) -> Any:  # noqa: ANN401  (InstrumentSettings to a Meter)
    """An instrument that answers to its own serial number only."""
    silent = Unreachable("silent", "another serial number") if one.serial_number else None
    return meter(one.name, period_s=0.05, answers=silent)


def outcomes(folder: Path) -> list[str]:
    spool = Spool.open(folder / "spool.db")
    entries = spool.read(1, 0, 1 << 40, 100_000)
    spool.close()
    events = [event for entry in entries for _, event in parse_message(entry.wire, ARCHIVE_BYTES).contents().events]
    return [body.outcome for body in map(read_event, events) if isinstance(body, Configured)]
