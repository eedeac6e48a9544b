"""What goes wrong in the field, one test each, beside what the conformance suite asks of every transport.

Late and shifted Modbus answers are in test_late_reply, frozen instruments in test_vigil, a silent Bluetooth adapter in test_adverts.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from deploy.simulate.faults import Fault
from gateway_agent.drivers import connection, factory, modbus
from gateway_agent.drivers.base import DriverError, NoReading, Unreachable, WrongInstrument, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.lines import LineDriver
from gateway_agent.drivers.settings import InstrumentSettings
from gateway_agent.transports import tcp
from telemetry.quality import Quality
from tests.gateway_agent.drivers.test_conformance import quick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.simulate.faults import FaultKind
    from gateway_agent.drivers.base import Driver
    from gateway_agent.transports.line import Line
    from tests.gateway_agent.drivers.conftest import Played


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "load", quick)
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.05)


def slave(name: str, address: int) -> dict[str, Any]:
    source = {"kind": "constant", "value": str(20 + address)}
    place = {"serial": "bus"}
    return {
        "name": name,
        "profile": "generic.rs485_th",
        "address": address,
        "place": place,
        "sources": {"temperature": source},
    }


async def read_for(driver: Driver, seconds: float, period_s: float = 0.05) -> list[str]:
    """Sample as a sampler would; what came of each."""
    outcomes = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            await driver.sample()
            outcomes.append("ok")
        except DriverError as error:
            outcomes.append(error.kind)
        await asyncio.sleep(period_s)
    return outcomes


@pytest.mark.usefixtures("quickly")
async def test_instruments_of_one_bus_take_turns(played: Played) -> None:
    instruments = [slave(name, address) for address, name in enumerate("abcd", 1)]
    async with played(instruments) as (_, drivers):
        outcomes = await asyncio.gather(*(read_for(driver, 1.5, 0.0) for driver in drivers.values()))
    counts = [len(found) for found in outcomes]
    assert all(set(found) == {"ok"} for found in outcomes)
    assert min(counts) > 0.8 * max(counts)
    assert min(counts) > 10


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("kind", ["silence", "garbage", "wrong_checksum"])
async def test_a_dead_or_babbling_slave_costs_its_neighbours_little(
    played: Played, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modbus, "FIRST_REST_S", 60.0)
    async with played([slave("sick", 1), slave("well", 2)]) as (kit, drivers):
        kit.instruments["sick"].fault = Fault(kind)
        sick, well = await asyncio.gather(read_for(drivers["sick"], 3.0), read_for(drivers["well"], 3.0))
    assert sick.count("resting") > len(sick) / 2  # asked rarely
    assert set(well) == {"ok"}
    assert len(well) > 20


@pytest.mark.usefixtures("quickly")
async def test_a_slave_that_says_no_at_once_is_not_put_to_rest(played: Played) -> None:
    async with played([slave("a", 1), slave("b", 2)]) as (kit, drivers):
        kit.instruments["b"].answer_pdu = lambda *_, **__: bytes([0x83, 6])  # type: ignore[method-assign]
        outcomes = await read_for(drivers["b"], 0.5)
    assert set(outcomes) == {"modbus_exception_6"}


async def test_two_equal_meters_that_swapped_their_ports_are_found_out(played: Played) -> None:
    rooms = [
        {
            "name": name,
            "profile": "wirenboard.wb_msw_v4",
            "place": {"serial": name},
            "sources": {},
            "stated": {"serial": serial},
        }
        for name, serial in (("first", 4711), ("second", 4712))
    ]
    async with played(rooms, first={"serial_number": "4711"}, second={"serial_number": "4712"}) as (kit, drivers):
        await drivers["first"].sample()
        kit.unplug("first")
        with pytest.raises(Unreachable):
            await drivers["first"].sample()
        kit.instruments["first"].stated["serial"] = 4712  # somebody put the other one there
        kit.plug_in("first")
        async with asyncio.timeout(10):
            with pytest.raises(WrongInstrument, match="have two been swapped"):
                await _until_reachable(drivers["first"])


async def test_a_port_that_another_process_reads_is_refused_not_shared(played: Played) -> None:
    async with played([slave("a", 1)]) as (kit, drivers):
        await drivers["a"].sample()
        place = kit.places["a"]
        (second,) = build_drivers(
            [InstrumentSettings.model_validate({"name": "b", "profile": "generic.rs485_th", "connection": place})],
            boot_clock_us,
        )
        with pytest.raises(Unreachable) as found:
            await second.sample()
        assert found.value.kind == "in_use"
        assert (await drivers["a"].sample())[0].quality is Quality.OK


def meter(**connection_: str | int) -> Driver:
    given = {"name": "noise", "profile": "rion.nl43", "connection": connection_}
    return build_drivers([InstrumentSettings.model_validate(given)], boot_clock_us)[0]


@contextmanager
def crowded() -> Iterator[int]:
    """A port whose queue is full: the system answers nobody who knocks there, as a cable that is out answers nobody."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(listening.getsockname())
        yield listening.getsockname()[1]


@pytest.mark.usefixtures("quickly")
async def test_refused_unanswered_and_silent_are_three_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="switch it off and on") as refused:
        await meter(host="127.0.0.1", port=free).sample()
    monkeypatch.setattr(tcp, "CONNECT_TIMEOUT_S", 0.2)
    with crowded() as port, pytest.raises(Unreachable, match="check power and network cable") as unanswered:
        await meter(host="127.0.0.1", port=port).sample()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        driver = meter(host="127.0.0.1", port=silent.getsockname()[1])
        with pytest.raises(NoReading) as quiet:
            await driver.sample()
        await driver.close()
    assert (refused.value.kind, unanswered.value.kind, quiet.value.kind) == ("refused", "no_connection", "timeout")


async def test_a_meter_is_asked_no_sooner_than_it_allows_and_over_one_connection(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "load", quick)
    noise = {"name": "noise", "profile": "nti.xl2", "place": {"port": 0, "most_clients": 1}, "sources": {}}
    async with played([noise]) as (_, drivers):
        driver = drivers["noise"]
        assert isinstance(driver, LineDriver)
        driver._timing = driver._timing.model_copy(update={"pause_ms": 300})
        asked = []
        send = driver._send

        async def noted(line: Line, request: bytes) -> None:
            await send(line, request)
            asked.append(time.monotonic())

        monkeypatch.setattr(driver, "_send", noted)
        for _ in range(4):
            await driver.sample()
        assert all(later - earlier >= 0.3 for earlier, later in pairwise(asked))
        assert driver.connection.generation == 1


@pytest.mark.usefixtures("quickly")
async def test_a_stream_heard_from_the_middle_of_a_number_on_gives_no_half_number(played: Played) -> None:
    """A line that is opened while `… 23.4` is being sent must not read 3.4."""
    async with played([{"name": "o2", "profile": "sst.luminox", "place": {"serial": "o2"}, "sources": {}}]) as (
        _,
        drivers,
    ):
        driver = drivers["o2"]
        assert isinstance(driver, LineDriver)
        whole = b"O 0211.6 T +23.4 P 1013 % 020.88 e 0000\r\n"
        for cut in range(1, len(whole)):
            driver.dropped()
            found = driver.find(whole[cut:], driver._heard)
            assert found.__class__.__name__ == "Nothing"
            both = driver.find(whole[cut:] + whole, driver._heard)
            assert both.used == len(whole[cut:] + whole)


async def _until_reachable(driver: Driver) -> None:
    while True:
        try:
            await driver.sample()
        except (Unreachable, NoReading):
            await asyncio.sleep(0.02)  # nothing signals the end of a back-off
