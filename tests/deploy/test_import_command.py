"""`antoan import`: a logger's file is taken in strictly, sealed by a key of its own, and proven unaltered since."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.commands.import_file import take, verify
from telemetry.descriptor import read_descriptor
from telemetry.events import Note, read_event
from telemetry.message import parse_message

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = Path(__file__).resolve().parents[1] / "firmware_profiles" / "exports"
REPORT, NUMBERED = FILES / "nti_xl2_report.txt", FILES / "svantek_numbered.csv"
ALL = [
    ("nti_xl2_report.txt", "nti.xl2", None),
    ("nti_xl2_log.txt", "nti.xl2", None),
    ("svantek_time_history.csv", "svantek.svan971", None),
    ("svantek_numbered.csv", "svantek.svan971", None),
    ("tsi_dusttrak_drx.csv", "tsi.dusttrak_drx", None),
    ("tsi_dusttrak_8530.csv", "tsi.dusttrak_drx", "dusttrak_8530"),
]


def import_into(folder: Path, file: Path = REPORT, profile: str = "nti.xl2", variant: str | None = None) -> Path:
    """The folder of the import."""
    take(file, profile=profile, variant=variant, zone="+07:00", to=folder)
    return next(path for path in folder.iterdir() if path.is_dir())


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(SystemExit) as stop:
        call()
    return str(stop.value.code)


def about(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "import.json").read_text("utf-8"))
    return found


def entries(folder: Path) -> list[bytes]:
    data, found = (folder / "entries.bin").read_bytes(), []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        found.append(data[4:end])
        data = data[end:]
    return found


def write_entries(folder: Path, messages: list[bytes]) -> None:
    (folder / "entries.bin").write_bytes(b"".join(len(m).to_bytes(4, "big") + m for m in messages))


@pytest.mark.parametrize(("name", "profile", "variant"), ALL)
def test_every_form_is_taken_in_and_proven(
    name: str, profile: str, variant: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = import_into(tmp_path, FILES / name, profile, variant)
    assert "origin not proven" in capsys.readouterr().out
    verify(folder, key=tmp_path / "import.key")
    assert "unaltered since they were sealed. Origin not proven" in capsys.readouterr().out
    assert (folder / "original" / name).read_bytes() == (FILES / name).read_bytes()
    assert about(folder)["variant"] == (variant or "")


def test_what_is_sealed_is_what_the_file_says(tmp_path: Path) -> None:
    messages = [parse_message(wire).contents() for wire in entries(import_into(tmp_path))]
    channels = {found.channel: read_descriptor(found) for _, found in messages[0].descriptors}
    values, qualities = {}, {}
    for block in (block for message in messages for block in message.columns):
        for row, number in enumerate(block.channels):
            values[channels[number].name] = block.values[row].tolist()
            qualities[channels[number].name] = block.quality_codes()[row].tolist()
    assert values["LAEQ"] == [874, 881]
    assert qualities["LAEQ"] == [0, 0]
    assert qualities["LZPKMAX"][1] != 0, "a value that the meter had not is not sealed as good"
    laeq = next(model for model in channels.values() if model.name == "LAEQ")
    assert (laeq.instrument.serial, laeq.unit, laeq.exponent) == ("A2A-00001-E0", "dB[SPL]", -1)
    note = read_event(messages[1].events[0][1])
    assert isinstance(note, Note)
    assert note.text_digest == hashlib.sha256(REPORT.read_bytes()).digest()


def test_what_was_taken_in_is_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take(REPORT, profile="nti.xl2", zone="Asia/Ho_Chi_Minh", to=tmp_path, json_output=True)
    told = json.loads(capsys.readouterr().out)
    assert told["from"] == "2026-03-02T08:02:00+07:00"
    assert told["passed_over"] == ["Prev_LAeq [dB]"]
    assert told["importer"].startswith("import")


def test_an_altered_original_is_found(tmp_path: Path) -> None:
    folder = import_into(tmp_path)
    original = folder / "original" / REPORT.name
    original.write_bytes(original.read_bytes().replace(b"87.4", b"77.4"))
    assert "is not the file that was imported" in refused(lambda: verify(folder))


def test_another_file_with_its_hash_put_into_the_description_is_found(tmp_path: Path) -> None:
    folder = import_into(tmp_path)
    data = REPORT.read_bytes().replace(b"87.4", b"77.4")
    (folder / "original" / REPORT.name).write_bytes(data)
    altered = about(folder) | {"sha256": hashlib.sha256(data).hexdigest()}
    (folder / "import.json").write_text(json.dumps(altered), "utf-8")
    assert refused(lambda: verify(folder)), "the chain commits to the file that was imported"


@pytest.mark.parametrize("lost", [0, 1, -1])
def test_a_missing_entry_is_found(tmp_path: Path, lost: int) -> None:
    folder = import_into(tmp_path)
    messages = entries(folder)
    del messages[lost]
    write_entries(folder, messages)
    assert refused(lambda: verify(folder))


def test_an_altered_entry_is_found_wherever_a_bit_flips(tmp_path: Path) -> None:
    folder = import_into(tmp_path)
    whole = entries(folder)
    for number, message in enumerate(whole):
        for place in range(0, len(message), 7):
            hurt = bytearray(message)
            hurt[place] ^= 0x10
            write_entries(folder, [*whole[:number], bytes(hurt), *whole[number + 1 :]])
            assert refused(lambda: verify(folder)), f"entry {number}, byte {place}"


@pytest.mark.parametrize("cut", [1, 3, 40])
def test_cut_entries_are_found(tmp_path: Path, cut: int) -> None:
    folder = import_into(tmp_path)
    path = folder / "entries.bin"
    path.write_bytes(path.read_bytes()[:-cut])
    assert refused(lambda: verify(folder))


def test_an_import_under_another_key_is_not_of_this_installation(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    import_into(tmp_path / "ours", NUMBERED, "svantek.svan971")
    theirs = import_into(tmp_path / "theirs")
    verify(theirs)
    assert "another key" in refused(lambda: verify(theirs, key=tmp_path / "ours" / "import.key"))
    assert refused(lambda: verify(theirs, key=tmp_path / "nowhere.key"))
    assert not (tmp_path / "nowhere.key").exists(), "to verify makes no key"


def test_the_same_file_twice_is_said(tmp_path: Path) -> None:
    import_into(tmp_path)
    assert "imported before" in refused(lambda: import_into(tmp_path))
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_two_files_share_the_key(tmp_path: Path) -> None:
    import_into(tmp_path)
    import_into(tmp_path, NUMBERED, "svantek.svan971")
    importers = {about(path)["importer"] for path in tmp_path.iterdir() if path.is_dir()}
    assert len(importers) == 1
    assert (tmp_path / "import.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_key_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    shutil.rmtree(import_into(tmp_path))
    (tmp_path / "import.key").chmod(mode)
    assert "may be read by others" in refused(lambda: import_into(tmp_path))


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "import.key").write_bytes(b"short")
    (tmp_path / "import.key").chmod(0o600)
    assert "no key of 32 bytes" in refused(lambda: import_into(tmp_path))


def test_a_file_without_a_zone_asks_for_one(tmp_path: Path) -> None:
    words = refused(lambda: take(NUMBERED, profile="svantek.svan971", to=tmp_path))
    assert "--zone" in words
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "+7", "../etc/passwd"])
def test_an_unknown_zone_is_refused(tmp_path: Path, zone: str) -> None:
    assert "no time zone" in refused(lambda: take(NUMBERED, profile="svantek.svan971", zone=zone, to=tmp_path))


def test_the_wrong_profile_is_said(tmp_path: Path) -> None:
    assert refused(lambda: take(REPORT, profile="svantek.svan971", zone="+07:00", to=tmp_path))
    assert refused(lambda: take(REPORT, profile="nobody.nothing", zone="+07:00", to=tmp_path))
    assert refused(lambda: take(tmp_path / "no.txt", profile="nti.xl2", zone="+07:00", to=tmp_path))
