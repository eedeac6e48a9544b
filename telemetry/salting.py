"""Where the salts of a message come from: block keys while every leaf is shown, single salts once some are withheld.

salts = BK (16 octets: one block key for all entries)
      | [from entry, BK, from entry, BK, …]
      | octets, 16 for every shown leaf in order (where `hidden` is not null)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telemetry import limits
from telemetry.errors import Undecodable
from telemetry.leaves import salts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BlockKeys = list[tuple[int, bytes]]
"""(first entry number it holds for, block key), ascending from 0."""


def block_keys(salts: Any, count: int) -> BlockKeys:  # noqa: ANN401
    """Read the block keys of a message that withholds nothing. Raises Undecodable."""
    flat = [0, salts] if isinstance(salts, bytes) else salts
    if type(flat) is not list or len(flat) % 2 or not flat or flat[0] != 0:
        raise Undecodable("salts: a block key or [0, block key, …] is expected")
    keys: BlockKeys = []
    for first, key in zip(flat[::2], flat[1::2], strict=True):
        if type(first) is not int or first >= count or (keys and first <= keys[-1][0]):
            raise Undecodable("salts: block keys must ascend within the message")
        if not isinstance(key, bytes) or len(key) != limits.SALT_BYTES:
            raise Undecodable(f"salts: a block key of {limits.SALT_BYTES} bytes is expected")
        keys.append((first, key))
    return keys


def write(keys: BlockKeys) -> bytes | list[Any]:
    """Block keys as they stand on the wire; equal neighbours are one."""
    flat: list[Any] = []
    for first, key in keys:
        if not flat or flat[-1] != key:
            flat += [first, key]
    return flat[1] if len(flat) == 2 else flat


def by_entry(salts: Any, hidden: bool, first_seq: int, shown: Sequence[int]) -> Iterator[bytes]:  # noqa: ANN401
    """The salts of every entry's shown leaves, one after the other; `shown` says how many those are. Raises Undecodable."""
    if not hidden:
        return _from_keys(block_keys(salts, len(shown)), first_seq, shown)
    if not isinstance(salts, bytes) or len(salts) != limits.SALT_BYTES * sum(shown):
        raise Undecodable(f"salts: {limits.SALT_BYTES} bytes for each of {sum(shown)} shown leaves are expected")
    return _cut(salts, shown)


def _from_keys(keys: BlockKeys, first_seq: int, shown: Sequence[int]) -> Iterator[bytes]:
    firsts = dict(keys)
    key = keys[0][1]
    for number, leaves in enumerate(shown):
        key = firsts.get(number, key)
        yield salts_of(key, first_seq + number, leaves)


def _cut(salts: bytes, shown: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for leaves in shown:
        end = at + limits.SALT_BYTES * leaves
        yield salts[at:end]
        at = end
