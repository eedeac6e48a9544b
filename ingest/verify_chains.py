"""Walk every chain of the record from its enrolment digest to its head, and name the first entry of each that does not hold."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ingest.faults import Fault, Verdict
from store import chains, record
from store.enrolment import epoch_keys
from store.record import State
from telemetry import limits
from telemetry.chain import Head
from telemetry.cose import VerifyKey
from telemetry.errors import Gap, TelemetryError
from telemetry.message import parse_message

if TYPE_CHECKING:
    from store.connection import Connection
    from store.enrolment import EpochKey
    from store.record import StoredMessage

PAGE: Final = 256


class _Walk:
    """One chain on its way."""

    def __init__(self, key: EpochKey, losses: list[tuple[int, int]]) -> None:
        self.verify_key = VerifyKey(key.public_key, key.algorithm)
        self.head = Head(key.gateway, key.epoch, -1, key.enrolment_digest)
        self.losses = losses
        self.entries = self.readings = 0

    def step(self, stored: StoredMessage) -> Fault | None:
        """Take the next message; the fault that it shows."""
        try:
            return self._step(stored)
        except TelemetryError as error:
            return Fault(stored.gateway, stored.epoch, stored.seq, error.reason, str(error))

    def _step(self, stored: StoredMessage) -> Fault | None:
        message = parse_message(stored.sealed, limits.ARCHIVE_BYTES)
        message.verify(self.verify_key)
        described = (message.gateway, message.epoch, message.first_seq, message.last_seq, message.digest)
        if described != (stored.gateway, stored.epoch, stored.first_seq, stored.seq, stored.digest):
            text = f"gateway {stored.gateway} epoch {stored.epoch} seq {stored.seq}: the row says another entry than it holds"
            return Fault(stored.gateway, stored.epoch, stored.seq, "row-altered", text)
        if stored.state is State.FORK:
            return None
        head = self.head
        for first, last in self.losses:
            if first == head.seq + 1 and message.first_seq == last + 1:
                head = Head(head.gateway, head.epoch, last, message.prev)
        known = message.check(head)
        if stored.state is State.LINKED:
            opened = message.contents()
            if known:
                opened.confirm(head)
            self.readings += stored.readings
        self.head = message.head
        self.entries += message.count - known
        return None


async def verify_chains(connection: Connection, gateway: str | None = None) -> Verdict:
    """Verify every chain (of one gateway, or all) against keys, links, data and heads. Reads only, page by page.

    Raises asyncpg errors, OSError.
    """
    keys = [key for key in await epoch_keys(connection) if gateway in (None, key.gateway)]
    lost = await chains.losses(connection, [(key.gateway, key.epoch) for key in keys])
    faults: list[Fault] = []
    entries = readings = 0
    for key in keys:
        walk = _Walk(key, lost.get((key.gateway, key.epoch), []))
        fault = await _walk(connection, walk) or await _compare_head(connection, walk)
        if fault is not None:
            faults.append(fault)
        entries, readings = entries + walk.entries, readings + walk.readings
    return Verdict(len(keys), entries, readings, tuple(faults))


async def _walk(connection: Connection, walk: _Walk) -> Fault | None:
    seq, position = -1, 0
    while page := await record.chain(connection, walk.head.gateway, walk.head.epoch, seq, position, messages=PAGE):
        fault = await asyncio.to_thread(_first_fault, walk, page)
        if fault is not None:
            return fault
        seq, position = page[-1].seq, page[-1].position
    return None


def _first_fault(walk: _Walk, page: list[StoredMessage]) -> Fault | None:
    return next((fault for stored in page if (fault := walk.step(stored)) is not None), None)


async def _compare_head(connection: Connection, walk: _Walk) -> Fault | None:
    """The record must reach the head that was acknowledged to the gateway."""
    head = walk.head
    for known in await chains.heads(connection, [(head.gateway, head.epoch)]):
        if (known.seq, known.digest) != (head.seq, head.digest):
            where = f"gateway {head.gateway} epoch {head.epoch}"
            text = f"{where}: the record ends at seq {head.seq}, acknowledged was seq {known.seq}"
            return Fault(head.gateway, head.epoch, head.seq, Gap.reason if known.seq > head.seq else "fork", text)
    return None
