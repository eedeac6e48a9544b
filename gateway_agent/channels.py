"""Channel ids: small, given once, never to another instrument, unit or resolution. Pure; the spool persists the list.

A channel is one quantity of one instrument. While an instrument has not yet said its serial number, its channels are those
it had last; the first serial number that is heard is written to them, and any other one makes new channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ChannelIdentity:
    """What makes a channel the same channel. `serial` is empty while it is unknown."""

    instrument: str
    profile: str
    name: str
    unit: str
    exponent: int
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A channel id and whose it is."""

    id: int
    identity: ChannelIdentity


class ChannelTable:
    """All ids ever given at this gateway."""

    def __init__(self, given: Iterable[Allocation] = ()) -> None:
        self._given = {allocation.id: allocation for allocation in given}

    @property
    def allocations(self) -> tuple[Allocation, ...]:
        """Every allocation, by id: what the spool keeps."""
        return tuple(self._given.values())

    def allocate(self, identity: ChannelIdentity) -> int:
        """The id of a channel; a new one if there is none yet."""
        anonymous = replace(identity, serial="")
        for allocation in sorted(self._given.values(), key=lambda given: -given.id):
            if replace(allocation.identity, serial="") != anonymous:
                continue
            if identity.serial in ("", allocation.identity.serial):
                return allocation.id
            if not allocation.identity.serial:
                self._given[allocation.id] = Allocation(allocation.id, identity)
                return allocation.id
        number = max(self._given, default=-1) + 1
        self._given[number] = Allocation(number, identity)
        return number
