"""Entries made for tests: fixed keys, and Hypothesis strategies for any contents an entry may hold."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from telemetry.chain import Head
from telemetry.content import ChannelDescriptor, Event, Times, Values
from telemetry.cose import SigningKey
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import Message, parse_message
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.content import Content, QualityRuns

KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(bytes(range(32, 64)))
GATEWAY = "kit0000001"
START = Head(GATEWAY, 1, -1, hashlib.sha256(b"enrolment").digest())
BOOT = bytes(16)
CLOCK = Clock(ClockSource.NTP, 1_760_000_000_000_000, 1500, bytes(8))
INT64 = st.integers(-(2**63), 2**63 - 1)


def counted_bytes() -> Callable[[int], bytes]:
    """Bytes that differ from call to call and are the same in every run."""
    counter = itertools.count()
    return lambda n: hashlib.shake_256(b"random" + next(counter).to_bytes(8, "big")).digest(n)


def sealer(head: Head = START, key: SigningKey = KEY) -> Sealer:
    return Sealer(head, key, counted_bytes())


def seal(
    maker: Sealer,
    contents: Sequence[Content],
    kind: Kind = Kind.READINGS,
    boot: bytes = BOOT,
    clock: Clock = CLOCK,
    descriptor: int | None = 0,
) -> Message:
    sealed = maker.seal(kind, contents, boot=boot, clock=clock, descriptor=descriptor)
    return parse_message(sealed.wire)


def int64s(values: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, np.int64)


def steady(start: int, channels: int = 3, count: int = 10) -> list[Content]:
    """Readings of a steady schedule at 1 Hz with small changes."""
    times = start + np.arange(count, dtype=np.int64) * 1_000_000
    noise = np.cumsum(np.arange(count) * 7919 % 13 - 6)
    return [Times(0, times), *(Values(channel, 0, 440 + channel + noise) for channel in range(1, channels + 1))]


def chain(count: int, channels: int = 3, per_entry: int = 10, maker: Sealer | None = None) -> list[Message]:
    """Consecutive entries of readings."""
    maker = maker or sealer()
    return [seal(maker, steady(number * per_entry * 1_000_000, channels, per_entry)) for number in range(count)]


def same(first: Content, second: Content) -> bool:
    """Equality of contents, arrays and all."""
    if isinstance(first, Times) and isinstance(second, Times):
        return first.index == second.index and np.array_equal(first.times, second.times)
    if isinstance(first, Values) and isinstance(second, Values):
        return (first.channel, first.times_index, first.quality) == (
            second.channel,
            second.times_index,
            second.quality,
        ) and np.array_equal(first.values, second.values)
    return first == second


@st.composite
def quality(draw: st.DrawFn, count: int) -> QualityRuns | None:
    if not count or draw(st.booleans()):
        return None
    codes = draw(st.lists(st.integers(0, 255), min_size=count, max_size=count))
    return tuple((len(list(run)), code) for code, run in itertools.groupby(codes))


@st.composite
def times(draw: st.DrawFn, count: int) -> list[int]:
    kind = draw(st.sampled_from(["regular", "jittered", "any"]))
    if kind == "any":
        return draw(st.lists(INT64, min_size=count, max_size=count))
    start, step = draw(st.integers(0, 2**50)), draw(st.integers(0, 10**9))
    jitter = (
        draw(st.lists(st.integers(-2000, 2000), min_size=count, max_size=count)) if kind == "jittered" else [0] * count
    )
    return [start + at * step + by for at, by in enumerate(jitter)]


@st.composite
def readings(draw: st.DrawFn, max_count: int = 40) -> list[Content]:
    """Time columns (some unused, some empty) and channels at them, any int64 values."""
    counts = draw(st.lists(st.integers(0, max_count), min_size=0, max_size=3))
    contents: list[Content] = [Times(index, int64s(draw(times(count)))) for index, count in enumerate(counts)]
    if not counts:
        return contents
    small = st.integers(-300, 300)
    for channel in draw(st.lists(st.integers(0, 2**16 - 1), unique=True, max_size=6)):
        index = draw(st.integers(0, len(counts) - 1))
        kind = draw(st.sampled_from([INT64, small, st.just(7)]))
        values = draw(st.lists(kind, min_size=counts[index], max_size=counts[index]))
        contents.append(Values(channel, index, int64s(values), draw(quality(counts[index]))))
    return contents


events = st.lists(
    st.builds(Event, st.integers(0, 2**32 - 1), INT64, st.binary(max_size=30)),
    max_size=3,
    unique_by=lambda event: (event.type, event.t, event.body),
)
descriptors = st.lists(
    st.builds(ChannelDescriptor, st.integers(0, 2**16 - 1), st.binary(max_size=60)),
    max_size=5,
    unique_by=lambda descriptor: descriptor.channel,
)
clocks = st.one_of(
    st.builds(Clock, beacon=st.sampled_from([b"", bytes(8)])),
    st.builds(
        Clock,
        st.sampled_from([ClockSource.RTC, ClockSource.NTP, ClockSource.GNSS]),
        INT64,
        st.integers(0, 2**63 - 1),
        st.sampled_from([b"", bytes(8), b"\1" * 8]),
    ),
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Kind, list[Content]]:
    """The kind and contents of any entry."""
    kind = draw(st.sampled_from(Kind))
    own: list[Content] = []
    if kind is Kind.READINGS:
        own = draw(readings())
    elif kind is Kind.DESCRIPTOR:
        own = list(draw(descriptors))
    return kind, draw(st.permutations([*own, *draw(events)]))


@st.composite
def chains(draw: st.DrawFn, min_size: int = 1, max_size: int = 6) -> list[Message]:
    """A chain of any entries; boots and clocks change."""
    maker = sealer()
    boots = st.sampled_from([BOOT, b"\1" * 16])
    return [
        seal(maker, contents, kind, draw(boots), draw(clocks))
        for kind, contents in draw(st.lists(entries(), min_size=min_size, max_size=max_size))
    ]
