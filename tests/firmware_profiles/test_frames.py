"""Frames on a stream: found among garbage, never invented, the rest of the stream untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.decoding.frames import checksum_bytes, parse_frame, scan, stuffed
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema import Frame

SUM8 = {"kind": "sum", "complement": "ones", "start": 1, "end": -2, "at": -2}
SHDLC = Frame.model_validate(
    {
        "sync": "7E",
        "length": {
            "by": "delimiter",
            "end": "7E",
            "escapes": {"7D 5E": "7E", "7D 5D": "7D", "7D 31": "11", "7D 33": "13"},
        },
        "checksum": SUM8,
    }
)
COUNTED = Frame.model_validate(
    {
        "sync": "42 4D",
        "length": {"by": "count", "at": 2, "type": "uint16", "order": "AB", "add": 4, "usual": 8, "most": 64},
        "checksum": {"kind": "sum", "bits": 16, "end": -2, "at": -2},
    }
)


def shdlc(payload: bytes) -> bytes:
    body = b"\x7e" + payload + b"\0\x7e"
    body = body[:-2] + checksum_bytes(body, SHDLC.checksum) + body[-1:]  # type: ignore[arg-type]
    return stuffed(body, SHDLC.length, SHDLC.sync)  # type: ignore[arg-type]


def counted(payload: bytes) -> bytes:
    body = b"\x42\x4d" + (len(payload) + 2).to_bytes(2, "big") + payload + b"\0\0"
    return body[:-2] + checksum_bytes(body, COUNTED.checksum)  # type: ignore[arg-type]


@given(st.binary(min_size=1, max_size=40))
def test_stuffing_is_undone_whatever_the_payload(payload: bytes) -> None:
    assert parse_frame(shdlc(payload), SHDLC)[1:-2] == payload


@given(junk=st.binary(max_size=30), payload=st.binary(min_size=4, max_size=20), after=st.binary(max_size=10))
def test_a_frame_is_found_behind_any_junk_once_enough_has_come(junk: bytes, payload: bytes, after: bytes) -> None:
    good = counted(payload)
    stream, found = junk + good + after + bytes(70), []
    buffer = bytearray()
    for byte in stream:
        buffer.append(byte)
        while (result := scan(bytes(buffer), COUNTED)).frame is not None:
            found.append(result.frame)
            del buffer[: result.used]
        del buffer[: result.used]
        assert len(buffer) <= 64 + 2
    assert good in found


@given(st.binary(max_size=80))
def test_random_bytes_end_in_a_frame_or_a_typed_error(data: bytes) -> None:
    for frame in (SHDLC, COUNTED):
        assert outcome(data, frame) in {"frame", "truncated", "frame_error", "checksum_mismatch"}


def outcome(data: bytes, frame: Frame) -> str:
    try:
        parse_frame(data, frame)
    except DecodeError as error:
        return error.kind
    return "frame"


@pytest.mark.parametrize(
    ("captured", "kind"),
    [
        ("42 4D 00 04 01 02 00 97", "checksum_mismatch"),
        ("42 4D 00 04 01 02", "truncated"),
        ("01 02 03", "frame_error"),
        ("", "truncated"),
    ],
)
def test_what_is_wrong_is_named(captured: str, kind: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parse_frame(bytes.fromhex(captured), COUNTED)
    assert caught.value.kind == kind


def test_an_unknown_escape_is_a_frame_error() -> None:
    with pytest.raises(DecodeError, match="no escape"):
        parse_frame(bytes.fromhex("7E 00 7D 99 00 7E"), SHDLC)


def test_a_crc_needs_its_parameters() -> None:
    checksum = {"kind": "crc", "end": -2, "at": -2}
    with pytest.raises(ValueError, match="crc parameters"):
        Frame.model_validate({"length": {"by": "fixed", "bytes": 4}, "checksum": checksum})
