"""A whole chain: whatever is wrong with it is named."""

from __future__ import annotations

import cbor2
import pytest

from telemetry import cose
from telemetry.chain import Head, verify_chain
from telemetry.errors import (
    Altered,
    BadSignature,
    CrossChain,
    Fork,
    Gap,
    Refused,
    Reordered,
    Repeated,
    Truncated,
    Undecodable,
)
from telemetry.message import Message, parse_message
from telemetry.run import merge
from tests.telemetry.making import GATEWAY, KEY, OTHER_KEY, START, chain, sealer

CHAIN = chain(8)
END = CHAIN[-1].head


def verify(messages: list[Message], end: Head | None = END) -> Head:
    return verify_chain(messages, KEY.public, START, end)


def test_a_whole_chain_verifies_up_to_the_named_head() -> None:
    assert verify(CHAIN) == END
    assert verify([merge(CHAIN[:3]), CHAIN[3], merge(CHAIN[4:])]) == END
    assert verify([], end=None) == START


def test_dropped() -> None:
    for at in range(7):
        with pytest.raises(Gap, match=f"expected seq {at}"):
            verify(CHAIN[:at] + CHAIN[at + 1 :])


def test_truncated() -> None:
    with pytest.raises(Truncated, match="ends at seq 6"):
        verify(CHAIN[:-1])
    with pytest.raises(Truncated):
        verify([])


def test_repeated() -> None:
    with pytest.raises(Repeated, match="seq 3 stands there twice"):
        verify([*CHAIN[:4], CHAIN[3], *CHAIN[4:]])
    with pytest.raises(Repeated, match="overlap"):
        verify([merge(CHAIN[:4]), merge(CHAIN[2:])])
    with pytest.raises(Repeated, match="before the start"):
        verify_chain(CHAIN, KEY.public, CHAIN[2].head)


def test_reordered() -> None:
    with pytest.raises(Reordered, match="seq 2 stands after seq 3"):
        verify([*CHAIN[:2], CHAIN[3], CHAIN[2], *CHAIN[4:]])


def test_cross_chain() -> None:
    for head in (Head("kit0000002", 1, -1, START.digest), Head(GATEWAY, 2, -1, START.digest)):
        stranger = chain(3, maker=sealer(head))
        with pytest.raises(CrossChain):
            verify([*CHAIN[:2], stranger[2], *CHAIN[3:]])


def test_fork() -> None:
    other = chain(8, channels=4)
    with pytest.raises(Fork):
        verify([*CHAIN[:4], *other[4:]])
    with pytest.raises(Fork, match="another digest"):
        verify(other)
    with pytest.raises(Fork):
        verify_chain(CHAIN, KEY.public, Head(GATEWAY, 1, -1, bytes(32)))


def test_another_key() -> None:
    with pytest.raises(BadSignature):
        verify([*CHAIN[:3], chain(4, maker=sealer(key=OTHER_KEY))[3], *CHAIN[4:]])


def link_changes() -> list[tuple[str, int, object]]:
    return [
        ("gateway", 1, "kit0000009"), ("epoch", 2, 7), ("seq", 3, 4), ("prev", 4, bytes(32)), ("kind", 5, 0),
        ("boot", 6, b"\1" * 16), ("clock", 7, [1, 1, 1, b""]), ("descriptor", 8, 3), ("sizes", 9, [10, 10, 10, 11]),
        ("root", 10, bytes(32)),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "field", "value"), link_changes(), ids=[name for name, _, _ in link_changes()])
def test_a_changed_header_field_breaks_the_signature(name: str, field: int, value: object) -> None:
    body = cbor2.loads(CHAIN[3].wire)
    link = cbor2.loads(body[1][2])
    link[field] = value
    body[1][2] = cbor2.dumps(link)
    with pytest.raises(Refused) as error:
        verify([*CHAIN[:3], parse_message(cbor2.dumps(body)), *CHAIN[4:]])
    assert isinstance(error.value, BadSignature)


def test_a_changed_header_signed_by_another_key_is_no_better() -> None:
    body = cbor2.loads(CHAIN[3].wire)
    link = cbor2.loads(body[1][2])
    link[7] = [1, 1, 1, b""]
    body[1] = cose.sign(cbor2.dumps(link), OTHER_KEY, cose.ENTRY).plain()
    with pytest.raises(BadSignature):
        verify([*CHAIN[:3], parse_message(cbor2.dumps(body)), *CHAIN[4:]])


@pytest.mark.parametrize(
    ("what", "path", "value"),
    [
        ("a time", (5, 0, 0, 2), [1, 30_000_001, 1_000_000]),
        ("values", (5, 1, 0, 3), [0, 5]),
        ("quality", (5, 1, 0, 4), [None, [9, 0, 1, 5], None]),
        ("a channel", (5, 1, 0, 2), [1, 2, 4, 1]),
        ("the block key", (3,), bytes(16)),
    ],
)
def test_a_changed_time_value_quality_channel_or_salt_is_altered(
    what: str, path: tuple[int, ...], value: object
) -> None:
    body = cbor2.loads(CHAIN[3].wire)
    target = body
    for step in path[:-1]:
        target = target[step]
    assert target[path[-1]] != value, what
    target[path[-1]] = value
    with pytest.raises(Altered, match="seq 3"):
        verify([*CHAIN[:3], parse_message(cbor2.dumps(body)), *CHAIN[4:]])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((5, 0), []), ((5, 1), []), ((5, 1, 0, 2), [1, 2]), ((5, 1, 0, 2), [1, 4]), ((5, 2), [[0, 3, 1, 1, b""]]),
        ((5, 1, 0, 4), [None, [9, 0], None]), ((5, 1, 0, 3), [2, 0, 8, b"x"]), ((5,), None), ((3,), b"short"),
        ((4,), [[0, 0], [0, 0], bytes(32)]),
    ],
)  # fmt: skip
def test_extra_missing_and_undecodable_data_are_undecodable(path: tuple[int, ...], value: object) -> None:
    body = cbor2.loads(CHAIN[3].wire)
    target = body
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(Undecodable):
        verify([*CHAIN[:3], parse_message(cbor2.dumps(body)), *CHAIN[4:]])


@pytest.mark.parametrize("field", range(2, 10))
def test_a_changed_header_column_of_a_run_is_found(field: int) -> None:
    run = merge(CHAIN)
    body = cbor2.loads(run.wire)
    changed = {3: [0, b"\1" * 16], 7: [0, b"\1" * 8], 8: [0, 3], 2: [0, 2]}.get(field, [0, 1])
    assert body[2][field] != changed
    body[2][field] = changed
    with pytest.raises((Altered, Undecodable)):
        verify([parse_message(cbor2.dumps(body))])


def test_a_changed_prev_of_a_run_does_not_follow_the_head() -> None:
    body = cbor2.loads(merge(CHAIN).wire)
    body[2][1] = bytes(32)
    changed = parse_message(cbor2.dumps(body))
    with pytest.raises(Fork):
        verify([changed])
    with pytest.raises(Altered, match="seqs 0 to 6"):
        changed.contents()
