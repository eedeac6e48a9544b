"""The head of a chain, and the check of whole chains that names what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

    Raises Gap (dropped), Repeated, Reordered, Truncated, CrossChain, Fork, BadSignature, Undecodable, Altered; the text names the seq.
    """
    raise NotImplementedError
