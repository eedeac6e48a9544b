"""Sealing: contents in, a signed and linked entry out. Pure: key, head and randomness are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from telemetry import cbor, cose, limits, quality_runs, tracks
from telemetry.chain import Head
from telemetry.content import ChannelDescriptor, Event, Times, Values
from telemetry.errors import SealError
from telemetry.leaves import content_bytes, leaf_of, order_of, root_of, salts_of, size_of
from telemetry.link import Kind, Link, digest_of
from telemetry.tracks import Group, TimesTrack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.content import Content
    from telemetry.cose import SigningKey
    from telemetry.link import Clock

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A sealed entry: `wire` is published and spooled as it is (`telemetry.message.parse_message` reads it)."""

    wire: bytes
    link: Link
    digest: bytes


class Sealer:
    """Seals the entries of one (gateway, epoch) one after the other.

    `random_bytes(n)` gives n cryptographically random bytes (`os.urandom`). A sealer made again after a restart starts a
    new block key; nothing but the head need be kept.
    """

    def __init__(self, head: Head, signing_key: SigningKey, random_bytes: Callable[[int], bytes]) -> None:
        self._head = head
        self._key = signing_key
        self._random = random_bytes
        self._block_key = b""

    @property
    def head(self) -> Head:
        """The last sealed entry (or where the chain began)."""
        return self._head

    def seal(
        self, kind: Kind, contents: Sequence[Content], *, boot: bytes, clock: Clock, descriptor: int | None
    ) -> SealedEntry:
        """Seal the next entry; contents may come in any order. Raises SealError and leaves the head where it was.

        `descriptor` is the seq of the descriptor entry in force (for a descriptor entry: the one before it).
        """
        ordered = _checked(kind, contents)
        seq = self._head.seq + 1
        if not self._block_key or seq % limits.BLOCK_SEQS == 0:
            self._block_key = self._random(limits.SALT_BYTES)
        link = Link(
            self._head.gateway, self._head.epoch, seq, self._head.digest, kind, boot, clock, descriptor,
            tuple(size_of(content) for content in ordered), _root(ordered, self._block_key, seq),
        )  # fmt: skip
        sign1 = cose.sign(link.encode(), self._key, cose.ENTRY)
        wire = cbor.encode_arrays([_VERSION, sign1.plain(), None, self._block_key, None, _data(ordered)])
        if len(wire) > limits.MESSAGE_BYTES:
            raise SealError(f"an entry of {len(wire)} bytes where a message may have {limits.MESSAGE_BYTES}")
        digest = digest_of(sign1.payload)
        self._head = Head(link.gateway, link.epoch, seq, digest)
        return SealedEntry(wire, link, digest)


def _root(contents: list[Content], block_key: bytes, seq: int) -> bytes:
    salts, width = salts_of(block_key, seq, len(contents)), limits.SALT_BYTES
    return root_of(
        leaf_of(salts[width * at : width * at + width], content_bytes(content)) for at, content in enumerate(contents)
    )


def _checked(kind: Kind, contents: Sequence[Content]) -> list[Content]:
    """The contents in leaf order. Raises SealError for what no reader would take."""
    ordered = sorted((_normal(content) for content in contents), key=order_of)
    keys = [order_of(content) for content in ordered]
    if len(set(keys)) != len(keys):
        raise SealError("a time column, channel, descriptor or event stands there twice")
    if len(ordered) > limits.LEAVES or sum(map(size_of, ordered)) > limits.ENTRY_VALUES:
        raise SealError(f"an entry has at most {limits.LEAVES} leaves and {limits.ENTRY_VALUES} values")
    lengths = {content.index: len(content.times) for content in ordered if isinstance(content, Times)}
    for content in ordered:
        if isinstance(content, Values) and lengths.get(content.times_index) != len(content.values):
            raise SealError(f"channel {content.channel}: its time column {content.times_index} has another length")
        if isinstance(content, (Times, Values)) and kind is not Kind.READINGS:
            raise SealError(f"an entry of kind {kind.name} holds no readings")
        if isinstance(content, ChannelDescriptor) and kind is not Kind.DESCRIPTOR:
            raise SealError(f"an entry of kind {kind.name} holds no descriptors")
    return ordered


def _normal(content: Content) -> Content:
    """The content with little-endian contiguous arrays, explicit quality and fields within their bounds."""
    if isinstance(content, Times):
        _bound(content.index, limits.LEAVES - 1, "time column")
        return Times(content.index, _int64s(content.times))
    if isinstance(content, Values):
        _bound(content.channel, limits.CHANNEL_MAX, "channel")
        values = _int64s(content.values)
        runs = quality_runs.whole(len(values)) if content.quality is None else content.quality
        try:
            quality_runs.check(runs, len(values))
        except ValueError as error:
            raise SealError(f"channel {content.channel}: {error}") from error
        return Values(content.channel, content.times_index, values, runs)
    if isinstance(content, ChannelDescriptor):
        _bound(content.channel, limits.CHANNEL_MAX, "channel")
    else:
        _bound(content.type, 2**32 - 1, "event type")
        _bound(content.t + 2**63, 2**64 - 1, "event time (+ 2^63)")
    _bound(len(content.body), limits.BODY_BYTES, "bytes of body")
    return content


def _int64s(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    if values.ndim != 1 or values.dtype.kind not in "iu" or values.dtype.itemsize > 8 or values.dtype == np.uint64:
        raise SealError(f"one dimension of integers is expected, not {values.ndim} of {values.dtype}")
    return np.ascontiguousarray(values, "<i8")


def _bound(value: int, maximum: int, name: str) -> None:
    if not 0 <= value <= maximum:
        raise SealError(f"{name} {value}: 0 to {maximum} are allowed")


def _data(contents: list[Content]) -> list[object]:
    """The data section of an entry alone."""
    times = [TimesTrack(c.index, [0], [0, len(c.times)], c.times) for c in contents if isinstance(c, Times)]
    channels: dict[int, list[Values]] = {}
    for content in contents:
        if isinstance(content, Values):
            channels.setdefault(content.times_index, []).append(content)
    groups = [_group(index, values) for index, values in sorted(channels.items())]
    others = [tracks.write_other(0, c) for c in contents if isinstance(c, (ChannelDescriptor, Event))]
    return [
        [tracks.write_times(track, None) for track in times],
        [tracks.write_group(group, None) for group in groups],
        others,
    ]


def _group(index: int, channels: list[Values]) -> Group:
    matrix = np.stack([channel.values for channel in channels])
    quality = tuple(channel.quality or () for channel in channels)
    return Group(index, [0], [0, matrix.shape[1]], tuple(c.channel for c in channels), matrix, quality)
