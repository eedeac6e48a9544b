"""The one message of entries and runs: an entry is a run of one. MQTT payloads and archive rows have the same bytes.

Order of checks, each cheap before dear: `parse_message` (size, shape, bounds; nothing decompressed), the caller compares
topic and gateway and finds the key, `verify` (signature), `check` (chain), and only then `contents` (decode into buffers sized
by the signed sizes, rebuild every link, compare with what is signed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry import limits

if TYPE_CHECKING:
    from telemetry.chain import Head
    from telemetry.cose import VerifyKey
    from telemetry.link import Link
    from telemetry.opened import Opened


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed, not yet verified, entry (`count` 1) or run. Immutable; `wire` is what was received, byte for byte."""

    wire: bytes
    last: Link
    """The link that is signed: the entry's, or the last of the run."""
    digest: bytes
    """The digest of `last`."""
    count: int
    """How many entries."""
    prev: bytes
    """Digest before the first entry, as claimed; proven by `contents()` (and, for an entry, by the signature)."""

    @property
    def gateway(self) -> str:
        """Gateway of every entry in the message."""
        return self.last.gateway

    @property
    def epoch(self) -> int:
        """Epoch of every entry in the message."""
        return self.last.epoch

    @property
    def first_seq(self) -> int:
        """Seq of the first entry."""
        return self.last.seq - self.count + 1

    @property
    def last_seq(self) -> int:
        """Seq of the last entry."""
        return self.last.seq

    @property
    def head(self) -> Head:
        """The head of the chain once this message is accepted."""
        raise NotImplementedError

    def verify(self, key: VerifyKey) -> None:
        """Check the signature of the last link. Raises BadSignature, UnknownKey (another algorithm than the key's)."""
        raise NotImplementedError

    def check(self, head: Head) -> int:
        """Check that this message continues `head`; returns how many of its first entries lie at or before `head`.

        0: all new. Between: the run overlaps (after `contents()`, `Opened.digests` must hold `head.digest` at `head.seq`:
        `Opened.confirm(head)`). `count`: nothing new; for `last_seq == head.seq` the digests were compared here, for older ones the
        caller compares with its record. Raises CrossChain, Gap, Fork.
        """
        raise NotImplementedError

    def contents(self) -> Opened:
        """Decode and prove every content. Raises Undecodable, Altered.

        For an entry the link stands all the same (signed and linked: commit it, marked undecodable); a run that does not open is
        not proven to be linked and must be refused whole.
        """
        raise NotImplementedError


def parse_message(wire: bytes, max_bytes: int = limits.MESSAGE_BYTES) -> Message:
    """Parse and bound a message; nothing is decompressed. Raises TooLarge, Malformed."""
    raise NotImplementedError
