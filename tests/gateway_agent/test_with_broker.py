"""The gateway against a real broker: everything sealed is committed once, whatever is cut, killed, asked or forked."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.agent import serve
from gateway_agent.settings import GatewaySettings
from gateway_agent.spool.rows import EpochState
from gateway_agent.spool.spool import Spool
from gateway_agent.uplink import service
from telemetry.content import Event
from telemetry.events import read_event
from telemetry.link import ClockSource, Kind
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until
from tests.gateway_agent.small_server import SmallServer
from tests.support.proxy import fault_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.gateway_agent.parts import Meter
    from tests.support.broker import Broker

pytestmark = pytest.mark.services


@pytest.fixture
def server(broker: Broker) -> Iterator[SmallServer]:
    made = SmallServer(broker.port)
    yield made
    made.close()
    assert made.errors == []


def settings(folder: Path, **given: object) -> GatewaySettings:
    return GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": folder,
            "seal": {"interval_s": 0.2},
            "uplink": {"progress_s": 1.0, "status_s": 1.0},
            **given,
        }
    )


@asynccontextmanager
async def running(
    config: GatewaySettings, port: int, *meters: Meter, clock: TurnedClock | None = None, epoch: int = 1
) -> AsyncIterator[None]:
    who = identity(config.state_dir, broker_port=port, epoch=epoch)
    task = asyncio.create_task(serve(config, who, clock or TurnedClock(), meters))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if task.done() and not task.cancelled():
            task.result()


async def test_every_reading_is_committed_exactly_once(tmp_path: Path, broker: Broker, server: SmallServer) -> None:
    instrument = meter()
    async with running(settings(tmp_path), broker.port, instrument):
        await until(lambda: len(server.values) >= 20 * len(instrument.channels))
    readings = server.values
    assert len(set(readings)) == len(readings)
    assert [value for _, channel, _, value in readings if channel == 0][:20] == list(range(1, 21))
    assert server.refused == []


async def test_a_backlog_goes_as_runs_and_none_is_missing(tmp_path: Path, broker: Broker, server: SmallServer) -> None:
    instrument = meter(period_s=0.02)
    config = settings(tmp_path, seal={"interval_s": 0.1})
    async with fault_proxy((broker.host, broker.port)) as network, running(config, network.port, instrument):
        await network.cut()
        await until(lambda: instrument.count >= 150)
        network.restore()
        await until(lambda: len({r for r in server.values if r[1] == 0}) >= 150, 20)
    assert [value for _, channel, _, value in sorted(server.values, key=lambda r: r[2]) if channel == 0][:150] == list(
        range(1, 151)
    )
    assert any(last - first >= 5 for first, last in server.messages), "the backlog went entry by entry"


async def test_a_flapping_network_and_a_killed_broker_lose_and_double_nothing(
    tmp_path: Path, broker: Broker, server: SmallServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BACKOFF_MAX_S", 1.0)
    instrument = meter(period_s=0.02)
    async with (
        fault_proxy((broker.host, broker.port)) as network,
        running(settings(tmp_path), network.port, instrument),
    ):
        await until(lambda: server.head.seq >= 3)
        await network.flap(5, 0.2, 0.4)
        broker.process.kill()
        broker.process.start()
        reached = instrument.count
        await until(lambda: any(v > reached for _, _, _, v in server.values), 30)
    values = [v for _, channel, _, v in server.values if channel == 0]
    assert sorted(values)[:reached] == list(range(1, reached + 1))


async def test_going_on_after_a_restart_continues_the_chain(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    for rounds in (1, 2, 3):
        async with running(settings(tmp_path), broker.port, meter()):
            await until(lambda: sum(e.type == 3 for e in server.events) == rounds)  # noqa: B023  (awaited here)
            await until(lambda: len(server.values) >= 10 * rounds)  # noqa: B023
    assert server.refused == []
    async with running(settings(tmp_path), broker.port):
        await until(lambda: sum(e.type == 3 for e in server.events) == 4)
    assert sorted(server.entries) == list(range(len(server.entries)))


async def test_a_server_restored_from_a_backup_asks_again_and_gets_what_it_lacks(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    async with running(settings(tmp_path), broker.port, meter()):
        await until(lambda: server.head.seq >= 8)
        before = dict(server.entries)
        server.restore(3)
        await until(lambda: server.head.seq > max(before))
    assert all(server.entries[seq][1] == digest for seq, (_, digest, _) in before.items())


async def test_silence_of_the_server_makes_it_go_back_after_patience(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    server.mute = True
    async with running(settings(tmp_path), broker.port, meter()):
        await until(lambda: server.order.count("entry") >= 5)
        server.mute = False
        await until(lambda: server.head.seq >= 5)
    assert sorted(server.entries) == list(range(len(server.entries)))


async def test_another_digest_is_a_fork_that_frees_nothing_seals_under_a_new_key_and_offers_its_branch(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    async with running(settings(tmp_path), broker.port, meter()):
        await until(lambda: server.head.seq >= 3)
        server.say(server.head.seq, b"x" * 32)
        await until(lambda: any(status.fork for status in server.statuses))
        await until(lambda: state(tmp_path)["entries_sealed"] >= 3)
        assert state(tmp_path)["epoch"] >= 1 << 20
    spool = Spool.open(tmp_path / "spool.db")
    forked, pending = spool.epochs()
    assert forked.forked
    assert server.head.seq == forked.tip
    assert spool.read(1, 0, 1 << 30, 10_000)[0].seq == 0
    assert pending.state is EpochState.PENDING
    assert spool.read(pending.epoch, 0, 1, 1)[0].kind is Kind.DESCRIPTOR
    spool.close()


async def test_after_enrolling_again_what_was_sealed_meanwhile_is_in_the_new_epoch(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    async with running(settings(tmp_path), broker.port, meter()):
        await until(lambda: server.head.seq >= 3)
        server.say(server.head.seq, b"x" * 32)
        await until(lambda: state(tmp_path)["epoch"] >= 1 << 20 and state(tmp_path)["entries_sealed"] >= 4)
    sampled = state(tmp_path)["sampled"]
    second = SmallServer(broker.port, epoch=2)
    try:
        async with running(settings(tmp_path), broker.port, meter(), epoch=2):
            await until(lambda: any(e.type == 3 for e in second.events))
            await until(lambda: len(server.values) + len(second.values) > sampled)
    finally:
        second.close()
    assert len(set(server.values + second.values)) == len(server.values) + len(second.values) >= sampled
    assert second.refused == []


async def test_an_alarm_goes_ahead_of_the_backlog_and_stands_in_the_record(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    instrument = meter(period_s=0.02)
    quantity = next(iter(instrument.channels.values()))
    rule = {
        "kind": "danger",
        "id": "loud",
        "title": {"vi": "Ồn", "en": "Loud"},
        "select": {"quantity": quantity.quantity},
        "set_point": str(Decimal(80).scaleb(quantity.exponent)),
        "unit": quantity.unit,
    }
    config = settings(tmp_path, alarms=[rule], seal={"interval_s": 0.1})
    async with fault_proxy((broker.host, broker.port)) as network, running(config, network.port, instrument):
        await network.cut()
        await until(lambda: instrument.count >= 120)
        server.order.clear()
        network.restore()
        await until(lambda: bool(server.notices) and any(e.type == 1 for e in server.events), 20)
    assert server.order.index("alarm") < server.order.index("entry")
    (notice,) = server.notices
    carried = [c for c in server.entries[notice.seq][2] if isinstance(c, Event)]
    assert read_event(carried[0]) == notice.alarm
    assert (notice.alarm.value, notice.alarm.limit, notice.alarm.state) == (80, 80, "unacknowledged")


async def test_status_is_retained_and_the_last_will_says_offline(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    async with running(settings(tmp_path), broker.port, meter()):
        await until(lambda: any(status.online and status.latest for status in server.statuses))
    await until(lambda: not server.statuses[-1].online)


async def test_a_clock_that_jumps_hours_leaves_a_step_and_no_reading_out_of_order(
    tmp_path: Path, broker: Broker, server: SmallServer
) -> None:
    clock = TurnedClock()
    clock.source = ClockSource.NONE
    async with running(settings(tmp_path), broker.port, meter(), clock=clock):
        await until(lambda: len(server.values) >= 10)
        assert all(link.clock.source is ClockSource.NONE for link, _, _ in server.entries.values())
        clock.source = ClockSource.NTP
        await until(lambda: any(e.type == 2 for e in server.events))
        clock.utc_offset_us += 7_200_000_000
        await until(lambda: sum(e.type == 2 for e in server.events) == 2)
    changes = [read_event(e) for e in server.events if e.type == 2]
    assert [change.model_dump()["step_us"] for change in changes] == [None, 7_200_000_000]
    times = [t for _, channel, t, _ in server.values if channel == 0]
    assert times == sorted(times)


def state(folder: Path) -> dict[str, Any]:
    """What state.json says; empty counters until it is there."""
    path = folder / "state.json"
    return dict(json.loads(path.read_text())) if path.exists() else {"epoch": 0, "entries_sealed": 0, "sampled": 0}
