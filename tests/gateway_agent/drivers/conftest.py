"""Kits played on real ptys and sockets, and drivers on their other end."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from deploy.simulate.kit import Kit
from deploy.simulate.settings import SimulatedKit
from gateway_agent.drivers.base import boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from gateway_agent.drivers.base import Driver

    World = tuple[Kit, dict[str, Driver]]
    Played = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def played(tmp_path: Path) -> Played:
    """`async with played([...simulated instruments...], name={driver settings}) as (kit, drivers)`."""

    @asynccontextmanager
    async def play(instruments: list[dict[str, Any]], **overrides: dict[str, Any]) -> AsyncIterator[World]:
        kit = Kit(SimulatedKit.model_validate({"ports": "ports", "instruments": instruments}), tmp_path)
        await kit.open()
        drivers = build_drivers([_settings(i, kit, overrides) for i in instruments], boot_clock_us)
        try:
            yield kit, {driver.settings.name: driver for driver in drivers}
        finally:
            for driver in drivers:
                await driver.close()
            await kit.close()

    return play


def _settings(instrument: dict[str, Any], kit: Kit, overrides: dict[str, dict[str, Any]]) -> InstrumentSettings:
    taken: dict[str, Any] = {k: instrument[k] for k in ("name", "profile", "variant", "address") if k in instrument}
    given = {
        **taken,
        "connection": kit.places[instrument["name"]],
        **overrides.get(instrument["name"], {}),
    }
    return InstrumentSettings.model_validate(given)
