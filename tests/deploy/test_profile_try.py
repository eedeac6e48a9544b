"""`antoan profile try` on instruments that the simulator plays over real wires: a pseudo-terminal, a TCP port."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from deploy.commands.profile import try_profile
from deploy.profiles.cures import cure
from deploy.profiles.trial import told, try_instrument
from deploy.profiles.wordorder import four_readings
from deploy.simulate.control import order
from firmware_profiles.loader import load
from firmware_profiles.schema import ModbusInterface
from gateway_agent.drivers.settings import InstrumentSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KIT = """
ports: ports
speed: 60
instruments:
  - name: co
    profile: honeywell.midas
    variant: co
    place: {}
    sources: {gas_concentration: {kind: constant, value: 12.5}}
  - {name: co2, profile: vaisala.gmp252, place: {serial: co2}, sources: {co2: {kind: constant, value: 812.5}}}
  - {name: heat, profile: pce.wb20sd, place: {serial: heat}, sources: {wbgt: {kind: constant, value: 28.4}}}
  - {name: box, profile: wirenboard.wb_msw_v4, place: {serial: box}, sources: {sound_level: {kind: constant, value: 52.8}}}
"""


class Played:
    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready

    def settings(self, name: str, profile: str, variant: str | None = None, **changes: object) -> InstrumentSettings:
        place = {**self.ready["places"][name], **changes}
        return InstrumentSettings.model_validate(
            {"name": "trial", "profile": profile, "variant": variant, "connection": place}
        )

    async def told(self, settings: InstrumentSettings, times: int = 1) -> tuple[bool, str]:
        profile, trial = await try_instrument(settings, times, 0.05)
        return trial.good, "\n".join(told(profile, settings, trial))


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[Played]:
    (tmp_path / "kit.yaml").write_text(KIT)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.simulate", str(tmp_path / "kit.yaml"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield Played(json.loads(await process.stdout.readline()))
    process.kill()
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]


async def test_a_detector_over_tcp_is_told_with_its_state(played: Played) -> None:
    settings = played.settings("co", "honeywell.midas", "co")
    good, text = await played.told(settings, times=2)
    assert good
    assert "gas_concentration: 12.5 ppm, good" in text
    assert "sample 2:" in text
    await order(played.ready["control"], do="state", instrument="co", field="state", raw=0)
    _, text = await played.told(settings)
    assert "gas_concentration: no value, not ready yet (The detector is warming up.)" in text


async def test_the_four_word_orders_of_a_probe_on_a_pty_stand_side_by_side(played: Played) -> None:
    good, text = await played.told(played.settings("co2", "vaisala.gmp252"))
    assert good
    assert "co2: 812.5 ppm, good" in text
    assert "bytes 20 00 44 4B" in text
    assert "CDAB 812.5 *" in text
    assert "only CDAB makes sense, as the profile says" in text


async def test_a_self_sending_meter_is_heard(played: Played) -> None:
    good, text = await played.told(played.settings("heat", "pce.wb20sd"))
    assert good
    assert "wbgt: 28.4 degC, good" in text


async def test_who_answers_is_said(played: Played) -> None:
    _, text = await played.told(played.settings("box", "wirenboard.wb_msw_v4"))
    assert "It answers as Wiren Board WB-MSW v.4, serial number" in text


async def test_silence_is_told_with_what_to_do(played: Played) -> None:
    await order(played.ready["control"], do="fault", instrument="co2", kind="silence", times=5)
    good, text = await played.told(played.settings("co2", "vaisala.gmp252"))
    assert not good
    assert "(timeout)" in text
    assert "Is it switched on" in text
    assert "It cannot be used like this yet." in text


async def test_a_port_that_is_not_there_is_a_sentence(played: Played, tmp_path: Path) -> None:
    settings = played.settings("co2", "vaisala.gmp252", serial=str(tmp_path / "absent"))
    good, text = await played.told(settings)
    assert not good
    assert "look in /dev/serial/by-id" in text


def test_a_wrong_word_order_in_the_profile_is_seen() -> None:
    profile = load("draeger.polytron8000").profile
    interface = next(iter(profile.interfaces.values()))
    assert isinstance(interface, ModbusInterface)
    readings = four_readings(interface, profile.channels, 506, bytes.fromhex("00 00 42 20"))
    assert [r.values["CDAB"] for r in readings] == [40.0]
    assert "CDAB does: is the word order another?" in readings[0].verdict


def test_every_answer_of_a_slave_that_says_no_has_a_cure() -> None:
    assert "in its firmware" in cure("modbus_exception_2", "illegal data address")
    assert cure("never_heard_of", "")


@pytest.mark.parametrize("wires", [{}, {"port": "/dev/serial/by-id/a", "host": "b"}])
def test_it_must_be_said_where_the_instrument_is(wires: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="one of --port, --host"):
        try_profile("honeywell.midas", **wires)  # type: ignore[arg-type]


def test_a_profile_that_does_not_speak_there_is_a_sentence() -> None:
    with pytest.raises(SystemExit, match="does not speak over"):
        try_profile("honeywell.midas", port="/dev/serial/by-id/usb-none", samples=1)


def test_a_refused_port_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        try_profile("honeywell.midas", host="127.0.0.1", tcp_port=1, samples=1)
    assert ended.value.code == 1
    assert "Is Modbus or the remote control switched on" in capsys.readouterr().out
