"""The plain reader, which shares no code with `telemetry`, reads the same from every message."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.content import Hidden
from telemetry.leaves import content_bytes
from telemetry.message import parse_message
from telemetry.redacting import redact
from telemetry.run import merge
from tests.telemetry import plain_reader
from tests.telemetry.making import KEY, START, chain, chains

if TYPE_CHECKING:
    from telemetry.chain import Head
    from telemetry.message import Message


def plain_head(head: Head) -> tuple[str, int, int, bytes]:
    return head.gateway, head.epoch, head.seq, head.digest


def assert_read_alike(message: Message, head: Head) -> None:
    opened = message.contents()
    theirs: list[Any] = plain_reader.read(message.wire, KEY.public.raw, plain_head(head))
    assert [link for link, _ in theirs] == [link.encode() for link in opened.links]
    for number, (_, leaves) in enumerate(theirs):
        for mine, their in zip(opened.entry_contents(number), leaves, strict=True):
            if isinstance(mine, Hidden):
                assert their == ["hidden", mine.leaf]
            else:
                assert plain_reader.hashed(their) == content_bytes(mine)


@given(chains(), st.data())
@settings(max_examples=150)
def test_entries_runs_and_withheld_leaves_are_read_alike(entries: list[Message], data: st.DataObject) -> None:
    assert_read_alike(entries[0], START)
    run = merge(entries)
    if len(run.wire) > 65_536:
        return
    assert_read_alike(run, START)
    places = [(n, at) for n, entry in enumerate(entries) for at in range(len(entry.last.sizes))]
    hidden = set(data.draw(st.lists(st.sampled_from(places), unique=True))) if places else set()
    assert_read_alike(parse_message(redact(run, lambda n, at: (n, at) in hidden).wire), START)


@given(st.data())
@settings(max_examples=200)
def test_the_plain_reader_refuses_any_changed_byte(data: st.DataObject) -> None:
    entries = chain(3)
    run = merge(entries)
    wire = bytearray(run.wire)
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read = plain_reader.read(bytes(wire), KEY.public.raw, plain_head(START))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, MemoryError):
        return
    assert read == plain_reader.read(run.wire, KEY.public.raw, plain_head(START))


def test_the_plain_reader_shares_no_code_and_stays_plain() -> None:
    source = Path(plain_reader.__file__).read_text()
    imported = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {
        alias.name if isinstance(node, ast.Import) else str(node.module) for node in imported for alias in node.names
    }
    assert {name.split(".")[0] for name in names} == {"hashlib", "struct", "cbor2", "numpy", "cryptography", "pcodec"}
    assert len([line for line in source.splitlines() if line.strip()]) < 230


def test_a_message_that_does_not_follow_is_refused() -> None:
    entries = chain(2)
    with pytest.raises(ValueError, match="head"):
        plain_reader.read(entries[1].wire, KEY.public.raw, plain_head(START))
