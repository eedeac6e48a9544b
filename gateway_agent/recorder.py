"""Sealing and spooling in one step: what is handed in is sealed, and on disk with its chain's head, when `record` returns.

Runs on one thread, which owns the spool. If the disk takes nothing, the chain stays where it was and the same work can be
handed in again; so a seq is never given to two entries, whatever fails and whenever the power goes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway_agent.spool.rows import ROW_BYTES, EpochState, SpooledEntry, Write
from telemetry.alarm_notice import AlarmNotice
from telemetry.chain import Head
from telemetry.content import Values
from telemetry.limits import LEAVES, MESSAGE_BYTES
from telemetry.link import Kind
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gateway_agent.channels import Allocation
    from gateway_agent.spool.rows import Acknowledged, EpochRow
    from gateway_agent.spool.spool import Spool
    from telemetry.content import ChannelDescriptor, Content, Event
    from telemetry.cose import SigningKey
    from telemetry.events import Alarm
    from telemetry.link import Clock

EVENT_BYTES = 64
"""An event beside its body: type, time, leaf in the signed link."""
PORTION_BYTES = MESSAGE_BYTES // 2


@dataclass(frozen=True, slots=True)
class Work:
    """What to seal now, all of one boot and clock state."""

    boot: bytes
    clock: Clock
    lived_us: int
    readings: Sequence[Content] = ()
    events: Sequence[Event] = ()
    alarms: Sequence[tuple[int, Alarm]] = ()
    """(t µs since boot, transition): sealed as events, and told ahead by a notice."""
    descriptors: Sequence[ChannelDescriptor] = ()
    """Every channel, when what they are has changed; empty otherwise."""
    channels: tuple[Allocation, ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    alarm_state: bytes | None = None
    acknowledged: Mapping[int, Acknowledged] = field(default_factory=dict)
    moved: tuple[int, int] | None = None
    """(epoch, seq) of the pending entry whose contents these are."""
    heartbeat: bool = False
    """Seal an entry even if there is nothing in it: proof of life once a minute."""


class Recorder:
    """Seals for one epoch into the spool."""

    def __init__(self, spool: Spool, gateway: str, row: EpochRow, key: SigningKey) -> None:
        self.epoch = row.epoch
        self.pending = row.state is EpochState.PENDING
        self.tip = row.tip
        self.descriptor_of = row.descriptor_of
        self.bytes_recorded = 0
        """By this recorder, as the spool's bound counts them."""
        self._spool = spool
        self._gateway = gateway
        self._key = key
        self._descriptor = row.descriptor_seq
        self._head = Head(gateway, row.epoch, row.tip, row.head)
        self._sealer = Sealer(self._head, key, os.urandom)

    @property
    def described(self) -> bool:
        """Whether this epoch says what its channels are; readings before that would mean nothing to whoever reads it."""
        return self._descriptor is not None

    def record(self, work: Work) -> int:
        """Seal and spool; the tip afterwards. On disk when it returns. Raises SpoolError: nothing of it happened."""
        try:
            return self._record(work)
        except BaseException:
            self._sealer = Sealer(self._head, self._key, os.urandom)
            raise

    def _record(self, work: Work) -> int:
        descriptor, described = self._descriptor, described_by(work.descriptors)
        entries: list[SpooledEntry] = []
        if work.descriptors and described != self.descriptor_of:
            entries.append(self._seal(Kind.DESCRIPTOR, work.descriptors, work, descriptor))
            descriptor = entries[-1].seq
        if work.readings or (work.heartbeat and not work.events and not entries):
            entries.append(self._seal(Kind.READINGS, work.readings, work, descriptor))
        carriers: dict[Event, int] = {}
        for events in _portions([*work.events, *(alarm.to_event(t_us) for t_us, alarm in work.alarms)]):
            entries.append(self._seal(Kind.EVENT, events, work, descriptor))
            carriers |= dict.fromkeys(events, entries[-1].seq)
        renewed = descriptor is not None and descriptor != self._descriptor
        self._spool.write(
            Write(
                epoch=self.epoch,
                entries=tuple(entries),
                lived_us=work.lived_us,
                descriptor=(descriptor, described) if renewed and descriptor is not None else None,
                channels=work.channels,
                counters=work.counters,
                alarm_state=work.alarm_state,
                notices=self._notices(work, carriers),
                acknowledged=work.acknowledged,
                moved=work.moved,
            )
        )
        self._descriptor, self._head = descriptor, self._sealer.head
        self.descriptor_of = described if renewed else self.descriptor_of
        self.tip = self._head.seq
        self.bytes_recorded += sum(len(entry.wire) + ROW_BYTES for entry in entries)
        return self.tip

    def _seal(self, kind: Kind, contents: Sequence[Content], work: Work, descriptor: int | None) -> SpooledEntry:
        sealed = self._sealer.seal(kind, contents, boot=work.boot, clock=work.clock, descriptor=descriptor)
        readings = sum(len(content.values) for content in contents if isinstance(content, Values))
        return SpooledEntry(sealed.link.seq, kind, sealed.digest, readings, sealed.wire)

    def _notices(self, work: Work, carriers: Mapping[Event, int]) -> tuple[tuple[int, bytes], ...]:
        """Signed notices of the alarms, each with the seq of the entry that carries it."""
        if self.pending:
            return ()
        notices = []
        for t_us, alarm in work.alarms:
            seq = carriers[alarm.to_event(t_us)]
            notice = AlarmNotice(self._gateway, self.epoch, seq, work.boot, work.clock, t_us, alarm)
            notices.append((seq, notice.seal(self._key)))
        return tuple(notices)


def _portions(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events, each once, in as many entries as they need: a flood of alarms is more than one message holds."""
    portion: list[Event] = []
    size = 0
    for event in dict.fromkeys(events):
        size += len(event.body) + EVENT_BYTES
        if portion and (size > PORTION_BYTES or len(portion) >= LEAVES):
            yield portion
            portion, size = [], len(event.body) + EVENT_BYTES
        portion.append(event)
    if portion:
        yield portion


def described_by(descriptors: Sequence[ChannelDescriptor]) -> bytes:
    """A digest of what the channels are: a descriptor entry is sealed only when it changes."""
    parts = [
        descriptor.channel.to_bytes(8, "big") + hashlib.sha256(descriptor.body).digest() for descriptor in descriptors
    ]
    return hashlib.sha256(b"".join(sorted(parts))).digest()
