"""The recorded sound levels as 20 channels at 1 Hz, sealed as a gateway does: what the wire benchmarks send and merge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import numpy as np

from deploy.recordings import sound_level
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.cose import SigningKey
from telemetry.link import Clock, ClockSource, Kind
from telemetry.message import parse_message
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telemetry.content import Content
    from telemetry.message import Message

CHANNELS: Final = 20
SHIFT_S: Final = 4320
"""Each channel plays the same day, begun 72 minutes later than the one before it."""
KEY: Final = SigningKey(bytes(range(32)))
GATEWAY: Final = "kit00000001"
_BOOT_US: Final = 3_600_000_000
_UTC_US: Final = 1_760_000_000_000_000


def matrix() -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(channels, seconds of a day) at 0.1 dB."""
    day = sound_level().values[:86_400]
    return np.stack([np.roll(day, -SHIFT_S * channel) for channel in range(CHANNELS)])


def entries(start_s: int, count: int, flush_s: int = 10, jitter_us: int = 0) -> Iterator[Message]:
    """Consecutive entries of `flush_s` seconds each from second `start_s` of the day.

    The clock offset moves a little with every entry, as NTP's does, and the beacon changes every third.
    """
    levels, boot = matrix(), os.urandom(16)
    rng = np.random.default_rng(start_s)
    sealer = Sealer(Head(GATEWAY, 1, 60_000 + start_s, os.urandom(32)), KEY, os.urandom)
    for number in range(count):
        seconds = start_s + number * flush_s + np.arange(flush_s)
        times = _BOOT_US + seconds * 1_000_000
        if jitter_us:
            times = times + rng.integers(0, jitter_us, flush_s)
        contents: list[Content] = [
            Times(0, times),
            *(Values(c + 1, 0, levels[c, seconds % 86_400]) for c in range(CHANNELS)),
        ]
        clock = Clock(ClockSource.NTP, _UTC_US + int(rng.integers(-40, 40)), 1800, (number // 3).to_bytes(8, "big"))
        sealed = sealer.seal(Kind.READINGS, contents, boot=boot, clock=clock, descriptor=0)
        yield parse_message(sealed.wire)
