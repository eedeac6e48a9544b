"""What placing readings needs besides the entries: channels of descriptors, times of enrolment, UTC mappings of boots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import channels, clocks
from store.enrolment import epoch_key
from store.times import to_us

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.feed import Followed
    from store.chains import Chain
    from store.channels import Channel
    from store.clocks import Boot
    from store.connection import Connection

KEPT: Final = 50_000
"""Descriptors, epochs and boots remembered; above it all are forgotten and read again."""

Described = tuple[str, int, int]
"""(gateway, epoch, seq of the descriptor entry)"""


class Context:
    """Caches of facts that never change once they are there."""

    def __init__(self) -> None:
        self.channels: dict[Described, dict[int, Channel]] = {}
        self.enrolled_us: dict[Chain, int] = {}
        self.offsets_us: dict[Boot, int] = {}

    async def resolve(self, connection: Connection, messages: Iterable[Followed]) -> None:
        """Read what these messages need and is not known yet."""
        described, epochs, boots = _needs(messages)
        for cache in (self.channels, self.enrolled_us, self.offsets_us):
            if len(cache) > KEPT:
                cache.clear()
        for key in described - self.channels.keys():
            self.channels[key] = await channels.of_descriptor(connection, *key)
        for chain in epochs - self.enrolled_us.keys():
            found = await epoch_key(connection, *chain)
            self.enrolled_us[chain] = 0 if found is None else to_us(found.enrolled_at)
        if boots := boots - self.offsets_us.keys():
            self.offsets_us.update(await clocks.offsets(connection, list(boots)))


def _needs(messages: Iterable[Followed]) -> tuple[set[Described], set[Chain], set[Boot]]:
    described: set[Described] = set()
    epochs: set[Chain] = set()
    boots: set[Boot] = set()
    for message in messages:
        if message.opened is None or not message.readings:
            continue
        epochs.add((message.gateway, message.epoch))
        for link in message.opened.links:
            if link.descriptor is not None:
                described.add((message.gateway, message.epoch, link.descriptor))
            if link.clock.utc_offset_us is None:
                boots.add((message.gateway, link.boot))
    return described, epochs, boots
