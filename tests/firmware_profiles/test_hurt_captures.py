"""Every good capture of every instrument, hurt: cut, with noise around it, with one bit turned, answered by a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firmware_profiles.cases import Case, case_files
from firmware_profiles.checksum import modbus_crc
from firmware_profiles.decoding.decode import decode
from firmware_profiles.decoding.modbus import guess_form, parse_request
from firmware_profiles.decoding.results import Decoded, DecodeError
from firmware_profiles.loader import folders, load_folder
from firmware_profiles.schema import FrameInterface, LinesInterface, ModbusInterface, WordsInterface
from firmware_profiles.schema.acceleration import AccelerationInterface
from telemetry.strict import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_profiles.schema import Profile

GOOD = {
    f"{folder.name}/{path.stem}": (folder, parse_yaml(path.read_text("utf-8"), Case, str(path)))
    for folder in folders()
    for path in case_files(folder)
}
GOOD = {name: (folder, case) for name, (folder, case) in GOOD.items() if case.values and case.answered}


def profile_of(folder: Path, case: Case) -> Profile:
    return load_folder(folder, case.variant).profile


def speaks(kind: type, folder: Path, case: Case) -> bool:
    return all(isinstance(i, kind) for i in profile_of(folder, case).interfaces.values())


def of_kind(kind: type) -> list[str]:
    return [name for name, (folder, case) in GOOD.items() if speaks(kind, folder, case)]


MODBUS_RTU = [
    name
    for name in of_kind(ModbusInterface)
    if GOOD[name][1].request and guess_form(GOOD[name][1].request) == "rtu" and GOOD[name][1].request[1] in (1, 2, 3, 4)
    if modbus_crc(GOOD[name][1].request[:-2]) == GOOD[name][1].request[-2:]
    if GOOD[name][1].response[0] == GOOD[name][1].request[0]  # where nothing strange precedes it
]


def stated(decoded: Decoded) -> dict[str, object]:
    return {name: (reading.stated, reading.word) for name, reading in decoded.readings.items()}


def answers(folder: Path) -> bool:
    """Whether its answers can be captured: a waveform is computed from a stream of samples, and has no answer of its own."""
    interfaces = load_folder(folder, None).profile.interfaces.values()
    return not all(isinstance(interface, AccelerationInterface) for interface in interfaces)


def test_there_are_good_captures_of_every_instrument_that_answers() -> None:
    assert {folder.name for folder, _ in GOOD.values()} == {folder.name for folder in folders() if answers(folder)}


@pytest.mark.parametrize("name", MODBUS_RTU)
def test_an_rtu_answer_among_noise_says_the_same(name: str) -> None:
    folder, case = GOOD[name]
    profile = profile_of(folder, case)
    whole = decode(profile, case.response, case.request)
    assert stated(decode(profile, b"\xff\x00" + case.response + b"\x00", case.request)) == stated(whole)


@pytest.mark.parametrize("name", MODBUS_RTU)
def test_an_rtu_answer_cut_anywhere_is_truncated(name: str) -> None:
    folder, case = GOOD[name]
    for size in range(len(case.response)):
        with pytest.raises(DecodeError) as caught:
            decode(profile_of(folder, case), case.response[:size], case.request)
        assert caught.value.kind in ("truncated", "crc_mismatch", "frame_error"), size


@pytest.mark.parametrize("name", MODBUS_RTU)
def test_another_slave_an_exception_and_a_wrong_crc_are_told_apart(name: str) -> None:
    folder, case = GOOD[name]
    profile = profile_of(folder, case)
    asked = parse_request(case.request, "rtu")

    def kind(answer: bytes) -> str:
        with pytest.raises(DecodeError) as caught:
            decode(profile, answer, case.request)
        return caught.value.kind

    stranger = bytes([asked.unit % 200 + 1, *bytes([asked.function, 2, 0, 0])])
    assert kind(stranger + modbus_crc(stranger)) == "unexpected_slave"
    for code in (1, 2, 3, 4, 6):
        refusal = bytes([asked.unit, asked.function | 0x80, code])
        assert kind(refusal + modbus_crc(refusal)) == f"modbus_exception_{code}"
    right = bytes([asked.unit, asked.function, asked.reply_bytes]) + bytes(asked.reply_bytes)
    assert kind(right + bytes([modbus_crc(right)[0] ^ 1, modbus_crc(right)[1]])) == "crc_mismatch"
    longer = bytes([asked.unit, asked.function, asked.reply_bytes + 2]) + bytes(asked.reply_bytes + 2)
    assert kind(longer + modbus_crc(longer)) == "frame_error"


PROVEN_FRAMES = [
    name
    for name in of_kind(FrameInterface)
    if all(
        exchange.frame.checksum is not None
        for interface in profile_of(*GOOD[name]).interfaces.values()
        if isinstance(interface, FrameInterface)
        for exchange in interface.exchanges.values()
    )
]


@pytest.mark.parametrize("name", PROVEN_FRAMES)
def test_a_turned_bit_in_a_frame_with_a_checksum_is_never_a_reading(name: str) -> None:
    folder, case = GOOD[name]
    profile = profile_of(folder, case)
    whole = stated(decode(profile, case.answered, case.asked))
    for place in range(len(case.answered)):
        hurt = bytearray(case.answered)
        hurt[place] ^= 0x04
        try:
            found = stated(decode(profile, bytes(hurt), case.asked))
        except DecodeError:
            continue
        assert found == whole, f"byte {place} turned {whole} into {found}"


@pytest.mark.parametrize("name", of_kind(WordsInterface))
def test_a_chips_answer_of_another_length_is_refused(name: str) -> None:
    folder, case = GOOD[name]
    for answer in (case.answered[:-1], case.answered + b"\0"):
        with pytest.raises(DecodeError) as caught:
            decode(profile_of(folder, case), answer, case.asked)
        assert caught.value.kind in ("truncated", "frame_error")


@pytest.mark.parametrize("name", of_kind(LinesInterface))
def test_a_line_cut_anywhere_gives_no_other_number(name: str) -> None:
    folder, case = GOOD[name]
    profile = profile_of(folder, case)
    whole = stated(decode(profile, case.answered, case.asked))
    for size in range(len(case.answered)):
        try:
            found = stated(decode(profile, case.answered[:size], case.asked))
        except DecodeError:
            continue
        assert found.items() <= whole.items(), f"cut at {size}: {found}"
