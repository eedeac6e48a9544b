"""An entry: whatever is sealed comes out the same, proven; and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cbor2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry import cose, limits
from telemetry.chain import Head
from telemetry.content import ChannelDescriptor, Event, Times, Values
from telemetry.errors import CrossChain, Fork, Gap, Malformed, Refused, SealError, TooLarge
from telemetry.leaves import order_of
from telemetry.link import Clock, ClockSource, Kind, decode_link
from telemetry.message import parse_message
from tests.telemetry.making import (
    BOOT,
    CLOCK,
    GATEWAY,
    KEY,
    OTHER_KEY,
    START,
    chain,
    entries,
    int64s,
    same,
    seal,
    sealer,
    steady,
)

if TYPE_CHECKING:
    from telemetry.content import Content


def with_quality(content: Content) -> Content:
    """Sealing makes `quality=None` explicit."""
    if isinstance(content, Values) and content.quality is None:
        runs = ((len(content.values), 0),) if len(content.values) else ()
        return Values(content.channel, content.times_index, content.values, runs)
    return content


@given(entries())
@settings(max_examples=300)
def test_what_is_sealed_is_what_is_opened(entry: tuple[Kind, list[Content]]) -> None:
    kind, contents = entry
    message = seal(sealer(), contents, kind)
    message.verify(KEY.public)
    assert message.check(START) == 0
    out = list(message.contents().entry_contents(0))
    wanted = sorted(map(with_quality, contents), key=order_of)
    assert len(out) == len(wanted)
    assert all(same(a, b) for a, b in zip(out, wanted, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 1, 2, 23, 24, 255, 256, 1000, limits.ENTRY_VALUES // 2])
def test_any_number_of_values_up_to_the_most(count: int) -> None:
    rng = np.random.default_rng(count)
    values = rng.integers(-(2**15), 2**15, count)
    message = seal(sealer(), [Times(0, int64s(range(count))), Values(9, 0, values)]) if count < 9000 else None
    if message is None:  # random values of the most do not fit a message; steady ones do
        values = int64s(range(5, count + 5))
        message = seal(sealer(), [Times(0, int64s(range(count))), Values(9, 0, values)])
    block = message.contents().columns[0]
    assert np.array_equal(block.values[0], values)
    assert block.times is not None
    assert np.array_equal(block.times, range(count))


def test_the_widest_values_keep_every_digit() -> None:
    values = int64s([2**63 - 1, -(2**63), 0, -1, 2**63 - 1])
    message = seal(sealer(), [Times(0, values), Values(1, 0, values)])
    block = message.contents().columns[0]
    assert np.array_equal(block.values[0], values)
    assert block.times is not None
    assert np.array_equal(block.times, values)


def test_columns_come_with_quality_times_and_splits() -> None:
    message = seal(
        sealer(),
        [
            Times(0, int64s([10, 20, 30])),
            Times(1, int64s([5])),
            Values(4, 0, int64s([1, 2, 3]), ((1, 0), (2, 3))),
            Values(7, 0, int64s([4, 5, 6])),
            Values(5, 1, int64s([8])),
        ],
    )
    opened = message.contents()
    fast, slow = opened.columns
    assert fast.channels == (4, 7)
    assert fast.quality_codes().tolist() == [[0, 3, 3], [0, 0, 0]]
    assert (fast.all_ok, slow.all_ok) == (False, True)
    assert slow.times is not None
    assert (slow.channels, slow.times.tolist(), slow.values.tolist()) == ((5,), [5], [[8]])
    assert fast.splits.tolist() == [0, 3]
    assert fast.entry_of().tolist() == [0, 0, 0]
    assert opened.readings == 7
    assert opened.utc_offsets_us() == (CLOCK.utc_offset_us,)


@given(st.data())
@settings(max_examples=400)
def test_any_changed_byte_is_detected(data: st.DataObject) -> None:
    message = chain(1)[0]
    at = data.draw(st.integers(0, len(message.wire) - 1))
    flip = data.draw(st.integers(1, 255))
    wire = bytearray(message.wire)
    wire[at] ^= flip
    with pytest.raises(Refused):
        _accept(bytes(wire))


@given(st.integers(0, 2000), st.binary(max_size=8))
def test_any_cut_or_appended_bytes_are_detected(at: int, more: bytes) -> None:
    wire = chain(1)[0].wire
    if wire[:at] + more == wire:
        return
    with pytest.raises(Refused):
        _accept(wire[:at] + more)


def _accept(wire: bytes) -> None:
    message = parse_message(wire)
    message.verify(KEY.public)
    message.check(START)
    opened = message.contents()
    if opened.columns and opened.columns[0].values.tolist() == chain(1)[0].contents().columns[0].values.tolist():
        # the same content in other bytes beside the signature is no change; only byte-identical content may pass
        assert [*opened.columns[0].quality] == [*chain(1)[0].contents().columns[0].quality]
        raise Malformed("content is unchanged")


def test_nothing_is_decoded_before_the_signature_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        pytest.fail("decoded too early")

    forged = chain(1, maker=sealer(key=OTHER_KEY))[0].wire
    for name in ("telemetry.columns.decode", "telemetry.decoding.decode", "telemetry.tracks.decode_group"):
        monkeypatch.setattr(name, forbidden)
    message = parse_message(forged)
    assert message.check(START) == 0
    with pytest.raises(Refused, match="signature"):
        message.verify(KEY.public)


def test_check_names_gap_fork_and_other_chains() -> None:
    first, second, third = chain(3)
    assert second.check(first.head) == 0
    assert second.check(second.head) == 1
    assert first.check(third.head) == 1
    with pytest.raises(Gap) as gap:
        third.check(first.head)
    assert (gap.value.expected, gap.value.found) == (1, 2)
    with pytest.raises(Fork):
        second.check(Head(GATEWAY, 1, 0, bytes(32)))
    with pytest.raises(Fork):
        second.check(Head(GATEWAY, 1, 1, bytes(32)))
    for other in (Head("kit0000002", 1, 0, first.digest), Head(GATEWAY, 2, 0, first.digest)):
        with pytest.raises(CrossChain):
            second.check(other)


def test_a_message_over_the_size_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        parse_message(bytes(limits.MESSAGE_BYTES + 1))


@pytest.mark.parametrize(
    ("kind", "contents", "why"),
    [
        (Kind.READINGS, [Times(0, int64s([1])), Times(0, int64s([1]))], "twice"),
        (Kind.READINGS, [Times(0, int64s([1])), Values(1, 0, int64s([1])), Values(1, 0, int64s([2]))], "twice"),
        (Kind.READINGS, [Times(0, int64s([1])), Values(1, 0, int64s([1, 2]))], "another length"),
        (Kind.READINGS, [Values(1, 0, int64s([1]))], "another length"),
        (Kind.READINGS, [Times(0, int64s([1])), Values(1, 0, int64s([1]), ((2, 0),))], "quality"),
        (Kind.READINGS, [Times(0, int64s([1, 2])), Values(1, 0, int64s([1, 2]), ((1, 0), (1, 0)))], "quality"),
        (Kind.READINGS, [Times(0, int64s([1])), Values(1, 0, int64s([1]), ((1, 256),))], "quality"),
        (Kind.EVENT, [Times(0, int64s([1]))], "no readings"),
        (Kind.READINGS, [ChannelDescriptor(1, b"x")], "no descriptors"),
        (Kind.EVENT, [Event(1, 2**63, b"")], "event time"),
        (Kind.EVENT, [Event(-1, 0, b"")], "event type"),
        (Kind.EVENT, [Event(1, 0, bytes(limits.BODY_BYTES + 1))], "body"),
        (Kind.EVENT, [Event(1, 0, b""), Event(1, 0, b"")], "twice"),
        (Kind.READINGS, [Times(2000, int64s([]))], "time column"),
        (Kind.READINGS, [Times(0, np.zeros((2, 2), np.int64))], "one dimension"),
        (Kind.READINGS, [Times(0, np.zeros(2, np.float64))], "integers"),
        (Kind.READINGS, [Times(0, np.arange(limits.ENTRY_VALUES + 1))], "values"),
        (Kind.READINGS, [Times(index, int64s([])) for index in range(1024)] + [Event(1, 1, b"")], "leaves"),
        (Kind.READINGS, [Times(0, np.random.default_rng(1).integers(-(2**62), 2**62, 9000))], "bytes"),
    ],
)
def test_what_no_reader_would_take_is_not_sealed(kind: Kind, contents: list[Content], why: str) -> None:
    maker = sealer()
    with pytest.raises(SealError, match=why):
        maker.seal(kind, contents, boot=BOOT, clock=CLOCK, descriptor=None)
    assert maker.head == START


def test_links_refuse_what_is_out_of_bounds() -> None:
    link = chain(1)[0].last
    plain = link.plain()
    assert decode_link(link.encode()) == link
    broken = [
        (0, 2), (0, True), (1, "UPPER0000"), (1, 7), (2, -1), (2, 2**32), (3, -1), (3, 2**53), (4, b"short"), (4, None),
        (5, 3), (5, "1"), (6, bytes(15)), (7, [0, None, None]), (7, [0, 1, 1, b""]), (7, [2, None, None, b""]),
        (7, [4, 1, 1, b""]), (7, [2, 2**63, 1, b""]), (7, [2, 1, -1, b""]), (7, [2, 1, 1, b"1234567"]),
        (8, -1), (8, "0"), (9, [-1]), (9, [True]), (9, [1.0]), (9, [65_537]), (9, [0] * 1025), (9, 3), (10, bytes(31)),
    ]  # fmt: skip
    for field, value in broken:
        changed = list(plain)
        changed[field] = value
        with pytest.raises(Refused):
            decode_link(cbor2.dumps(changed))


def test_a_clock_without_source_has_neither_offset_nor_bound() -> None:
    message = seal(sealer(), steady(0), clock=Clock())
    assert message.contents().utc_offsets_us() == (None,)
    assert message.last.clock == Clock(ClockSource.NONE, None, None, b"")


def test_a_restarted_sealer_goes_on_where_the_head_is() -> None:
    first = chain(2)
    second = chain(2, maker=sealer(first[-1].head))
    assert second[0].check(first[-1].head) == 0
    assert second[0].last.prev == first[-1].digest


def test_block_keys_change_every_256_seqs() -> None:
    messages = chain(300, channels=1, per_entry=1)
    keys = [message.salts for message in messages]
    assert len(set(keys[:256])) == 1
    assert len(set(keys[256:])) == 1
    assert keys[255] != keys[256]


def test_sign1_of_an_entry_is_a_plain_cose_sign1() -> None:
    message = chain(1)[0]
    signed = cose.parse_sign1(message.sign1.encode(), 10_000)
    signed.verify(KEY.public, cose.ENTRY)
    assert decode_link(signed.payload) == message.last
