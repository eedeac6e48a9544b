"""Siren, lamp and relays: at once, latched for danger to life, muted only at the kit and for a time, tested, and told when deaf."""

from __future__ import annotations

import asyncio
import os
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from gateway_agent import siren as siren_module
from gateway_agent.alarms import EdgeTransition
from gateway_agent.atmosphere import check_atmosphere
from gateway_agent.gpio import GpioError, KernelLines, Wanted, request_bytes
from gateway_agent.settings import GatewaySettings, OutputSettings
from gateway_agent.siren import Siren
from gateway_agent.sounding import DANGER_MUTE_S, TEST_S, OutputLine, Sounding
from telemetry.events import Alarm, Note
from telemetry.strict import SettingsError
from tests.gateway_agent.parts import GATEWAY, meter, until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIREN = OutputLine(name="siren", line=17, mutable=True)
LAMP = OutputLine(name="lamp", line=27, priorities=("danger_to_life", "high", "medium"))


def alarm(priority: str, *, raised: bool = True, episode: str = "e1") -> EdgeTransition:
    return EdgeTransition(
        7, Alarm(rule="r", episode=episode, transition=0 if raised else 1, state="unacknowledged", priority=priority)
    )


def test_an_alarm_switches_on_what_is_for_its_priority_and_its_return_off() -> None:
    sounding = Sounding([SIREN, LAMP])
    sounding.changed(alarm("medium"))
    assert sounding.on(0) == [False, True]
    sounding.changed(alarm("high", episode="e2"))
    assert sounding.on(0) == [True, True]
    sounding.changed(alarm("high", raised=False, episode="e2"))
    assert sounding.on(0) == [False, True]


def test_danger_to_life_is_latched_until_somebody_at_the_kit_acknowledges_it() -> None:
    sounding = Sounding([SIREN, LAMP])
    sounding.changed(alarm("danger_to_life"))
    assert sounding.acknowledge() == []
    assert sounding.on(0) == [True, True], "it still holds"
    sounding.changed(alarm("danger_to_life", raised=False))
    assert sounding.on(0) == [True, True]
    assert sounding.acknowledge() == ["e1"]
    assert sounding.on(0) == [False, False]


def test_a_mute_ends_by_itself_spares_the_lamp_and_is_broken_by_the_next_alarm() -> None:
    sounding = Sounding([SIREN, LAMP])
    sounding.changed(alarm("high"))
    assert sounding.mute(120, 1000) == 120
    assert sounding.on(1119) == [False, True]
    assert sounding.next_change_s(1119) == 1
    assert sounding.on(1120) == [True, True]
    sounding.mute(120, 1120)
    sounding.changed(alarm("high", episode="e2"))
    assert sounding.on(1121) == [True, True]


def test_danger_to_life_is_muted_for_a_minute_at_most() -> None:
    sounding = Sounding([SIREN])
    sounding.changed(alarm("danger_to_life"))
    assert sounding.mute(3600, 0) == DANGER_MUTE_S == 60
    assert sounding.on(59.9) == [False]
    assert sounding.on(60) == [True]


def test_a_test_sounds_everything_for_a_moment_even_muted() -> None:
    sounding = Sounding([SIREN, LAMP])
    sounding.mute(100, 0)
    sounding.test(1)
    assert sounding.on(1.5) == [True, True]
    assert sounding.on(1 + TEST_S) == [False, False]


@dataclass
class Board:
    """Relays and buttons in memory. `deaf` lines do not follow."""

    on: dict[int, bool] = field(default_factory=dict)
    down: list[bool] = field(default_factory=lambda: [False, False])
    deaf: set[int] = field(default_factory=set)
    broken: bool = False
    history: list[tuple[int, bool]] = field(default_factory=list)

    def ask(self, wanted: Wanted) -> Any:  # noqa: ANN401  (Lines)
        if self.broken:
            raise GpioError("/dev/gpiochip0: not permitted; the gateway's user must be in the group gpio")
        return BoardLines(self, wanted)


@dataclass
class BoardLines:
    board: Board
    wanted: Wanted

    def set(self, values: Sequence[bool]) -> None:
        if self.board.broken:
            raise GpioError("gone")
        (offset,) = self.wanted.offsets
        if offset not in self.board.deaf:
            if self.board.on.get(offset) != values[0]:
                self.board.history.append((offset, values[0]))
            self.board.on[offset] = values[0]

    def get(self) -> list[bool]:
        if not self.wanted.output:
            return list(self.board.down)
        return [self.board.on.get(self.wanted.offsets[0], False)]

    def close(self) -> None:
        self.wanted = Wanted(self.wanted.chip, (), output=self.wanted.output)


def outputs() -> OutputSettings:
    return OutputSettings.model_validate(
        {"lines": [SIREN.model_dump(), LAMP.model_dump()], "buttons": {"test_line": 5, "mute_line": 6}}
    )


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siren_module, "SELF_TEST_S", 0.01)
    monkeypatch.setattr(siren_module, "BEAT_S", 0.005)
    monkeypatch.setattr(siren_module, "AGAIN_S", 0.02)


