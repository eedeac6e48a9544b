"""The one message of entries and runs: an entry is a run of one. MQTT payloads and archive rows have the same bytes.

message = [1, COSE_Sign1, history, salts, hidden, data], deterministic CBOR (docs/wire.md).

Order of checks, each cheap before dear: `parse_message` (size, shape, bounds; nothing decompressed), the caller compares
topic and gateway and finds the key, `verify` (signature), `check` (chain), and only then `contents` (decode into buffers
sized by the signed sizes, rebuild every link, compare with what is signed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from telemetry import cbor, cose, decoding, fields, history, limits
from telemetry.chain import Head
from telemetry.errors import CrossChain, Fork, Gap, Malformed, TooLarge
from telemetry.link import decode_link, digest_of
from telemetry.opened import opened
from telemetry.proving import prove

if TYPE_CHECKING:
    from telemetry.cose import Sign1, VerifyKey
    from telemetry.link import Link
    from telemetry.opened import Opened

VERSION: Final = 1


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
    sign1: Sign1 = field(repr=False)
    history: list[Any] | None = field(repr=False)
    salts: Any = field(repr=False)
    hidden: Any = field(repr=False)
    data: Any = field(repr=False)

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
        return Head(self.gateway, self.epoch, self.last_seq, self.digest)

    def verify(self, key: VerifyKey) -> None:
        """Check the signature of the last link with the key of (gateway, epoch). Raises BadSignature."""
        self.sign1.verify(key, cose.ENTRY)

    def check(self, head: Head) -> int:
        """Check that this message continues `head`; returns how many of its first entries lie at or before `head`.

        0: all new. Between: the run overlaps; after `contents()`, `Opened.confirm(head)` compares the digest at `head.seq`.
        `count`: nothing new; for `last_seq == head.seq` the digests were compared here, for older ones the caller compares
        with its record. Raises CrossChain, Gap, Fork.
        """
        where = f"gateway {self.gateway} epoch {self.epoch} seq {self.first_seq}"
        if (self.gateway, self.epoch) != (head.gateway, head.epoch):
            raise CrossChain(f"{where}: offered to the chain of {head.gateway} epoch {head.epoch}")
        expected = head.seq + 1
        if self.first_seq > expected:
            raise Gap(f"{where}: expected seq {expected}", expected=expected, found=self.first_seq)
        if self.first_seq == expected and self.prev != head.digest:
            raise Fork(f"{where}: does not follow the known digest of seq {head.seq}")
        if self.last_seq == head.seq and self.digest != head.digest:
            raise Fork(f"{where}: another digest than the known one of seq {head.seq}")
        return min(expected - self.first_seq, self.count)

    def contents(self) -> Opened:
        """Decode and prove every content. Raises Undecodable, Altered, TooLarge.

        For an entry the link stands all the same (it is signed and linked); a run that does not open is not proven to be
        linked and must be refused whole.
        """
        decoded = decoding.decode(self)
        return opened(decoded, prove(self, decoded))


def parse_message(wire: bytes, max_bytes: int = limits.MESSAGE_BYTES) -> Message:
    """Parse and bound a message; nothing is decompressed. Raises TooLarge, Malformed."""
    if len(wire) > max_bytes:
        raise TooLarge(f"a message of {len(wire)} bytes where {max_bytes} are allowed")
    body = fields.array(cbor.decode_arrays(wire), 6, "message")
    if body[0] != VERSION or type(body[0]) is not int:
        raise Malformed(f"message: version {VERSION} is expected")
    sign1 = cose.sign1_from_plain(body[1])
    last = decode_link(sign1.payload)
    count, prev = 1, last.prev
    if body[2] is not None:
        earlier, prev = history.check_head(body[2])
        count = earlier + 1
        if count > last.seq + 1:
            raise Malformed(f"message: {count} entries end at seq {last.seq}")
    return Message(wire, last, digest_of(sign1.payload), count, prev, sign1, body[2], body[3], body[4], body[5])


def build_message(sign1: Sign1, earlier: list[Any] | None, salts: Any, hidden: Any, data: Any) -> Message:  # noqa: ANN401
    """A message from its parts (those of `history.encode`, `salting.write`, `tracks`)."""
    wire = cbor.encode_arrays([VERSION, sign1.plain(), earlier, salts, hidden, data])
    return parse_message(wire, limits.ARCHIVE_BYTES)
