"""The simulator as a process: says where it is, takes orders, ends cleanly and with its parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.simulate.control import order
from gateway_agent.drivers.base import boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway_agent.drivers.base import Driver

KIT = """
ports: ports
speed: 60
instruments:
  - name: co
    profile: honeywell.midas
    variant: co
    place: {}
    sources: {gas_concentration: {kind: constant, value: 2}}
  - {name: noise, profile: lutron.ds2013sd, place: {serial: noise}, sources: {sound_level: {kind: constant, value: 80}}}
"""
COMMAND = [sys.executable, "-m", "deploy.simulate"]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class Player:
    def __init__(self, process: asyncio.subprocess.Process, ready: dict[str, Any]) -> None:
        self.process = process
        self.ready = ready
        self.control = Path(ready["control"])

    def driver(self, name: str, profile: str, variant: str | None) -> Driver:
        given = {"name": name, "profile": profile, "variant": variant, "connection": self.ready["places"][name]}
        return build_drivers([InstrumentSettings.model_validate(given)], boot_clock_us)[0]


@pytest.fixture
async def player(tmp_path: Path) -> AsyncIterator[Player]:
    (tmp_path / "kit.yaml").write_text(KIT)
    process = await asyncio.create_subprocess_exec(*COMMAND, str(tmp_path / "kit.yaml"), stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    yield Player(process, json.loads(await process.stdout.readline()))
    if process.returncode is None:
        process.kill()
        await process.wait()
    process._transport.close()  # type: ignore[attr-defined]


async def test_orders_change_what_is_read(player: Player) -> None:
    driver = player.driver("co", "honeywell.midas", "co")
    assert [s.value for s in await driver.sample()] == [20]
    await order(player.control, do="set", instrument="co", channel="gas_concentration", value=142)
    assert [s.value for s in await driver.sample()] == [1420]
    await order(player.control, do="state", instrument="co", field="state", raw=0)
    assert [(s.value, s.quality.word) for s in await driver.sample()] == [(None, "warming_up")]
    await driver.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"do": "set", "instrument": "co", "channel": "gas", "value": 1}, "has no channel 'gas'"),
        ({"do": "set", "instrument": "c0", "channel": "gas", "value": 1}, "no instrument is named 'c0'"),
        ({"do": "fault", "instrument": "co", "kind": "sulk"}, "kind"),
        ({"do": "unplug", "instrument": "co2"}, "no instrument is named 'co2'"),
        ({"do": "set", "instrument": "co", "channel": "gas_concentration", "value": None}, "no code for 'no value'"),
    ],
)
async def test_a_wrong_order_is_refused_in_words(player: Player, words: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        await order(player.control, **words)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_cleanly_and_leaves_no_port(player: Player, number: signal.Signals) -> None:
    assert names(player.control.parent) == {"control.sock", "noise"}
    player.process.send_signal(number)
    assert await player.process.wait() == 0
    assert names(player.control.parent) == set()


async def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "kit.yaml").write_text(KIT)
    script = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen({COMMAND!r} + [{str(tmp_path / 'kit.yaml')!r}, '--die-with-parent'], stdout=-1)\n"
        "p.stdout.readline(); print(p.pid, flush=True); sys.stdin.readline()\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    descriptor = os.pidfd_open(child)
    parent.kill()
    await parent.wait()
    try:
        async with asyncio.timeout(10):
            await _readable(descriptor)  # a pidfd is readable once its process has ended
    finally:
        os.close(descriptor)
        parent._transport.close()  # type: ignore[attr-defined]


async def _readable(descriptor: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(descriptor)


async def test_wrong_settings_end_with_their_fault_named(tmp_path: Path) -> None:
    (tmp_path / "kit.yaml").write_text(KIT.replace("speed", "sped"))
    process = await asyncio.create_subprocess_exec(*COMMAND, str(tmp_path / "kit.yaml"), stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"unknown setting 'sped'; did you mean 'speed'" in said
