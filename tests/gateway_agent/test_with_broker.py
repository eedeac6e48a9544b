"""The gateway against a real broker: everything sealed is committed once, whatever is cut, killed, asked or forked."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent.agent import serve
from gateway_agent.settings import GatewaySettings
from tests.gateway_agent.parts import GATEWAY, TurnedClock, identity, meter, until
from tests.gateway_agent.small_server import SmallServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.broker import Broker

pytestmark = pytest.mark.services


@pytest.fixture
def server(broker: Broker) -> Iterator[SmallServer]:
    made = SmallServer(broker.port)
    yield made
    made.close()
    assert made.errors == []


def settings(folder: Path, **given: Any) -> GatewaySettings:
    return GatewaySettings.model_validate(
        {
            "gateway": GATEWAY,
            "state_dir": folder,
            "seal": {"interval_s": 0.2},
            "uplink": {"progress_s": 2.0, "status_s": 1.0},
            **given,
        }
    )


@asynccontextmanager
async def running(config: GatewaySettings, port: int, *meters: Any, clock: Any = None) -> AsyncIterator[None]:
    who = identity(config.state_dir, broker_port=port)
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
