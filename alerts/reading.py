"""Messages of the record opened for the engine: what is new in them, and what they say about the chain. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import structlog

from alerts.edge import EdgeChange
from alerts.engine import ChainFact, ChainFactKind
from alerts.evaluator import Check, Receipt
from store.record import State
from store.times import from_us
from telemetry import limits
from telemetry.errors import TelemetryError
from telemetry.events import Alarm, FieldCheck, Lost, read_event
from telemetry.message import parse_message

if TYPE_CHECKING:
    from store.record import Place, StoredMessage
    from telemetry.opened import Opened

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Read:
    """An opened message: its first `skip` entries were read before. `opened` is None when there are no contents."""

    opened: Opened | None = None
    skip: int = 0
    descriptor_seq: int | None = None
    faults: list[tuple[ChainFact, Receipt]] = field(default_factory=list)
    edges: list[EdgeChange] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


class MessageReader:
    """Opens messages in commit order and remembers, per chain, the last seq, to see holes in the record itself."""

    def __init__(self) -> None:
        """Nothing was read yet: the first message of a chain shows no hole."""
        self._last_seq: dict[tuple[str, int], int] = {}
        self.last_event_us: dict[str, int] = {}
        """UTC µs of the last event of each gateway, where its clock is known."""

    def read(self, message: StoredMessage, after: Place) -> Read:
        """What a message says beyond position `after`."""
        receipt = Receipt(message.epoch, message.seq, from_us(message.received_us))
        if message.state is State.FORK:
            return Read(faults=[(_fact(ChainFactKind.FORK, message, "a number was used twice"), receipt)])
        hole = self._hole(message)
        if message.state is State.UNDECODABLE:
            return Read(faults=[(_fact(ChainFactKind.BAD_ENTRY, message, "its data cannot be decoded"), receipt)])
        try:
            opened = parse_message(message.sealed, limits.ARCHIVE_BYTES).contents()
        except TelemetryError as error:
            log.warning("record_unreadable", gateway=message.gateway, seq=message.seq, reason=str(error))
            return Read(faults=[(_fact(ChainFactKind.BAD_ENTRY, message, "altered in the record"), receipt)])
        read = Read(opened, _skip(message, after), opened.links[-1].descriptor)
        lost = self._take_events(message, read, opened)
        if hole and not lost:
            read.faults.insert(0, (_fact(ChainFactKind.GAP, message, "entries are missing from the record"), receipt))
        self._note_time(message, opened)
        return read

    def _hole(self, message: StoredMessage) -> bool:
        """Whether entries are missing between this linked message and the one before it in its chain."""
        key = message.gateway, message.epoch
        last = self._last_seq.get(key)
        self._last_seq[key] = message.seq
        return last is not None and message.first_seq + message.skip > last + 1

    def _take_events(self, message: StoredMessage, read: Read, opened: Opened) -> bool:
        """Sort the events of the message; True when one of them declares entries lost."""
        lost, received = False, from_us(message.received_us)
        for number, event in opened.events:
            if number < read.skip:
                continue
            link = opened.links[number]
            try:
                body = read_event(event)
            except TelemetryError as error:
                log.warning("event_unreadable", gateway=message.gateway, seq=link.seq, reason=str(error))
                continue
            if isinstance(body, Alarm):
                clock = link.clock.utc_offset_us
                read.edges.append(
                    EdgeChange(
                        message.gateway,
                        link.epoch,
                        link.seq,
                        link.boot,
                        clock,
                        event.t,
                        body,
                        received,
                        from_entry=True,
                    )
                )
            elif isinstance(body, FieldCheck):
                if link.clock.utc_offset_us is not None:
                    read.checks.append(Check(number, body.channel, event.t + link.clock.utc_offset_us, body.passed))
            elif isinstance(body, Lost):
                lost = True
                detail = f"seq {body.first_seq} to {body.last_seq} declared lost {body.cause}".rstrip()
                fact = ChainFact(ChainFactKind.LOST, message.received_us, link.seq, detail)
                read.faults.append((fact, Receipt(link.epoch, link.seq, received)))
        return lost

    def _note_time(self, message: StoredMessage, opened: Opened) -> None:
        offset_us = opened.links[-1].clock.utc_offset_us
        times = [int(c.times[-1]) for c in opened.columns if c.times is not None and len(c.times)]
        if offset_us is not None and times:
            self.last_event_us[message.gateway] = max(times) + offset_us


def _skip(message: StoredMessage, after: Place) -> int:
    """How many entries of the message were read before: those skipped in the record, and those up to the cursor."""
    positions, _ = message.positions_and_received()
    return message.skip + int(np.count_nonzero(positions <= after.position))


def _fact(kind: ChainFactKind, message: StoredMessage, detail: str) -> ChainFact:
    return ChainFact(kind, message.received_us, message.seq, detail)
