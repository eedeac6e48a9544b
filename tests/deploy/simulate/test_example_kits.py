"""Every example kit is played over its real protocols, and what its gateway section leads to is read."""

from __future__ import annotations

import asyncio
import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from deploy.commands.simulate import simulate
from deploy.simulate.example_kits import examples, find
from deploy.simulate.kit import Kit
from deploy.simulate.session import read_kit, said
from gateway_agent.drivers.base import DriverError, boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings

if TYPE_CHECKING:
    from pathlib import Path

    from gateway_agent.drivers.base import Driver


async def first_value(driver: Driver) -> dict[str, int | None]:
    async with asyncio.timeout(15):
        while True:
            try:
                if samples := await driver.sample():
                    return {s.channel: s.value for s in samples}
            except DriverError:
                await asyncio.sleep(0.05)  # an instrument may need a moment after it is switched on


@pytest.mark.parametrize("name", examples())
async def test_an_example_kit_is_read_by_the_drivers_of_its_gateway(name: str, tmp_path: Path) -> None:
    path, _ = find(name)
    kit = Kit(read_kit(path, ports=tmp_path / "ports"), path.parent)
    await kit.open()
    section: dict[str, Any] = YAML(typ="safe", pure=True).load(said(kit, tmp_path / "control.sock"))
    drivers = build_drivers([InstrumentSettings.model_validate(i) for i in section["instruments"]], boot_clock_us)
    try:
        read = await asyncio.gather(*(first_value(driver) for driver in drivers))
        assert len(read) == len(kit.instruments)
        assert all(any(value is not None for value in values.values()) for values in read)
    finally:
        for driver in drivers:
            await driver.close()
        await kit.close()


def test_without_a_kit_the_examples_are_listed_with_what_they_show() -> None:
    text = io.StringIO()
    with redirect_stdout(text):
        simulate()
    assert "confined_space" in text.getvalue()
    assert "oxygen falls" in text.getvalue()


def test_an_unknown_example_names_the_nearest() -> None:
    with pytest.raises(SystemExit, match="did you mean 'confined_space'"):
        simulate("confined_spase")
