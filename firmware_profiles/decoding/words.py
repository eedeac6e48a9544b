"""Replies in words with a CRC each → their bytes without the CRCs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.checksum import CrcParameters, crc
from firmware_profiles.decoding.results import DecodeError

if TYPE_CHECKING:
    from firmware_profiles.schema.words import Transaction, WordsInterface


def plain_words(response: bytes, interface: WordsInterface, transaction: Transaction) -> bytes:
    """The data of a reply, every CRC proven. Raises DecodeError: truncated, frame_error, checksum_mismatch (or as stated)."""
    if len(response) < transaction.reply_bytes:
        raise DecodeError("truncated", f"{len(response)} of {transaction.reply_bytes} bytes arrived")
    if len(response) > transaction.reply_bytes:
        raise DecodeError(
            "frame_error", f"{len(response)} bytes are more than the {transaction.reply_bytes} of this reply"
        )
    if interface.crc is None:
        return response
    p = interface.crc
    parameters = CrcParameters(p.width, p.poly, p.init, p.refin, p.refout, p.xorout)
    size, step = interface.word_bytes, interface.word_bytes + p.width // 8
    data = bytearray()
    for number, start in enumerate(range(0, len(response), step)):
        word, check = response[start : start + size], response[start + size : start + step]
        expected = crc(word, parameters).to_bytes(p.width // 8, "big")
        if check != expected:
            text = f"word {number}: CRC {check.hex().upper()}, computed {expected.hex().upper()}"
            raise DecodeError(interface.crc_error, text)
        data += word
    return bytes(data)
