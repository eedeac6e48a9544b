"""Contents: what a link commits to, leaf by leaf. Arrays are little-endian int64 numpy, one dimension.

Times are µs since boot. Values are scaled integers: physical = value × 10^exponent, where exponent and UCUM unit are in the
channel's descriptor. The order of leaves is by (type, id): times by index, values by channel, descriptors by channel, events by
(type, t, body bytes); duplicates are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Int64s: TypeAlias = NDArray[np.int64]
QualityRuns: TypeAlias = tuple[tuple[int, int], ...]
"""Maximal runs of (length, code); the lengths add up to the number of values. Empty for an empty column."""


@dataclass(frozen=True, slots=True)
class Times:
    """A shared time column: µs since boot, in order of measurement (never decreasing is usual, not demanded)."""

    index: int
    times: Int64s


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one channel at the times of column `times_index`, with their quality.

    `quality=None` on sealing means every value is OK; a decoded `Values` always carries its runs.
    """

    channel: int
    times_index: int
    values: Int64s
    quality: QualityRuns | None = None


@dataclass(frozen=True, slots=True)
class ChannelDescriptor:
    """What a channel is: `body` is the deterministic CBOR of a `telemetry.descriptor.ChannelModel`."""

    channel: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `t` (µs since boot). `type` and `body` (deterministic CBOR) as in `telemetry.events`."""

    type: int
    t: int
    body: bytes


Content: TypeAlias = Times | Values | ChannelDescriptor | Event


@dataclass(frozen=True, slots=True)
class Hidden:
    """A leaf replaced by its hash: its content is withheld, the chain still verifies."""

    leaf: bytes
    size: int = field(default=0)
