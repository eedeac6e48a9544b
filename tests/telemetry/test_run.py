"""Runs: the same contents and the same links as the entries they were merged from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry import limits
from telemetry.chain import Head
from telemetry.content import ChannelDescriptor, Event, Hidden, Times, Values
from telemetry.errors import Fork, Gap, Refused, SealError
from telemetry.link import Kind
from telemetry.message import parse_message
from telemetry.redacting import redact
from telemetry.run import merge, merge_within, mergeable_count
from tests.telemetry.making import BOOT, CLOCK, KEY, START, chain, chains, int64s, same, seal, sealer, steady

if TYPE_CHECKING:
    from telemetry.content import Content
    from telemetry.message import Message


def assert_same_contents(run: Message, entries: list[Message]) -> None:
    opened = run.contents()
    assert [link.encode() for link in opened.links] == [entry.last.encode() for entry in entries]
    assert list(opened.digests) == [entry.digest for entry in entries]
    for number, entry in enumerate(entries):
        mine, theirs = list(opened.entry_contents(number)), list(entry.contents().entry_contents(0))
        assert len(mine) == len(theirs)
        assert all(same(a, b) for a, b in zip(mine, theirs, strict=True))  # type: ignore[arg-type]


@given(chains())
@settings(max_examples=200)
def test_run_and_entries_give_the_same_content(entries: list[Message]) -> None:
    run = merge(entries)
    again = parse_message(run.wire)
    again.verify(KEY.public)
    assert again.check(START) == 0
    assert again.count == len(entries)
    assert_same_contents(again, entries)


@given(chains(min_size=3), st.data())
@settings(max_examples=100)
def test_runs_of_runs_are_the_same_run(entries: list[Message], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(entries) - 1))
    assert merge([merge(entries[:cut]), merge(entries[cut:])]).wire == merge(entries).wire


@given(chains(), st.data())
@settings(max_examples=200)
def test_withheld_leaves_keep_every_link(entries: list[Message], data: st.DataObject) -> None:
    run = merge(entries)
    places = [(n, at) for n, entry in enumerate(entries) for at in range(len(entry.last.sizes))]
    hidden = set(data.draw(st.lists(st.sampled_from(places), unique=True))) if places else set()
    less = parse_message(redact(run, lambda number, at: (number, at) in hidden).wire)
    less.verify(KEY.public)
    opened = less.contents()
    assert opened.digests == run.contents().digests
    assert opened.hidden == len(hidden)
    for number, entry in enumerate(entries):
        whole = list(entry.contents().entry_contents(0))
        for at, content in enumerate(opened.entry_contents(number)):
            assert isinstance(content, Hidden) == ((number, at) in hidden)
            assert isinstance(content, Hidden) or same(content, whole[at])  # type: ignore[arg-type]


def test_withholding_in_steps_is_withholding_at_once() -> None:
    run = merge(chain(3))
    steps = redact(redact(run, lambda _, at: at == 1), lambda _, at: at == 2)
    assert steps.wire == redact(run, lambda _, at: at in (1, 2)).wire
    assert redact(run, lambda *_: False) is run


def test_block_keys_are_gone_once_a_leaf_is_withheld() -> None:
    run = merge(chain(3))
    assert isinstance(run.salts, bytes)
    assert run.salts not in redact(run, lambda number, at: (number, at) == (1, 1)).wire


def test_withheld_times_leave_values_without_times() -> None:
    less = redact(merge(chain(2)), lambda number, at: (number, at) == (1, 0))
    assert less.contents().columns[0].times is None


@given(st.data())
@settings(max_examples=400)
def test_any_changed_byte_of_a_run_is_detected(data: st.DataObject) -> None:
    run = merge(chain(4))
    wire = bytearray(run.wire)
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        accept(bytes(wire))


def accept(wire: bytes) -> None:
    message = parse_message(wire)
    message.verify(KEY.public)
    message.check(START)
    if message.contents().digests == merge(chain(4)).contents().digests:
        raise Refused("the same links in other bytes: no change")


def test_a_run_joins_columns_with_events_between_and_new_block_keys() -> None:
    maker = sealer()
    entries = [seal(maker, steady(0)), seal(maker, [Event(1, 5, b"\xa0")], Kind.EVENT), seal(maker, steady(10**7))]
    maker = sealer(entries[-1].head)
    entries += [seal(maker, steady(2 * 10**7)), seal(maker, steady(3 * 10**7, channels=4))]
    run = merge(entries)
    opened = run.contents()
    three, four = opened.columns
    assert three.entries.tolist() == [0, 2, 3]
    assert three.splits.tolist() == [0, 10, 20, 30]
    assert np.unique(three.entry_of()).tolist() == [0, 2, 3]
    assert four.channels == (1, 2, 3, 4)
    assert opened.events == ((1, Event(1, 5, b"\xa0")),)
    assert three.times is not None
    assert np.all(np.diff(three.times) == 10**6)


def test_what_does_not_follow_is_not_merged() -> None:
    maker = sealer()
    first, second = seal(maker, steady(0)), seal(maker, steady(1), descriptor=1)
    third = seal(maker, steady(2), descriptor=1)
    stranger = chain(2, channels=4)[1]
    hidden = redact(second, lambda _, at: at == 1)
    for pair in ([first, second], [first, third], [second, first], [first, stranger], [hidden, third], [first, first]):
        with pytest.raises(SealError):
            merge(pair)
    assert merge([second, third]).count == 2
    assert merge([first]) is first


def test_a_descriptor_entry_stays_in_the_run_of_the_one_before() -> None:
    maker = sealer()
    before = seal(maker, steady(0), descriptor=None)
    new = seal(maker, [ChannelDescriptor(1, b"\xa0")], Kind.DESCRIPTOR, descriptor=None)
    after = seal(maker, steady(1), descriptor=1)
    assert mergeable_count([before, new, after]) == 2
    assert merge([before, new]).contents().descriptors == ((1, ChannelDescriptor(1, b"\xa0")),)


def test_a_run_is_as_long_as_bytes_allow() -> None:
    entries = chain(200)
    for max_bytes in (600, 2000, 4000, 100_000):
        run, taken = merge_within(entries, max_bytes)
        assert run.count == taken
        assert len(run.wire) <= max_bytes or taken == 1
        assert taken in (1, 200) or len(run.wire) > 0.8 * max_bytes
        assert run.contents().digests[-1] == entries[taken - 1].digest


def test_a_run_stays_within_the_bounds_of_a_run() -> None:
    maker = sealer()
    count = limits.ENTRY_VALUES // 2
    contents: list[Content] = [Times(0, np.arange(count)), Values(1, 0, np.zeros(count, np.int64))]
    entries = [seal(maker, contents) for _ in range(17)]
    assert mergeable_count(entries) == 16
    assert mergeable_count([merge(entries[:8]), merge(entries[8:16]), entries[16]]) == 2
    assert merge_within(entries, limits.ARCHIVE_BYTES)[1] == 16
    with pytest.raises(SealError, match="more than a run may have"):
        merge(entries)


def test_an_overlapping_run_is_compared_at_the_head() -> None:
    entries = chain(5)
    run = merge(entries)
    assert [run.check(entry.head) for entry in entries] == [1, 2, 3, 4, 5]
    opened = run.contents()
    for head in (START, *(entry.head for entry in entries)):
        opened.confirm(head)
    with pytest.raises(Fork):
        opened.confirm(Head(START.gateway, 1, 2, bytes(32)))
    with pytest.raises(Gap):
        merge(entries[2:]).check(entries[0].head)


def test_idle_entries_merge_into_almost_nothing() -> None:
    maker = sealer()
    idle = [seal(maker, []) for _ in range(1000)]
    run = merge(idle)
    assert len(run.wire) < 600
    assert len(run.contents().links) == 1000
    boot = seal(maker, [], boot=b"\7" * 16, clock=CLOCK)
    assert merge([run, boot]).contents().links[-2].boot == BOOT


def test_separate_columns_are_chosen_where_channels_differ_widely() -> None:
    rng = np.random.default_rng(3)
    rows = [rng.integers(0, 4, 900), rng.integers(-(2**50), 2**50, 900), np.arange(900), np.full(900, 7)]
    contents: list[Content] = [
        Times(0, np.arange(900)),
        *(Values(at, 0, int64s(row.tolist())) for at, row in enumerate(rows)),
    ]
    message = seal(sealer(), contents)
    assert isinstance(message.data[1][0][3][0], list)
    assert all(np.array_equal(a, b) for a, b in zip(message.contents().columns[0].values, rows, strict=True))
