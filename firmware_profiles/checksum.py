"""Checksums by parameters (Rocksoft model for CRCs), so that a profile can state its own without code.

Pure. Sources: R. Williams, "A painless guide to CRC error detection algorithms" (1993); the check values in the tests are
those of the CRC catalogue (reveng) and of the makers' documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class CrcParameters:
    """A cyclic redundancy check. `poly` is written without its top bit, not reflected."""

    width: int
    poly: int
    init: int
    refin: bool
    refout: bool
    xorout: int


MODBUS_CRC = CrcParameters(width=16, poly=0x8005, init=0xFFFF, refin=True, refout=True, xorout=0)
"""CRC-16/MODBUS: low byte first on the line ("MODBUS over Serial Line" V1.02, 6.2.2)."""


def crc(data: bytes, parameters: CrcParameters) -> int:
    """The check value of `data`; widths of 8 to 64 bits."""
    p = parameters
    mask = (1 << p.width) - 1
    table = _table(p.width, p.poly, p.refin)
    if p.refin:
        register = _reflect(p.init, p.width)
        for byte in data:
            register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    else:
        register = p.init
        for byte in data:
            register = ((register << 8) & mask) ^ table[(register >> (p.width - 8)) ^ byte]
    if p.refin != p.refout:
        register = _reflect(register, p.width)
    return register ^ p.xorout


def modbus_crc(data: bytes) -> bytes:
    """The two check bytes that end a Modbus RTU frame over `data`."""
    return crc(data, MODBUS_CRC).to_bytes(2, "little")


def xor(data: bytes) -> int:
    """All bytes combined by exclusive or: 0 to 255."""
    value = 0
    for byte in data:
        value ^= byte
    return value


@cache
def _table(width: int, poly: int, reflected: bool) -> tuple[int, ...]:
    mask = (1 << width) - 1
    if reflected:
        low = _reflect(poly, width)
        return tuple(_fold(i, lambda r: (r >> 1) ^ low if r & 1 else r >> 1) for i in range(256))
    top = 1 << (width - 1)
    return tuple(_fold(i << (width - 8), lambda r: ((r << 1) ^ poly if r & top else r << 1) & mask) for i in range(256))


def _fold(register: int, step: object) -> int:
    for _ in range(8):
        register = step(register)  # type: ignore[operator]
    return register


def _reflect(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)
