"""A full disk, a full spool, a damaged spool, two processes on one folder."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent import agent, collector, opening, sealing
from gateway_agent.agent import serve
from gateway_agent.configuring import Force
from gateway_agent.recorder import Work
from gateway_agent.settings import GatewaySettings, SpoolSettings
from gateway_agent.spool.database import lock_folder
from gateway_agent.spool.errors import SpoolUnavailable
from gateway_agent.spool.rows import EpochState
from gateway_agent.spool.spool import Spool
from gateway_agent.uplink import service
from telemetry.content import Event, Values
from telemetry.errors import SealError
from telemetry.events import Lost, Note, read_event
from telemetry.link import Clock, Kind
from telemetry.message import parse_message
from telemetry.seal import Sealer
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until
from tests.gateway_agent.small_server import SmallServer
from tests.support.proxy import FaultProxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from gateway_agent.enrol import Identity
    from gateway_agent.opening import State
    from telemetry.content import Content
    from telemetry.seal import SealedEntry
    from tests.gateway_agent.parts import Meter
    from tests.support.broker import Broker

SEAL = Sealer.seal


def settings(folder: Path) -> GatewaySettings:
    return GatewaySettings.model_validate({"gateway": GATEWAY, "state_dir": folder, "seal": {"interval_s": 0.1}})


@asynccontextmanager
async def running(config: GatewaySettings, *meters: Meter, port: int = 1) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(serve(config, identity(config.state_dir, broker_port=port), TurnedClock(), meters))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    """The state folders that gateways open in this test."""
    states: list[State] = []

    def note(folder: Path, who: Identity) -> State:
        states.append(opening.open_state(folder, who))
        return states[-1]

    monkeypatch.setattr(agent, "open_state", note)
    monkeypatch.setattr(sealing, "RETRY_S", 0.05)
    return states


def spooled(folder: Path, epoch: int = 1) -> tuple[list[int], list[Event]]:
    """Values of channel 0, and the events, in the order of the chain."""
    spool = Spool.open(folder / "spool.db")
    contents = [
        content
        for entry in spool.read(epoch, 0, 1 << 40, 1_000_000)
        for content in parse_message(entry.wire).contents().entry_contents(0)
    ]
    spool.close()
    values = [int(v) for c in contents if isinstance(c, Values) and c.channel == 0 for v in c.values]
    return values, [c for c in contents if isinstance(c, Event)]


def fill(state: State) -> None:
    """The disk takes no more pages (SQLite answers SQLITE_FULL, as for ENOSPC)."""
    pages = state.spool.connection.execute("PRAGMA page_count").fetchone()[0]
    state.spool.connection.execute(f"PRAGMA max_page_count = {pages}")


def empty(state: State) -> None:
    state.spool.connection.execute("PRAGMA max_page_count = 1000000")


async def test_a_full_disk_stops_no_measuring_and_costs_no_reading(tmp_path: Path, opened: list[State]) -> None:
    instrument = meter(period_s=0.01)
    async with running(settings(tmp_path), instrument):
        await until(lambda: instrument.count >= 20)
        fill(opened[0])
        full_from = instrument.count
        await until(lambda: instrument.count >= full_from + 150)
        empty(opened[0])
        await until(lambda: instrument.count >= full_from + 200)
    values, _ = spooled(tmp_path)
    assert values == list(range(1, instrument.count + 1))


async def test_what_memory_cannot_hold_is_given_up_counted_and_told(
    tmp_path: Path, opened: list[State], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "MAX_WAITING", 60)
    instrument = meter(period_s=0.01)
    async with running(settings(tmp_path), instrument):
        await until(lambda: instrument.count >= 20)
        fill(opened[0])
        full_from = instrument.count
        await until(lambda: instrument.count >= full_from + 150)
        empty(opened[0])
        await until(lambda: instrument.count >= full_from + 200)
    values, events = spooled(tmp_path)
    counters = counters_of(tmp_path)
    channels = len(instrument.channels)
    given_up = counters["given_up"]
    assert given_up > 0
    assert len(values) * channels == counters["sealed"]
    assert counters["sealed"] + given_up == counters["sealed_number"] == instrument.count * channels
    notes = [body.mark for body in map(read_event, events) if isinstance(body, Note)]
    assert sum(int(mark.split()[2]) for mark in notes) == given_up


def counters_of(folder: Path) -> dict[str, int]:
    spool = Spool.open(folder / "spool.db")
    found = dict(spool.counters())
    spool.close()
    return found


@pytest.mark.services
async def test_what_a_full_spool_lets_go_is_declared_in_a_signed_event_and_the_rest_arrives(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "TRIM_S", 0.2)
    monkeypatch.setattr(service, "BACKOFF_MAX_S", 1.0)
    server = SmallServer(broker.port)
    instrument = meter(period_s=0.01)
    bounded = settings(tmp_path).model_copy(
        update={"spool": SpoolSettings.model_construct(max_mib=0.03, keep_days=0.0)}
    )
    network = FaultProxy((broker.host, broker.port))
    await network.start()
    await network.cut()
    async with running(bounded, instrument, port=network.port):
        await until(lambda: counters_of(tmp_path).get("trimmed_lost", 0) > 100)
        network.restore()
        await until(lambda: server.head.seq > 0 and bool(server.losses), 20)
        reached = instrument.count
        await until(lambda: any(v > reached for _, _, _, v in server.values), 20)
    await network.close()
    server.close()
    assert server.errors == []
    assert server.refused == []
    lost = [body for body in map(read_event, server.events) if isinstance(body, Lost)]
    declared = {seq for body in (*lost, *server.losses) for seq in range(body.first_seq, body.last_seq + 1)}
    assert declared >= set(range(server.head.seq + 1)) - set(server.entries) > set()


async def test_a_damaged_spool_is_set_aside_and_no_seq_is_given_twice(tmp_path: Path) -> None:
    async with running(settings(tmp_path), meter(period_s=0.01)):
        await until(lambda: counters_of(tmp_path).get("sealed", 0) > 100)
    path = tmp_path / "spool.db"
    data = bytearray(path.read_bytes())
    data[4096:12288] = os.urandom(8192)
    path.write_bytes(data)
    again = meter(period_s=0.01)
    async with running(settings(tmp_path), again):
        await until(lambda: again.count > 20)
    assert (tmp_path / "spool.db.damaged-1").read_bytes() == bytes(data)
    spool = Spool.open(path)
    (row,) = spool.epochs()
    spool.close()
    assert (row.state, row.epoch) == (EpochState.PENDING, opening.PENDING_FROM)


def test_an_altered_entry_is_noticed_at_start(tmp_path: Path) -> None:
    asyncio.run(_some_entries(tmp_path))
    with sqlite3.connect(tmp_path / "spool.db") as database:
        wire = bytearray(database.execute("SELECT wire FROM entry ORDER BY position DESC LIMIT 1").fetchone()[0])
        wire[60] ^= 1
        database.execute("UPDATE entry SET wire = ? WHERE position = (SELECT max(position) FROM entry)", (bytes(wire),))
    database.close()
    state = opening.open_state(tmp_path, identity(tmp_path))
    state.spool.close()
    assert any("damaged" in fault for fault in state.faults)


async def _some_entries(folder: Path) -> None:
    async with running(settings(folder), meter(period_s=0.01)):
        await until(lambda: counters_of(folder).get("sealed", 0) > 20)


def test_two_processes_never_write_one_chain(tmp_path: Path) -> None:
    held = lock_folder(tmp_path)
    with pytest.raises(SpoolUnavailable, match="another gateway process"):
        lock_folder(tmp_path)
    os.close(held)
    os.close(lock_folder(tmp_path))


async def test_what_cannot_be_sealed_is_given_up_and_told_and_sealing_goes_on(
    tmp_path: Path, opened: list[State], monkeypatch: pytest.MonkeyPatch
) -> None:
    instrument = meter(period_s=0.01)
    async with running(settings(tmp_path), instrument):
        await until(lambda: instrument.count >= 20)
        monkeypatch.setattr(Sealer, "seal", _unsealable)
        await until(lambda: instrument.count >= 60)
        monkeypatch.setattr(Sealer, "seal", SEAL)
        await until(lambda: instrument.count >= 120)
    counters, (_, events) = counters_of(tmp_path), spooled(tmp_path)
    assert counters["given_up"] > 0
    assert counters["sealed"] + counters["given_up"] == instrument.count * len(instrument.channels)
    assert any(isinstance(body, Note) and "readings" in body.mark for body in map(read_event, events))


def _unsealable(self: Sealer, kind: Kind, contents: Sequence[Content], **given: Any) -> SealedEntry:  # noqa: ANN401  (passed on)
    """Stands for a fault of this program: readings cannot be sealed."""
    if kind is Kind.READINGS:
        raise SealError("no")
    return SEAL(self, kind, contents, **given)


async def test_more_events_than_a_message_holds_become_several_entries(tmp_path: Path) -> None:
    state = opening.open_state(tmp_path, identity(tmp_path))
    events = tuple(Note(mark=f"{n:0128d}").to_event(n) for n in range(2000))
    state.recorder.record(Work(boot=b"b" * 16, clock=Clock(), lived_us=0, events=(*events, events[0])))
    state.spool.close()
    _, found = spooled(tmp_path)
    assert found == sorted(events, key=lambda event: event.t)


@pytest.mark.services
@pytest.mark.parametrize("held", [False, True])
async def test_a_hold_keeps_in_the_spool_what_would_go_for_its_age(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    monkeypatch.setattr(sealing, "TRIM_S", 0.1)
    server = SmallServer(broker.port)
    config = settings(tmp_path).model_copy(update={"spool": SpoolSettings(keep_days=0)})
    instrument = meter(period_s=0.02)
    who = identity(tmp_path, broker_port=broker.port)
    task = asyncio.create_task(serve(config, who, TurnedClock(), [instrument], force=Force(config, hold=held)))
    await until(lambda: server.head.seq > 15, 20)
    seen = instrument.count
    await until(lambda: instrument.count > seen + 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
    values, _ = spooled(tmp_path)
    assert (values[:1] == [1]) is held
