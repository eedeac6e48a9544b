"""Meters that say who they are are asked at every opening: two equal ones that swapped places are found out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from gateway_agent.drivers import connection, factory
from gateway_agent.drivers.base import WrongInstrument, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings
from tests.gateway_agent.drivers.own_profiles import load_own

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway_agent.drivers.base import Driver


class Meter:
    """A SCPI meter on a socket; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.who = "Test,SLM-1,A100,1.2"
        self.asked: list[str] = []
        self.clients: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients.append(writer)
        while line := await reader.readline():
            self.asked.append(line.decode().strip())
            answer = self.who if line.startswith(b"*IDN?") else "84.3"
            writer.write(answer.encode() + b"\r\n")
        writer.close()

    def hang_up(self) -> None:
        for writer in self.clients:
            writer.transport.abort()


@pytest.fixture
async def meter() -> AsyncIterator[tuple[Meter, int]]:
    made = Meter()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    yield made, server.sockets[0].getsockname()[1]
    made.hang_up()
    server.close()
    await server.wait_closed()


def driver(port: int, monkeypatch: pytest.MonkeyPatch, serial_number: str = "") -> Driver:
    monkeypatch.setattr(factory, "load", load_own)
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.0)
    connection_ = {"host": "127.0.0.1", "port": port}
    given = {"name": "m", "profile": "test.scpi", "connection": connection_, "serial_number": serial_number}
    return build_drivers([InstrumentSettings.model_validate(given)], boot_clock_us)[0]


async def test_it_is_asked_once_an_opening_and_before_the_first_reading(
    meter: tuple[Meter, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    it, port = meter
    reader = driver(port, monkeypatch, "A100")
    for _ in range(3):
        assert [s.value for s in await reader.sample()] == [843]
    assert it.asked == ["*IDN?", "LEV?", "LEV?", "LEV?"]
    assert reader.identity is not None
    assert (reader.identity.model, reader.identity.serial_number, reader.identity.firmware) == ("SLM-1", "A100", "1.2")
    await reader.close()


@pytest.mark.parametrize(
    ("who", "words"), [("Test,SLM-1,B200,1.2", "have two been swapped"), ("Test,OSC-9,A100,1.2", "is not a Test SLM-1")]
)
async def test_another_one_after_a_reopening_gives_no_reading(
    who: str, words: str, meter: tuple[Meter, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    it, port = meter
    reader = driver(port, monkeypatch, "A100")
    await reader.sample()
    await reader.close()
    it.who = who
    for _ in range(2):  # and again, as long as it is the other one
        with pytest.raises(WrongInstrument, match=words):
            await reader.sample()
    it.who = "Test,SLM-1,A100,1.2"
    assert [s.value for s in await reader.sample()] == [843]
    await reader.close()
