"""I2C replies in words: each word's CRC is proven, none is skipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.checksum import CrcParameters, crc
from firmware_profiles.decoding.decode import decode
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.loader import load

NRSC_5 = CrcParameters(8, 0x31, 0xFF, refin=False, refout=False, xorout=0)
PROFILE = load("sensirion.sht4x").profile


def words(*values: int) -> bytes:
    parts = [value.to_bytes(2, "big") for value in values]
    return b"".join(part + bytes([crc(part, NRSC_5)]) for part in parts)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 47))
def test_one_wrong_bit_anywhere_is_found(temperature: int, humidity: int, bit: int) -> None:
    reply = bytearray(words(temperature, humidity))
    assert set(decode(PROFILE, bytes(reply), b"\xfd").readings) == {"temperature", "humidity"}
    reply[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(DecodeError) as caught:
        decode(PROFILE, bytes(reply), b"\xfd")
    assert caught.value.kind == "checksum_mismatch"


@pytest.mark.parametrize(("size", "kind"), [(0, "truncated"), (5, "truncated"), (7, "frame_error")])
def test_another_length_is_refused(size: int, kind: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(PROFILE, (words(1, 2) + b"\0")[:size], b"\xfd")
    assert caught.value.kind == kind
