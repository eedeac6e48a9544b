"""`antoan profile new`: from answers, in a file or typed, to a folder that loads, is checked and can be played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.commands.profile import new
from deploy.profiles.answers import Answers
from deploy.profiles.asking import ask_all
from deploy.profiles.writing import FolderExistsError, write_folder
from firmware_profiles.cases import case_files, run_case
from firmware_profiles.loader import load_folder
from firmware_profiles.schema import ModbusInterface
from telemetry.strict import SettingsError, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODBUS = """
id: acme.th2
maker: Acme
model: TH-2
summary: Temperature and humidity transmitter.
protocol: modbus
link: rtu
address: 7
channels:
  - {name: temperature, unit: degC, at: 0, type: int16, scale: 0.1, invalid: [0x7FFF], low: -40, high: 80}
  - {name: humidity, unit: "%RH", at: 1, scale: 0.1}
  - {name: pressure, unit: hPa, at: 40, type: float32, order: CDAB, function: 4}
source: Acme TH-2 manual, p. 12
capture:
  request: "07 03 00 00 00 02 C4 6D"
  response: "07 03 04 00 D7 02 26 AC B1"
  source: our own TH-2, serial number 1234, 2026-03-02
  shown: {temperature: 21.5, humidity: 55}
"""
LINES = r"""
id: acme.wind
maker: Acme
model: W1
summary: Anemometer.
protocol: lines
link: serial
baud: 4800
pattern: "W (?P<wind_speed>\\d{1,3}\\.\\d)\\r\\n"
channels: [{name: wind_speed, unit: m/s, exponent: -1}]
source: manual
capture: {response_text: "W 3.4\r\n", source: our own}
"""
FRAMES = """
id: acme.dust
maker: Acme
model: D1
summary: Dust sensor.
protocol: frames
link: serial
sync: AA 55
frame_bytes: 5
checksum: sum8
channels: [{name: pm2_5, unit: ug/m3, at: 2, type: uint16}]
source: manual
capture: {response: "AA 55 00 0C 0B", source: our own, shown: {pm2_5: 12}}
"""


@pytest.mark.parametrize("text", [MODBUS, LINES, FRAMES], ids=["modbus", "lines", "frames"])
def test_answers_become_a_folder_whose_case_passes(text: str, tmp_path: Path) -> None:
    folder = write_folder(parse_yaml(text, Answers, "answers"), tmp_path)
    assert [run_case(case) for case in case_files(folder)] == [[]]
    assert "## Wiring" in (folder / "README.md").read_text("utf-8")
    assert load_folder(folder).profile.judgement.use == "screening"


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "answers.yaml").write_text(MODBUS)
    new(answers=tmp_path / "answers.yaml", to=tmp_path)
    said = capsys.readouterr().out
    assert "acme.th2: 1 of 1 cases pass" in said
    assert "./antoan profile try acme.th2" in said
    with pytest.raises(SystemExit, match="is there already"):
        new(answers=tmp_path / "answers.yaml", to=tmp_path)


def test_registers_are_read_in_as_few_blocks_as_hold_them(tmp_path: Path) -> None:
    profile = load_folder(write_folder(parse_yaml(MODBUS, Answers, "answers"), tmp_path)).profile
    interface = profile.interfaces["rtu"]
    assert isinstance(interface, ModbusInterface)
    assert [(b.function, b.address, b.count) for b in interface.blocks] == [(3, 0, 2), (4, 40, 2)]
    assert (interface.unit, interface.fields["pressure"].order) == (7, "CDAB")


def test_a_display_that_disagrees_makes_the_case_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "answers.yaml").write_text(MODBUS.replace("temperature: 21.5", "temperature: 25.1"))
    with pytest.raises(SystemExit):
        new(answers=tmp_path / "answers.yaml", to=tmp_path)
    assert "temperature is 21.5, expected 25.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "fresh", "words"),
    [
        ("unit: degC", "unit: degK", "did you mean 'deg'"),
        ("link: rtu", "link: serial", "modbus travels over rtu or ascii or tcp"),
        ("at: 0, ", "", "say `at` of each"),
        ("order: CDAB, ", "", "needs its order in letters"),
        ("maker: Acme", "makr: Acme", "did you mean 'maker'"),
    ],
)
def test_wrong_answers_are_refused_by_name(old: str, fresh: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=words):
        write_folder(parse_yaml(MODBUS.replace(old, fresh), Answers, "answers"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    answers = parse_yaml(LINES, Answers, "answers")
    write_folder(answers, tmp_path)
    with pytest.raises(FolderExistsError):
        write_folder(answers, tmp_path)


TYPED = [
    ("Id of the profile", "Acme TH2"),  # wrong at first
    ("Id of the profile", "acme.th3"),
    ("Maker", "Acme"),
    ("Model", ""),  # must be answered
    ("Model", "TH-3"),
    ("What it is", "A transmitter."),
    ("How it speaks", "modbus"),
    ("The wire", "rtu"),
    ("Speed", ""),
    ("Parity", "even"),
    ("Stop bits", ""),
    ("Modbus: address", "7"),
    ("Its name", "temperature"),
    ("Its unit", "degC"),
    ("Modbus: the table", ""),
    ("Modbus: register", "0"),
    ("Modbus and frames: its type", "int16"),
    ("Order of its bytes", ""),
    ("Factor", "0.1"),
    ("Added", ""),
    ("Lowest", ""),
    ("Highest", ""),
    ("Its name", ""),
    ("Seconds between", "2"),
    ("What may be concluded", ""),
    ("The document", "manual, p. 3"),
    ("The answer, as hex", "07 03 02 00 D7 70 1A"),
    ("The question, as hex", "07 03 00 00 00 01 84 6C"),
    ("Where it was captured", "our own"),
    ("What did the display show for temperature", "21.5"),
]


def typist(script: list[tuple[str, str]]) -> Callable[[str], str]:
    waiting = iter(script)

    def ask(question: str) -> str:
        beginning, answer = next(waiting)
        assert question.startswith(beginning), f"{question!r} was asked, {beginning!r} was awaited"
        return answer

    return ask


def test_questions_are_asked_one_by_one_and_again_when_the_answer_is_wrong(tmp_path: Path) -> None:
    said: list[str] = []
    answers = ask_all(typist(TYPED), said.append)
    assert said[0].startswith("id:")
    assert said[1] == "This must be answered."
    folder = write_folder(answers, tmp_path)
    assert [run_case(case) for case in case_files(folder)] == [[]]
    assert load_folder(folder).profile.interfaces["rtu"].links[0].model_dump()["parity"] == "even"