async def test_outputs_are_tested_at_start_one_after_the_other_and_a_deaf_one_is_named(tmp_path: Path) -> None:
    said: list[Any] = []
    good, deaf = Board(), Board(deaf={27})
    for board in (good, deaf):
        kit = Siren(outputs(), tmp_path, said.append, ask=board.ask)
        kit._open()
        await kit.self_test()
        await kit.close()
    assert [line for line, on in good.history if on] == [17, 27]
    assert good.on == {17: False, 27: False}
    assert [note.mark for note in said] == ["outputs tested at start: good", "outputs tested at start: failed lamp"]
    assert "lamp does not follow" in kit.fault


async def test_an_alarm_sets_its_lines_in_the_same_turn_and_buttons_mute_and_end_it(tmp_path: Path) -> None:
    said: list[Any] = []
    board = Board()
    kit = Siren(outputs(), tmp_path, said.append, ask=board.ask)
    task = asyncio.create_task(kit.run())
    await until(lambda: said)
    kit.set(alarm("danger_to_life"))
    assert board.on == {17: True, 27: True}
    kit.set(alarm("danger_to_life", raised=False))
    board.down = [False, True]
    await until(lambda: board.on == {17: False, 27: False})
    board.down = [True, False]
    await until(lambda: board.on == {17: True, 27: True})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await kit.close()
    marks = [body.mark for body in said if isinstance(body, Note)]
    assert marks[1:] == ["acknowledged at the kit: e1", "siren muted at the kit for 600 s", "outputs tested by hand"]
    assert board.on == {17: False, 27: False}


async def test_a_latched_alarm_sounds_again_after_a_power_cut(tmp_path: Path) -> None:
    first, again = Board(), Board()
    kit = Siren(outputs(), tmp_path, lambda _body: None, ask=first.ask)
    task = asyncio.create_task(kit.run())
    await until(lambda: first.history)
    kit.set(alarm("danger_to_life"))
    await until((tmp_path / "sounding.json").exists)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    other = Siren(outputs(), tmp_path, lambda _body: None, ask=again.ask)
    task = asyncio.create_task(other.run())
    await until(lambda: again.on == {17: True, 27: True})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_lines_that_cannot_be_had_are_told_and_asked_for_again(tmp_path: Path) -> None:
    board = Board(broken=True)
    kit = Siren(outputs(), tmp_path, lambda _body: None, ask=board.ask)
    task = asyncio.create_task(kit.run())
    await until(lambda: kit.fault)
    assert "group gpio" in kit.fault
    kit.set(alarm("high"))
    board.broken = False
    await until(lambda: board.on == {17: True, 27: True})
    assert kit.fault == ""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_the_request_is_the_kernels_structure() -> None:
    """Offsets and sizes as in linux/gpio.h: 64 offsets, consumer, config (flags at 288), num_lines at 560, fd at 588."""
    raw = request_bytes(Wanted("/dev/gpiochip0", (17, 27), output=True, active_low=True))
    assert len(raw) == 592
    assert struct.unpack_from("=2I", raw, 0) == (17, 27)
    assert raw[256:270] == b"antoan-gateway"
    assert struct.unpack_from("=Q", raw, 288) == (0b1010,)
    assert struct.unpack_from("=I", raw, 560) == (2,)


def test_a_chip_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(GpioError, match="line 17"):
        KernelLines(Wanted(str(tmp_path / "gpiochip9"), (17,), output=True))
    (tmp_path / "file").touch()
    with pytest.raises(GpioError, match="used by another program"):
        KernelLines(Wanted(os.fspath(tmp_path / "file"), (17,), output=True))


def test_nothing_without_ex_marking_enters_an_explosive_atmosphere(tmp_path: Path) -> None:
    plain = {"gateway": GATEWAY, "state_dir": tmp_path, "explosive_atmosphere": True}
    settings = GatewaySettings.model_validate(plain)
    with pytest.raises(SettingsError, match=r"the kit itself.*noise1: generic.rs485_noise exists without Ex marking"):
        check_atmosphere(settings, [meter()])
    check_atmosphere(settings.model_copy(update={"explosive_atmosphere": False}), [meter()])
    marked = meter()
    judgement = marked.profile.judgement.model_copy(update={"ex_marking": "by order code: read its plate"})
    marked.profile = marked.profile.model_copy(update={"judgement": judgement})
    kit = settings.model_copy(update={"ex_marking": "II 2G Ex ib IIC T4 Gb"})
    with pytest.raises(SettingsError, match="noise1: enter the marking on its plate"):
        check_atmosphere(kit, [marked])
    marked.settings = marked.settings.model_copy(update={"ex_marking": "II 2G Ex db IIC T6 Gb"})
    check_atmosphere(kit, [marked])
