"""Physical values → the words of an I2C reply, each with its CRC. Pure; the inverse of `decoding.words`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.simulate.encode import Values, put_fields, to_raw
from firmware_profiles.checksum import CrcParameters, crc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Profile, Transaction, WordsInterface


def reply(
    profile: Profile, interface: WordsInterface, transaction: Transaction, values: Values, stated: Mapping[str, Raw]
) -> bytes:
    """What the chip answers. Raises CannotEncodeError."""
    raw = to_raw(profile, transaction.fields, values, stated)
    p = interface.crc
    check = p.width // 8 if p is not None else 0
    step = interface.word_bytes + check
    body = bytearray(transaction.reply_bytes // step * interface.word_bytes if check else transaction.reply_bytes)
    put_fields(transaction.fields, raw, body)
    if p is None:
        return bytes(body)
    parameters = CrcParameters(p.width, p.poly, p.init, p.refin, p.refout, p.xorout)
    words = [bytes(body[at : at + interface.word_bytes]) for at in range(0, len(body), interface.word_bytes)]
    return b"".join(word + crc(word, parameters).to_bytes(check, "big") for word in words)
