"""Runs: consecutive entries as one message that still verifies. A run never crosses an epoch or a change of descriptor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.message import Message


def mergeable(first: Message, second: Message) -> bool:
    """Whether `second` may follow `first` in one run: consecutive, same chain, same descriptor, within the bounds of a run."""
    raise NotImplementedError


def merge(messages: Sequence[Message]) -> Message:
    """One run of consecutive entries or runs (each decodable). Raises SealError where they do not follow, Undecodable, Altered."""
    raise NotImplementedError


def merge_within(messages: Sequence[Message], max_bytes: int) -> tuple[Message, int]:
    """The longest run from the first messages that stays within `max_bytes` and the bounds; returns it and how many it took."""
    raise NotImplementedError


def redact(message: Message, hide: Callable[[int, int], bool], signatures: None = None) -> Message:
    """The same entries with the leaves (entry number, leaf number) for which `hide` is true replaced by their hashes."""
    raise NotImplementedError
