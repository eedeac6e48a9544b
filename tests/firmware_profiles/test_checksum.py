"""Check values of the CRC catalogue (reveng) over "123456789", and of makers' documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.checksum import MODBUS_CRC, CrcParameters, crc, modbus_crc, xor

CATALOGUE = {
    "CRC-16/MODBUS": (MODBUS_CRC, 0x4B37),
    "CRC-16/MCRF4XX": (CrcParameters(16, 0x1021, 0xFFFF, refin=True, refout=True, xorout=0), 0x6F91),
    "CRC-16/XMODEM": (CrcParameters(16, 0x1021, 0, refin=False, refout=False, xorout=0), 0x31C3),
    "CRC-8/MAXIM-DOW": (CrcParameters(8, 0x31, 0, refin=True, refout=True, xorout=0), 0xA1),
    "CRC-8/NRSC-5": (CrcParameters(8, 0x31, 0xFF, refin=False, refout=False, xorout=0), 0xF7),
    "CRC-8/I-432-1": (CrcParameters(8, 0x07, 0, refin=False, refout=False, xorout=0x55), 0xA1),
    "CRC-12/UMTS": (CrcParameters(12, 0x80F, 0, refin=False, refout=True, xorout=0), 0xDAF),
    "CRC-32/ISO-HDLC": (
        CrcParameters(32, 0x04C11DB7, 0xFFFFFFFF, refin=True, refout=True, xorout=0xFFFFFFFF),
        0xCBF43926,
    ),
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_crc_by_its_parameters_has_its_catalogued_check_value(name: str) -> None:
    parameters, check = CATALOGUE[name]
    assert crc(b"123456789", parameters) == check


def test_sensirions_own_example() -> None:
    assert crc(b"\xbe\xef", CATALOGUE["CRC-8/NRSC-5"][0]) == 0x92


@given(st.binary(max_size=64))
def test_a_modbus_frame_with_its_crc_has_the_residue_zero(data: bytes) -> None:
    assert crc(data + modbus_crc(data), MODBUS_CRC) == 0


def test_exclusive_or_of_a_wind_sentence() -> None:
    assert xor(b"Q,229,002.74,M,00,") == 0x16  # Gill WindSonic manual, p. 54
