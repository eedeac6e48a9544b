"""Topics, committed, alarm notices, status, events, descriptors and quality."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry import cbor, cose, limits, topics
from telemetry.alarm_notice import AlarmNotice, parse_alarm_notice
from telemetry.committed import Committed, beacon, open_committed
from telemetry.content import ChannelDescriptor, Event
from telemetry.descriptor import Certificate, ChannelModel, Instrument, Range, read_descriptor
from telemetry.errors import BadSignature, Malformed, Refused, Undecodable, WrongTopic
from telemetry.events import (
    Alarm,
    ClockChange,
    Configured,
    Doubt,
    EventBody,
    FieldCheck,
    InstrumentFound,
    InstrumentLost,
    Lost,
    Measurement,
    Note,
    PowerOn,
    Tamper,
    Thinned,
    read_event,
)
from telemetry.quality import Quality
from telemetry.status import Latest, Status, read_status
from telemetry.topics import Leaf, Topic
from tests.telemetry.making import BOOT, CLOCK, GATEWAY, KEY, OTHER_KEY

gateways = st.from_regex(r"[a-z0-9]{8,32}", fullmatch=True)


@given(gateways, st.sampled_from(Leaf))
def test_topics_come_back_with_their_partition(gateway: str, leaf: Leaf) -> None:
    text = topics.topic(gateway, leaf)
    assert topics.parse_topic(text) == Topic(gateway, leaf)
    assert text.split("/")[2] == f"{hashlib.sha256(gateway.encode()).digest()[0] % 16:x}"


@pytest.mark.parametrize(
    "text",
    [
        "", "antoan", "antoan/1/0/kit0000001/entry", "antoan/2/a/kit0000001/entry", "antoan/1/x/kit0000001/entry",
        "antoan/1/a/KIT0000001/entry", "antoan/1/a/kit/entry", "antoan/1/a/kit0000001/other", "antoan/1/a/kit0000001/entry/x",
        "antoan/1/a/+/entry", "antoan/1/a/kit0000001", "antoan/1/+/#", "antoan/1/a/kit0000001/entry\n", "antoan/1//kit0000001/entry",
    ],
)  # fmt: skip
def test_other_topics_are_refused(text: str) -> None:
    right = f"antoan/1/{topics.partition('kit0000001'):x}/kit0000001/entry"
    assert text != right
    with pytest.raises(WrongTopic):
        topics.parse_topic(text)


def test_what_is_no_gateway_id_has_no_topic() -> None:
    for text in ("short", "x" * 33, "Upper0000", "kit-0000001", "kit0000001\n", "kít00000001"):
        with pytest.raises(WrongTopic):
            topics.topic(text, Leaf.ENTRY)
    assert topics.subscription(10, Leaf.ENTRY) == "antoan/1/a/+/entry"


@given(
    st.builds(
        Committed,
        gateways,
        st.integers(0, limits.EPOCH_MAX),
        st.integers(-1, limits.SEQ_MAX),
        st.binary(min_size=32, max_size=32),
        st.integers(0, limits.SEQ_MAX),
        st.integers(-(2**63), 2**63 - 1),
    )
)
def test_committed_comes_back_signed(committed: Committed) -> None:
    wire = committed.seal(KEY)
    assert open_committed(wire, KEY.public) == committed
    assert len(beacon(wire)) == limits.BEACON_BYTES
    with pytest.raises(BadSignature):
        open_committed(wire, OTHER_KEY.public)


def test_an_entry_signature_is_no_committed() -> None:
    body = cbor.encode([1, GATEWAY, 1, 0, bytes(32), 0, 0])
    with pytest.raises(BadSignature):
        open_committed(cose.sign(body, KEY, cose.ENTRY).encode(), KEY.public)


@pytest.mark.parametrize(
    "body",
    [7, [], [2, GATEWAY, 1, 0, bytes(32), 0, 0], [1, "x", 1, 0, bytes(32), 0, 0], [1, GATEWAY, -1, 0, bytes(32), 0, 0],
     [1, GATEWAY, 1, -2, bytes(32), 0, 0], [1, GATEWAY, 1, 0, bytes(31), 0, 0], [1, GATEWAY, 1, 0, bytes(32), -1, 0],
     [1, GATEWAY, 1, 0, bytes(32), 0, 2**63], [1, GATEWAY, 1, 0, bytes(32), 0, None], [1, GATEWAY, 1, True, bytes(32), 0, 0]],
    ids=str,
)  # fmt: skip
def test_other_committed_bodies_are_malformed(body: Any) -> None:  # noqa: ANN401
    with pytest.raises(Malformed):
        open_committed(cose.sign(cbor.encode(body), KEY, cose.COMMITTED).encode(), KEY.public)


ALARM = Alarm(rule="co-high", episode="7f3a", transition=1, state="acknowledged", channel=3, value=142, limit=100)


def test_an_alarm_notice_comes_back_signed_and_for_its_purpose_only() -> None:
    notice = AlarmNotice(GATEWAY, 1, 17, BOOT, CLOCK, 5_000_000, ALARM)
    wire = notice.seal(KEY)
    assert parse_alarm_notice(wire).verify(KEY.public) == notice
    with pytest.raises(BadSignature):
        parse_alarm_notice(wire).verify(OTHER_KEY.public)
    for at in range(len(wire)):
        changed = bytearray(wire)
        changed[at] ^= 1
        with pytest.raises(Refused):
            parse_alarm_notice(bytes(changed)).verify(KEY.public)


EVENTS: list[EventBody] = [
    ALARM,
    ClockChange(source=2, utc_offset_us=1, bound_us=2, step_us=-3),
    PowerOn(cause="cold", version="0.1.0"),
    InstrumentLost(channels=[1, 2], cause="timeout"),
    InstrumentFound(channels=[1], serial="0001"),
    FieldCheck(channel=1, reference=940, found=939, passed=True),
    Note(mark="shift", text_digest=bytes(32)),
    Tamper(what="case opened"),
    Lost(first_seq=3, last_seq=9, cause="disk full"),
    Measurement(name="m1", begun=True, use="legal", channels=[1, 2]),
    Doubt(channels=[1], from_boot=bytes(16), from_us=7, cause="check failed"),
    Configured(number=4, digest=bytes(32), outcome="waits", loosened=["co-danger"]),
    Thinned(first_seq=3, last_seq=9, channels=[1], statistics=[[600, 801, 950, 510_000]], cause="spool full"),
]


@pytest.mark.parametrize("body", EVENTS, ids=lambda body: type(body).__name__)
def test_event_bodies_come_back(body: EventBody) -> None:
    event = body.to_event(17)
    assert (event.type, event.t) == (int(type(body).type), 17)
    assert read_event(event) == body


@pytest.mark.parametrize(
    "event",
    [
        Event(99, 0, b"\xa0"),
        Event(1, 0, b"\xa0"),
        Event(1, 0, cbor.encode(7)),
        Event(3, 0, cbor.encode({"cause": "cold", "unknown": 1})),
        Event(3, 0, cbor.encode({"cause": 5})),
        Event(3, 0, b"\xff"),
        Event(9, 0, cbor.encode({"first_seq": -1, "last_seq": 3})),
    ],
)
def test_other_events_are_undecodable_and_harm_nothing(event: Event) -> None:
    with pytest.raises((Undecodable, Malformed)):
        read_event(event)


def test_a_descriptor_comes_back_and_knows_its_identity() -> None:
    model = ChannelModel(
        name="CO",
        quantity="carbon_monoxide",
        unit="[ppm]",
        exponent=-1,
        instrument=Instrument(maker="Maker", model="X", serial="1"),
        range=Range(low=0, high=10_000),
        calibration=Certificate(number="7", by="lab", date="2026-01-02", until="2027-01-02"),
        profile_digest=bytes(32),
    )
    assert read_descriptor(model.to_content(4)) == model
    again = model.model_copy(update={"calibration": None, "name": "CO 2"})
    other = model.model_copy(update={"unit": "mg/m3"})
    assert again.identity() == model.identity() != other.identity()
    with pytest.raises(Undecodable, match="exponent"):
        read_descriptor(ChannelDescriptor(1, cbor.encode(model.model_dump(exclude_none=True) | {"exponent": 19})))


def test_status_comes_back() -> None:
    latest = [Latest(channel=1, t_us=5, value=-3, quality=0)]
    status = Status(gateway=GATEWAY, epoch=1, online=True, boot=BOOT, latest=latest, faults=["disk"])
    assert read_status(status.encode()) == status
    assert len(Status(gateway=GATEWAY, epoch=1, online=False).encode()) < 120
    with pytest.raises(Refused):
        read_status(b"\xa1")


def test_quality_words_and_codes() -> None:
    assert [quality.value for quality in Quality] == list(range(13))
    assert Quality.from_word("warming_up") is Quality.WARMING_UP
    assert Quality.SENSOR_FAULT.word == "sensor_fault"
    assert Quality.of_code(200) is Quality.INVALID
    assert [quality for quality in Quality if not quality.has_value] == [Quality.COMMS_FAULT, Quality.INVALID]
    with pytest.raises(KeyError):
        Quality.from_word("good")
