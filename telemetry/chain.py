"""The head of a chain, and the check of whole chains that names what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.errors import Fork, Gap, Reordered, Repeated, Truncated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.cose import VerifyKey
    from telemetry.message import Message


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain is known: the digest of `seq`; seq -1 with the enrolment record's digest before the first."""

    gateway: str
    epoch: int
    seq: int
    digest: bytes


def verify_chain(messages: Iterable[Message], key: VerifyKey, start: Head, end: Head | None = None) -> Head:
    """Verify messages that should continue `start` without a gap, up to `end` where one is named; returns the head reached.

    Raises Gap (dropped), Repeated, Reordered, Truncated, CrossChain, Fork, BadSignature, Undecodable, Altered; the text
    names the seq. A message that is both out of place and altered is named as altered.
    """
    offered = list(messages)
    head = start
    for number, message in enumerate(offered):
        message.verify(key)
        try:
            held = message.check(head)
        except Gap as gap:
            _raise_missing(gap, offered[number + 1 :])
            raise
        if held:
            _raise_held(message, offered[:number])
        message.contents()
        head = message.head
    if end is not None and head != end:
        if (head.gateway, head.epoch, head.seq) == (end.gateway, end.epoch, end.seq):
            raise Fork(f"the chain ends at seq {head.seq} with another digest than the named head")
        raise Truncated(f"the chain ends at seq {head.seq}, the named head is seq {end.seq}")
    return head


def _raise_missing(gap: Gap, later: list[Message]) -> None:
    """What looks like a gap is a change of order if the expected entry stands further on."""
    for message in later:
        if message.first_seq <= gap.expected <= message.last_seq:
            raise Reordered(f"seq {gap.expected} stands after seq {gap.found}") from gap


def _raise_held(message: Message, before: list[Message]) -> None:
    for earlier in before:
        if earlier.digest == message.digest:
            raise Repeated(f"seq {message.last_seq} stands there twice")
        if earlier.first_seq <= message.last_seq and message.first_seq <= earlier.last_seq:
            raise Repeated(f"seqs {message.first_seq} to {message.last_seq} overlap with seqs up to {earlier.last_seq}")
    raise Repeated(f"seq {message.first_seq} lies before the start of what is verified")
