r"""Salts, leaf hashes and roots: how contents are tied to a link (DESIGN §4).

salts = SHAKE-256("antoan/1/salt\0" ‖ BK ‖ u64be(seq), 16 n bytes)
leaf  = SHA-256("antoan/1/leaf\0" ‖ salt ‖ content)      root = SHA-256("antoan/1/root\0" ‖ leaf ‖ … ‖ leaf)

content is deterministic CBOR:
[0, j, times]   [1, channel, j, values, quality]   [2, channel, body]   [3, type, t, body]
with times and values as RFC 8746 tag 79 (int64, little-endian), quality as maximal [length, code] runs, bodies as byte strings.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from telemetry import cbor, limits, quality_runs
from telemetry.content import ChannelDescriptor, Content, Event, Times, Values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.content import QualityRuns

LEAF_TAG: Final = b"antoan/1/leaf\0"
ROOT_TAG: Final = b"antoan/1/root\0"
SALT_TAG: Final = b"antoan/1/salt\0"

TIMES: Final = 0
VALUES: Final = 1
DESCRIPTOR: Final = 2
EVENT: Final = 3

_CACHED_RUNS: Final = 4
"""Longer runs are not kept in the cache: what hostile messages can make it hold stays small."""

_INT64S: Final = b"\xd8\x4f"
"""CBOR tag 79 (RFC 8746): an array of signed 64-bit integers, little-endian."""


def salts_of(block_key: bytes, seq: int, leaves: int) -> bytes:
    """The salts of all leaves of an entry, one after the other."""
    return hashlib.shake_256(SALT_TAG + block_key + seq.to_bytes(8, "big")).digest(limits.SALT_BYTES * leaves)


def leaf_of(salt: bytes, *content: bytes | memoryview) -> bytes:
    """The hash of a leaf; content may be given in parts."""
    return hashlib.sha256(b"".join((LEAF_TAG, salt, *content))).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the leaf hashes of an entry."""
    return hashlib.sha256(ROOT_TAG + b"".join(leaves)).digest()


@lru_cache(maxsize=4096)
def times_head(index: int, count: int) -> bytes:
    """What stands before the int64 octets of a times content."""
    return b"\x83\x00" + cbor.integer(index) + _INT64S + cbor.head(2, 8 * count)


@lru_cache(maxsize=16384)
def values_head(channel: int, index: int, count: int) -> bytes:
    """What stands before the int64 octets of a values content."""
    return b"\x85\x01" + cbor.integer(channel) + cbor.integer(index) + _INT64S + cbor.head(2, 8 * count)


def quality_tail(runs: QualityRuns) -> bytes:
    """What stands after the int64 octets of a values content: the runs."""
    return _short_tail(runs) if len(runs) <= _CACHED_RUNS else cbor.encode(runs)


@lru_cache(maxsize=4096)
def _short_tail(runs: QualityRuns) -> bytes:
    return cbor.encode(runs)


def descriptor_content(channel: int, body: bytes) -> bytes:
    """The content of a descriptor leaf."""
    return b"\x83\x02" + cbor.integer(channel) + cbor.head(2, len(body)) + body


def event_content(event: Event) -> bytes:
    """The content of an event leaf."""
    return b"".join((
        b"\x84\x03", cbor.integer(event.type), cbor.integer(event.t), cbor.head(2, len(event.body)), event.body,
    ))  # fmt: skip


def content_bytes(content: Content) -> bytes:
    """The hashed bytes of any content (values must carry their quality runs, or have all of them OK)."""
    if isinstance(content, Times):
        return times_head(content.index, len(content.times)) + content.times.tobytes()
    if isinstance(content, Values):
        count = len(content.values)
        runs = quality_runs.whole(count) if content.quality is None else content.quality
        head = values_head(content.channel, content.times_index, count)
        return head + content.values.tobytes() + quality_tail(runs)
    if isinstance(content, ChannelDescriptor):
        return descriptor_content(content.channel, content.body)
    return event_content(content)


def size_of(content: Content) -> int:
    """What stands for a content in `sizes`: how many times or values, or how many bytes of body."""
    if isinstance(content, Times):
        return len(content.times)
    if isinstance(content, Values):
        return len(content.values)
    return len(content.body)


def order_of(content: Content) -> tuple[int, int, int, bytes]:
    """The sort key of leaves; equal keys are duplicates. A channel has one values leaf, whatever its times are."""
    if isinstance(content, Times):
        return TIMES, content.index, 0, b""
    if isinstance(content, Values):
        return VALUES, content.channel, 0, b""
    if isinstance(content, ChannelDescriptor):
        return DESCRIPTOR, content.channel, 0, b""
    return EVENT, content.type, content.t, content.body
