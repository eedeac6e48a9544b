"""Messages are taken out of the stream of packets whole and in order; everything else is left for paho."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.publishes import Received, split

TOPICS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


def variable(value: int) -> bytes:
    """A variable byte integer, by the algorithm of MQTT 5 §1.5.5."""
    octets = b""
    while True:
        value, digit = divmod(value, 128)
        octets += bytes((digit | 0x80 if value else digit,))
        if not value:
            return octets


def packet(message: Received, properties: bytes = b"\0", *, dup: bool = False) -> bytes:
    topic = message.topic.encode()
    body = len(topic).to_bytes(2, "big") + topic + message.token.to_bytes(2, "big") + properties + message.payload
    return bytes((0x32 | dup << 3 | message.retained,)) + variable(len(body)) + body


MESSAGES = st.builds(
    Received,
    token=st.integers(1, 65535),
    topic=TOPICS,
    payload=st.builds(bytes.__mul__, st.binary(max_size=60), st.sampled_from([1, 3, 300])),
    retained=st.booleans(),
)


@given(st.lists(MESSAGES, max_size=5), st.booleans())
def test_complete_messages_come_out_as_they_went_in(messages: list[Received], dup: bool) -> None:
    stream = b"".join(packet(message, dup=dup) for message in messages)
    assert split(stream, 0) == (messages, len(stream))


@given(MESSAGES, MESSAGES, st.data())
def test_an_incomplete_message_stays_until_the_rest_is_there(
    first: Received, second: Received, data: st.DataObject
) -> None:
    whole, next_one = packet(first), packet(second)
    stream = whole + next_one[: data.draw(st.integers(0, len(next_one) - 1))]
    assert split(stream, 0) == ([first], len(whole))
    assert split(whole + next_one, len(whole)) == ([second], len(whole + next_one))


def test_properties_are_passed_over() -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/cbor"
    properties.UserProperty = [("a", "b" * 200)]
    message = Received(7, "a/b", b"payload", False)
    stream = packet(message, properties.pack())  # type: ignore[no-untyped-call]
    assert split(stream, 0) == ([message], len(stream))


@pytest.mark.parametrize(
    "other",
    [
        bytes.fromhex("d000"),  # PINGRESP
        bytes.fromhex("3005000161006b"),  # QoS 0
        bytes.fromhex("3407000161000100") + b"k",  # QoS 2
        bytes.fromhex("32060000000100") + b"k",  # no topic (an alias)
        bytes.fromhex("320700 01ff 0001 00") + b"k",  # a topic that is no UTF-8
        bytes.fromhex("320600ff61000100"),  # a topic longer than its packet
        bytes.fromhex("3206000161000109"),  # properties longer than their packet
        bytes.fromhex("3204000161 00"),  # ends within the number
        bytes.fromhex("32ffffffffff01"),  # a length of more than four bytes
    ],
)
def test_what_is_no_plain_message_is_left_where_it_is(other: bytes) -> None:
    message = Received(1, "a", b"x", False)
    before = packet(message)
    assert split(before + other + before, 0) == ([message], len(before))
