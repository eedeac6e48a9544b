"""Modbus on captured bytes, in all three forms; what is read is compared with pymodbus."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse

from firmware_profiles.decoding.modbus import (
    Form,
    Request,
    build_frame,
    guess_form,
    match_reply,
    parse_reply,
    parse_request,
    read_pdu,
)
from firmware_profiles.decoding.results import DecodeError

FRAMERS = {"rtu": FramerRTU, "ascii": FramerAscii, "tcp": FramerSocket}
registers = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=60)


@pytest.mark.parametrize("form", ["rtu", "ascii", "tcp"])
@given(values=registers, unit=st.integers(1, 247))
def test_a_reply_that_pymodbus_made_is_read(form: Form, values: list[int], unit: int) -> None:
    pdu = ReadHoldingRegistersResponse(dev_id=unit, registers=values, transaction_id=7)
    frame = FRAMERS[form](DecodePDU(is_server=False)).buildFrame(pdu)
    request = Request(unit, read_pdu(3, 0, len(values)), 7 if form == "tcp" else None)
    data = b"".join(v.to_bytes(2, "big") for v in values)
    assert parse_reply(frame, form, request).data == data
    assert build_frame(unit, bytes([3, len(data)]) + data, form, 7) == frame


@pytest.mark.parametrize("form", ["rtu", "ascii", "tcp"])
@given(cut=st.integers(0, 40), flip=st.integers(0, 300), values=registers)
def test_a_damaged_reply_is_never_read_as_another_value(form: Form, cut: int, flip: int, values: list[int]) -> None:
    data = b"".join(v.to_bytes(2, "big") for v in values)
    request = Request(9, read_pdu(3, 10, len(values)), 7 if form == "tcp" else None)
    whole = build_frame(9, bytes([3, len(data)]) + data, form, 7)
    damaged = bytearray(whole[: len(whole) - cut])
    if damaged and form != "tcp":  # TCP has its own checksum below
        damaged[flip % len(damaged)] ^= 1 << (flip % 7)
    try:
        reply = parse_reply(bytes(damaged), form, request)
    except DecodeError:
        return
    assert reply.data == data  # the flip hit the case of a hex digit, or nothing was cut


@given(st.binary(max_size=80))
def test_random_bytes_end_in_a_typed_error(data: bytes) -> None:
    request = Request(1, read_pdu(3, 0, 2))
    for form in ("rtu", "ascii", "tcp"):
        with pytest.raises(DecodeError):
            parse_reply(data, form, request)


@given(values=registers, junk=st.binary(max_size=20))
def test_noise_before_an_rtu_reply_is_passed_over(values: list[int], junk: bytes) -> None:
    data = b"".join(v.to_bytes(2, "big") for v in values)
    request = Request(0x9C, read_pdu(3, 0, len(values)))
    frame = build_frame(0x9C, bytes([3, len(data)]) + data, "rtu")
    found = match_reply(junk + frame + b"\0", "rtu", request)
    assert found is not None
    assert found.data == data


def test_a_late_tcp_reply_is_told_by_its_transaction() -> None:
    request = Request(1, read_pdu(3, 0, 1), 8)
    late = build_frame(1, bytes([3, 2, 0, 1]), "tcp", 7)
    right = build_frame(1, bytes([3, 2, 0, 2]), "tcp", 8)
    assert match_reply(late, "tcp", request) is None
    found = match_reply(late + right, "tcp", request)
    assert found is not None
    assert found.data == b"\0\2"
    with pytest.raises(DecodeError) as caught:
        parse_reply(late, "tcp", request)
    assert caught.value.kind == "unexpected_transaction"


@pytest.mark.parametrize("form", ["rtu", "ascii", "tcp"])
def test_the_form_of_a_captured_request_is_recognised(form: Form) -> None:
    frame = build_frame(1, read_pdu(3, 0, 2), form, 1)
    assert guess_form(frame) == form
    assert parse_request(frame, form).pdu == read_pdu(3, 0, 2)
