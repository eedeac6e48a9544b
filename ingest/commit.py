"""The commit: everything a batch means for the store, in one transaction on the connection that holds the partitions' locks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.examine import Accepted, fork_of, quarantined
from ingest.feed import Followed
from store import chains, channels, clocks, record
from store.record import Place, State
from telemetry.errors import Refused
from telemetry.message import parse_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from ingest.examine import Examined
    from store.chains import Chain
    from store.clocks import Boot
    from telemetry.chain import Head
    from telemetry.message import Message
    from telemetry.opened import Opened


@dataclass(slots=True)
class Done:
    """What a commit did. `asks` are the ask numbers of the chains whose heads it touched."""

    received_us: int | None = None
    followed: list[Followed] = field(default_factory=list)
    asks: dict[Chain, int] = field(default_factory=dict)
    forked: set[Chain] = field(default_factory=set)
    boots: dict[Boot, tuple[int, int]] = field(default_factory=dict)


async def commit(
    connection: asyncpg.Connection, examined: Examined, after: dict[Chain, Head], known_boots: set[Boot]
) -> Done:
    """Write a batch. `after`: heads after it, of the chains it names; `known_boots`: boots whose mapping is kept.

    Raises OwnershipLostError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError: then nothing was written.
    """
    done = Done()
    async with connection.transaction():
        forks = await _forks(connection, examined)
        done.forked = {(fork.new.gateway, fork.new.epoch) for fork in forks}
        appended = [*examined.accepted, *forks]
        places = await record.advance(connection, _positions(appended)) if appended else {}
        if places:
            done.received_us = max(place.received_us for place in places.values())
        moves = examined.moves(after, done.forked)
        now_us = done.received_us if done.received_us is not None else time.time_ns() // 1000
        if moves:
            done.asks = await chains.move(connection, moves, now_us)
        await chains.lose(connection, examined.losses, now_us)
        if appended:
            await _append(connection, appended, places, done)
            await _facts(connection, examined.accepted, places, known_boots, done)
            await record.notify(connection, sorted(places))
    return done


async def _append(
    connection: asyncpg.Connection, appended: list[Accepted], places: dict[int, Place], done: Done
) -> None:
    taken = _positions(appended)
    at = {number: places[number].position - taken[number] for number in taken}
    rows = []
    for one in appended:
        new = one.new
        first = at[new.partition] + 1
        at[new.partition] += new.entries - new.skip
        place = Place(at[new.partition], places[new.partition].received_us)
        rows.append((new, place))
        done.followed.append(
            Followed(
                new.partition, place.position, first, place.received_us, new.gateway, new.epoch, new.skip, new.readings,
                new.state, one.opened if new.state is State.LINKED else None,
            )
        )  # fmt: skip
    await record.append(connection, rows)


async def _facts(
    connection: asyncpg.Connection,
    accepted: Iterable[Accepted],
    places: dict[int, Place],
    known_boots: set[Boot],
    done: Done,
) -> None:
    """Channels of descriptors, and the mapping of boots whose clock is known for the first time."""
    for one in accepted:
        received_us = places[one.new.partition].received_us
        for description in one.descriptions:
            await channels.describe(connection, description, received_us)
        if one.opened is None:
            continue
        for link in one.opened.links[one.new.skip :]:
            boot, clock = (link.gateway, link.boot), link.clock
            if clock.utc_offset_us is not None and boot not in known_boots and boot not in done.boots:
                done.boots[boot] = (clock.utc_offset_us, int(clock.source))
                await clocks.learn(connection, boot, *done.boots[boot], received_us)


def _positions(appended: Iterable[Accepted]) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for one in appended:
        wanted[one.new.partition] = wanted.get(one.new.partition, 0) + one.new.entries - one.new.skip
    return wanted


async def _forks(connection: asyncpg.Connection, examined: Examined) -> list[Accepted]:
    """The forks to keep: those met by the examiner, and old messages that are not what the record holds."""
    candidates = {(fork.new.gateway, fork.new.epoch, fork.new.digest): fork for fork in examined.forked}
    for received, message in examined.old:
        if await _is_recorded(connection, message, examined.accepted):
            examined.repeated.add((message.gateway, message.epoch))
            continue
        try:
            candidates.setdefault((message.gateway, message.epoch, message.digest), fork_of(message))
        except Refused as error:
            examined.refused.append(quarantined(received, error))
    kept = []
    for fork in candidates.values():
        new = fork.new
        if await record.has_fork(connection, new.gateway, new.epoch, new.seq, new.digest):
            examined.repeated.add((new.gateway, new.epoch))
        else:
            kept.append(fork)
    return kept


async def _is_recorded(connection: asyncpg.Connection, message: Message, batch: list[Accepted]) -> bool:
    """Whether the record, or this batch, holds the message's last entry with the same digest."""
    wanted = message.last_seq
    for one in batch:
        new = one.new
        if (new.gateway, new.epoch) == (
            message.gateway,
            message.epoch,
        ) and new.first_seq + new.skip <= wanted <= new.seq:
            return _digest_at(wanted, new.seq, new.digest, one.opened) == message.digest
    found = await record.find(connection, message.gateway, message.epoch, wanted)
    if found is None:
        return True  # lies in what was declared lost: nothing contradicts it, and its place is gone
    seq, digest, sealed = found
    if seq == wanted:
        return digest == message.digest
    try:
        opened = parse_message(sealed, len(sealed)).contents()
    except Refused:
        return False
    return _digest_at(wanted, seq, digest, opened) == message.digest


def _digest_at(wanted: int, seq: int, digest: bytes, opened: Opened | None) -> bytes | None:
    """The digest of one entry of a message that ends at `seq`."""
    if wanted == seq or opened is None:
        return digest if wanted == seq else None
    return opened.digests[wanted - seq - 1]
