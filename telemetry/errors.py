"""Every error of this room. The type decides the reaction: `Refused` means this one message goes to quarantine.

`reason` is a short stable code for counters, quarantine rows and tests; the text names the thing and the place.
"""

from __future__ import annotations

from typing import ClassVar


class TelemetryError(Exception):
    """The base of every error of `telemetry`."""

    reason: ClassVar[str] = "telemetry"


class SealError(TelemetryError):
    """Contents that cannot be sealed (a fault of the caller): out of bounds, duplicate leaf, unequal lengths."""

    reason = "unsealable"


class Refused(TelemetryError):  # noqa: N818  (the house's word: what is refused goes to quarantine)
    """Received bytes that are not accepted; quarantine them with `reason`, go on with the next message."""

    reason = "refused"


class TooLarge(Refused):
    """More bytes, leaves, values, entries or nesting than `limits` allows."""

    reason = "too-large"


class Malformed(Refused):
    """Not deterministic CBOR, or not of the shape docs/wire.md gives."""

    reason = "malformed"


class WrongTopic(Refused):
    """A topic outside the scheme, of the wrong partition, or of another gateway than the content."""

    reason = "wrong-topic"


class UnknownKey(Refused):
    """No key is known for this (gateway, epoch), or its algorithm is not in the registry."""

    reason = "unknown-key"


class BadSignature(Refused):
    """The signature does not fit the signed bytes and key: header, link or signature was altered, or forged."""

    reason = "bad-signature"


class ChainBroken(Refused):
    """An entry that does not continue the chain; the subclass says how."""

    reason = "chain-broken"


class Gap(ChainBroken):
    """Entries before this one are missing: dropped, or this one came early. `expected` and `found` are seqs."""

    reason = "gap"

    def __init__(self, message: str, *, expected: int, found: int) -> None:
        super().__init__(message)
        self.expected = expected
        self.found = found


class Fork(ChainBroken):
    """Same gateway, epoch and seq, but another digest (or another `prev`): a cloned or restored card. Keep both, alert."""

    reason = "fork"


class CrossChain(ChainBroken):
    """An entry of another gateway or epoch than the chain it was offered to."""

    reason = "cross-chain"


class Repeated(ChainBroken):
    """The same entry twice in what should be a sequence (only `verify_chain` raises it; ingest counts duplicates)."""

    reason = "repeated"


class Reordered(ChainBroken):
    """An entry that stands after a later one, though none is missing (only `verify_chain` raises it)."""

    reason = "reordered"


class Truncated(ChainBroken):
    """The chain ends before the named head (only `verify_chain` raises it)."""

    reason = "truncated"


class Undecodable(Refused):
    """The data beside the signed links cannot be decoded within the signed sizes, or extra or missing data are there."""

    reason = "undecodable"


class Altered(Undecodable):
    """Decoded data do not hash to what was signed: a value, time, quality, descriptor, event, or a header of a run."""

    reason = "altered"
