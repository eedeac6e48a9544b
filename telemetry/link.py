"""The link: what is signed. Small and fixed; it commits to salted columns by one root (DESIGN §4).

link = [1, gateway, epoch, seq, prev, kind, boot, clock, descriptor, sizes, root], deterministic CBOR.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from telemetry import cbor, fields, limits, topics
from telemetry.errors import Malformed, TooLarge

VERSION: Final = 1
_DIGEST_TAG: Final = b"antoan/1/link\0"
_INTEGERS: Final = frozenset((int,))


class Kind(IntEnum):
    """What an entry is for."""

    DESCRIPTOR = 0
    READINGS = 1
    EVENT = 2


class ClockSource(IntEnum):
    """Where the mapping from time since boot to UTC came from."""

    NONE = 0
    RTC = 1
    NTP = 2
    GNSS = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock state of an entry: UTC µs = time since boot in µs + `utc_offset_us`.

    `utc_offset_us` and `bound_us` (how far off it may be) are None while `source` is NONE. `beacon` is the first 8 bytes of the
    digest of the last signed `committed` that the gateway saw (not before), or empty.
    """

    source: ClockSource = ClockSource.NONE
    utc_offset_us: int | None = None
    bound_us: int | None = None
    beacon: bytes = b""

    def plain(self) -> list[Any]:
        """As it stands in the link."""
        return [int(self.source), self.utc_offset_us, self.bound_us, self.beacon]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain of (gateway, epoch).

    `prev` is the digest of seq-1 (of the enrolment record for seq 0); `boot` a random id of the boot that event times count from;
    `descriptor` the seq of the descriptor entry in force (None before the first); `sizes` the count of each leaf.
    """

    gateway: str
    epoch: int
    seq: int
    prev: bytes
    kind: Kind
    boot: bytes
    clock: Clock
    descriptor: int | None
    sizes: tuple[int, ...]
    root: bytes

    def encode(self) -> bytes:
        """The signed bytes."""
        return cbor.encode_arrays(self.plain())

    def plain(self) -> list[Any]:
        """The array of the wire."""
        return [
            VERSION, self.gateway, self.epoch, self.seq, self.prev, int(self.kind), self.boot,
            self.clock.plain(), self.descriptor, list(self.sizes), self.root,
        ]  # fmt: skip

    @property
    def digest(self) -> bytes:
        """SHA-256 over the encoded link: the identity of the entry, and `prev` of the next."""
        return digest_of(self.encode())


def digest_of(encoded: bytes) -> bytes:
    """The digest of an encoded link."""
    return hashlib.sha256(_DIGEST_TAG + encoded).digest()


def clock_from_plain(value: Any) -> Clock:  # noqa: ANN401
    """Check a decoded clock. Raises Malformed."""
    source, offset, bound, beacon = fields.array(value, 4, "clock")
    if fields.octets(beacon, None, "beacon") and len(beacon) != limits.BEACON_BYTES:
        raise Malformed(f"beacon: empty or {limits.BEACON_BYTES} bytes")
    kind = fields.uint(source, max(ClockSource), "clock source")
    offset = fields.int64_or_null(offset, "UTC offset")
    bound = None if bound is None else fields.uint(bound, 2**63 - 1, "clock bound")
    if (kind == ClockSource.NONE) != (offset is None) or (offset is None) != (bound is None):
        raise Malformed("clock: offset and bound are known exactly when there is a source")
    return Clock(ClockSource(kind), offset, bound, beacon)


def decode_link(encoded: bytes) -> Link:
    """Read and bound an encoded link. Raises Malformed, TooLarge."""
    body = fields.array(cbor.decode_arrays(encoded), 11, "link")
    if body[0] != VERSION or type(body[0]) is not int:
        raise Malformed(f"link: version {VERSION} is expected")
    if not isinstance(body[1], str) or not topics.is_gateway_id(body[1]):
        raise Malformed("link: gateway is no gateway id")
    descriptor = body[8]
    if descriptor is not None:
        fields.uint(descriptor, limits.SEQ_MAX, "descriptor")
    return Link(
        gateway=body[1],
        epoch=fields.uint(body[2], limits.EPOCH_MAX, "epoch"),
        seq=fields.uint(body[3], limits.SEQ_MAX, "seq"),
        prev=fields.octets(body[4], limits.DIGEST_BYTES, "prev"),
        kind=Kind(fields.uint(body[5], max(Kind), "kind")),
        boot=fields.octets(body[6], limits.BOOT_BYTES, "boot"),
        clock=clock_from_plain(body[7]),
        descriptor=descriptor,
        sizes=check_sizes(fields.array(body[9], None, "sizes")),
        root=fields.octets(body[10], limits.DIGEST_BYTES, "root"),
    )


def check_sizes(sizes: list[Any]) -> tuple[int, ...]:
    """Bound the sizes of one entry. Raises TooLarge, Malformed."""
    if len(sizes) > limits.LEAVES:
        raise TooLarge(f"{len(sizes)} leaves where {limits.LEAVES} are allowed")
    if not _INTEGERS.issuperset(map(type, sizes)) or min(sizes, default=0) < 0:
        raise Malformed("sizes: unsigned integers are expected")
    if sum(sizes) > limits.ENTRY_VALUES:
        raise TooLarge(f"{sum(sizes)} values where an entry may have {limits.ENTRY_VALUES}")
    return tuple(sizes)
