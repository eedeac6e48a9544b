"""Runs: consecutive entries as one message that still verifies. A run never crosses an epoch or a change of descriptor.

Merging only moves columns; it needs neither key nor hash, so a gateway merges a month of entries in seconds. What comes out
is proven like anything else: by `Message.contents`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from telemetry import decoding, history, limits, merging, salting
from telemetry.errors import SealError
from telemetry.message import build_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.message import Message

_FIRST_GUESS: Final = 8
"""`merge_within` begins with this many messages and doubles."""


def mergeable(first: Message, second: Message) -> bool:
    """Whether `second` may follow `first` in one run: consecutive, same chain, same descriptor, nothing withheld."""
    return (
        (first.gateway, first.epoch) == (second.gateway, second.epoch)
        and first.last_seq + 1 == second.first_seq
        and first.digest == second.prev
        and first.last.descriptor == second.last.descriptor
        and first.hidden is None
        and second.hidden is None
    )


def merge(messages: Sequence[Message]) -> Message:
    """One run of consecutive entries or runs. Raises SealError where they do not follow, TooLarge, Undecodable."""
    for first, second in pairwise(messages):
        if not mergeable(first, second):
            raise SealError(f"seq {second.first_seq} cannot follow seq {first.last_seq} in one run")
    if len(messages) == 1:
        return messages[0]
    last = messages[-1]
    decoded = [decoding.decode(message) for message in messages]
    headers = [header for part in decoded for header in part.headers]
    _check_bounds(headers)
    keys: salting.BlockKeys = []
    start = 0
    for message, part in zip(messages, decoded, strict=True):
        keys += [(start + first, key) for first, key in salting.block_keys(message.salts, len(part.headers))]
        start += len(part.headers)
    earlier = history.encode(messages[0].prev, headers[:-1])
    return build_message(last.sign1, earlier, salting.write(keys), None, merging.merge_data(decoded, headers))


def merge_within(messages: Sequence[Message], max_bytes: int) -> tuple[Message, int]:
    """The longest run found from the first messages within `max_bytes` and the bounds; returns it and how many it took.

    Grows by doubling, then by proportion; not the exact optimum, but within a few per cent of it and in few merges.
    """
    limit = mergeable_count(messages)
    best, taken = messages[0], 1
    guess = min(_FIRST_GUESS, limit)
    while taken < guess:
        run = merge(messages[:guess])
        if len(run.wire) > max_bytes:
            limit = guess - 1
            guess = max(taken, min(limit, guess * max_bytes * 31 // (len(run.wire) * 32)))
            continue
        best, taken = run, guess
        room = max_bytes * guess * 31 // (len(run.wire) * 32)
        guess = min(limit, guess * 2, max(room, guess))
    return best, taken


def mergeable_count(messages: Sequence[Message]) -> int:
    """How many of the first messages fit one run, by chain, descriptor and the bounds of a run (bytes apart)."""
    entries = leaves = values = 0
    for number, message in enumerate(messages):
        if number and not mergeable(messages[number - 1], message):
            return number
        entries += message.count
        if message.count == 1:
            leaves += len(message.last.sizes)
            values += sum(message.last.sizes)
        else:
            sizes = [header.sizes for header in decoding.headers_of(message)]
            leaves += sum(map(len, sizes))
            values += sum(map(sum, sizes))
        if entries > limits.RUN_ENTRIES or leaves > limits.RUN_LEAVES or values > limits.RUN_VALUES:
            return max(number, 1)
    return len(messages)


def _check_bounds(headers: list[Any]) -> None:
    leaves = sum(len(header.sizes) for header in headers)
    values = sum(sum(header.sizes) for header in headers)
    if len(headers) > limits.RUN_ENTRIES or leaves > limits.RUN_LEAVES or values > limits.RUN_VALUES:
        raise SealError(f"{len(headers)} entries, {leaves} leaves, {values} values are more than a run may have")
