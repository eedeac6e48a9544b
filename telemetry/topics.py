"""Topics, version first: antoan/1/{p}/{gateway}/{leaf}. Partition p = first byte of SHA-256 of the gateway id, mod 16, in hex."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from telemetry.errors import WrongTopic

PREFIX: Final = "antoan/1"
PARTITIONS: Final = 16
_GATEWAY: Final = re.compile(r"[a-z0-9]{8,32}")


class Leaf(StrEnum):
    """The last part of a topic; the arrow of DESIGN §4 in words."""

    ENTRY = "entry"
    """→ a sealed entry or a run."""
    ALARM = "alarm"
    """→ a signed alarm notice."""
    STATUS = "status"
    """→ retained, with a last will."""
    COMMITTED = "committed"
    """← retained, coalesced."""
    DESIRED = "desired"
    """← retained wanted configuration."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of one gateway."""

    gateway: str
    leaf: Leaf

    def __str__(self) -> str:
        return f"{PREFIX}/{partition(self.gateway):x}/{self.gateway}/{self.leaf}"


def is_gateway_id(text: str) -> bool:
    """Whether text is a gateway id: 8 to 32 of a-z and 0-9."""
    return _GATEWAY.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def partition(gateway: str) -> int:
    """0 to 15; the unit of scale-out and of positions in the record."""
    return hashlib.sha256(gateway.encode()).digest()[0] % PARTITIONS


def topic(gateway: str, leaf: Leaf) -> str:
    """The topic of a gateway. Raises WrongTopic for what is no gateway id."""
    if not is_gateway_id(gateway):
        raise WrongTopic(f"{gateway!r} is no gateway id (8 to 32 of a-z, 0-9)")
    return str(Topic(gateway, leaf))


def subscription(partition_number: int, leaf: Leaf) -> str:
    """The filter of one partition's topics of one leaf."""
    return f"{PREFIX}/{partition_number:x}/+/{leaf}"


@lru_cache(maxsize=16384)  # of good topics, which are short: what raises is not kept
def parse_topic(text: str) -> Topic:
    """Read a received topic. Raises WrongTopic: other version, unknown leaf, no gateway id, wrong partition."""
    parts = text.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX:  # antoan, version, partition, gateway, leaf
        raise WrongTopic(f"{text[:80]!r} is not {PREFIX}/{{partition}}/{{gateway}}/{{leaf}}")
    gateway, leaf = parts[3], parts[4]
    if not is_gateway_id(gateway):
        raise WrongTopic(f"{gateway[:40]!r} is no gateway id")
    if parts[2] != f"{partition(gateway):x}":
        raise WrongTopic(f"gateway {gateway} belongs to partition {partition(gateway):x}, not {parts[2][:8]!r}")
    try:
        return Topic(gateway, Leaf(leaf))
    except ValueError as error:
        raise WrongTopic(f"no such topic of a gateway: {leaf[:40]!r}") from error
