"""Sealing: contents in, a signed and linked entry out. Pure: key, head and randomness are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.chain import Head
    from telemetry.content import Content
    from telemetry.cose import SigningKey
    from telemetry.link import Clock, Kind, Link


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A sealed entry: `wire` is published and spooled as it is (`telemetry.message.parse_message` reads it)."""

    wire: bytes
    link: Link
    digest: bytes


class Sealer:
    """Seals the entries of one (gateway, epoch) one after the other.

    `random_bytes(n)` gives n cryptographically random bytes (`os.urandom`). A sealer made again after a restart starts a new block
    key; nothing but the head need be kept.
    """

    def __init__(self, head: Head, signing_key: SigningKey, random_bytes: Callable[[int], bytes]) -> None:
        self._head = head
        self._key = signing_key
        self._random = random_bytes

    @property
    def head(self) -> Head:
        """The last sealed entry (or where the chain began)."""
        return self._head

    def seal(
        self, kind: Kind, contents: Sequence[Content], *, boot: bytes, clock: Clock, descriptor: int | None
    ) -> SealedEntry:
        """Seal the next entry; contents may come in any order. Raises SealError and leaves the head where it was.

        `descriptor` is the seq of the descriptor entry in force (for a descriptor entry: the one before it).
        """
        raise NotImplementedError
