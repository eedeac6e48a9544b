"""From readings to work for the recorder: the loop's side of sealing. It journals, sounds alarms, batches, and cuts.

Order for every sample: journal, edge alarms and their outputs, batch. What `cut` returns into `waiting` is one entry or a
few of one clock state; the sealing loop hands it to the spool's thread, so that a slow disk never delays sampling.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from gateway_agent.batch import FULL_VALUES, Batch
from gateway_agent.recorder import Work
from telemetry.events import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway_agent.accounts import Accounts
    from gateway_agent.alarms import EdgeAlarms, EdgeTransition
    from gateway_agent.batch import Reading
    from gateway_agent.clock import GatewayClock
    from gateway_agent.journal import Journal, Recovered
    from gateway_agent.outputs import Output
    from gateway_agent.registry import Registry
    from telemetry.content import Event
    from telemetry.events import EventBody
    from telemetry.link import Clock

log = structlog.get_logger()

MAX_WAITING = 400_000
"""Readings that wait for a disk which takes nothing: 3.7 hours of 30 channels at 1 Hz, about 10 MB. Then the oldest are given up."""


@dataclass(slots=True)
class Cut:
    """Work for the recorder, and what to book once it is on disk."""

    work: Work
    readings: int
    last_number: int
    seq: int | None = None
    """The last entry that it became, once it is on disk; events stand in that one."""


class Collector:
    """Owns what is measured and not sealed yet."""

    def __init__(
        self,
        *,
        clock: GatewayClock,
        journal: Journal,
        accounts: Accounts,
        registry: Registry,
        alarms: EdgeAlarms,
        output: Output,
        lived_before_us: int,
    ) -> None:
        self.latest: dict[int, Reading] = {}
        self.waiting: deque[Cut] = deque()
        self.due = asyncio.Event()
        """Seal now: an alarm changed, something happened, or the batch is full."""
        self.beacon = b""
        self._clock = clock
        self._clock_state: Clock | None = None
        self._journal = journal
        self._accounts = accounts
        self._registry = registry
        self._alarms = alarms
        self._output = output
        self._batch = Batch()
        self._events: list[Event] = []
        self._transitions: list[EdgeTransition] = []
        self._describe = False
        self._lived_from_us = clock.boot_us() - lived_before_us
        self._journal_fails = False

    def start(self, clock: Clock) -> None:
        """Take over what an earlier process had not sealed, then begin with this clock state and describe the channels."""
        self._alarms.bind(self._registry.models())
        for part in self._journal.recovered():
            self._take_over(part)
        self._accounts.sampled = self._journal.number
        self._begin(clock)
        self._describe = True
        self.cut()

    def take(self, readings: Sequence[Reading]) -> None:
        """Readings that a driver has just handed over."""
        self._keep(readings)
        self._accounts.sampled = self._journal.number
        offset_us = self._clock_state.utc_offset_us if self._clock_state is not None else None
        transitions = self._alarms.observe(readings, self._clock.boot_id, offset_us)
        for transition in transitions:
            self._output.set(transition)
        self._transitions += transitions
        self._batch.add(readings)
        for reading in readings:
            self.latest[reading.channel] = reading
        if self._batch.full:
            self.cut()
        if transitions or self.waiting:
            self.due.set()

    def happened(self, body: EventBody, t_us: int | None = None) -> None:
        """Something that the record must hold; sealed at once."""
        self._events.append(body.to_event(self._clock.boot_us() if t_us is None else t_us))
        self.due.set()

    def clock_changed(self, clock: Clock) -> None:
        """From now on entries carry this clock state; what was measured before it is cut off under the old one."""
        self.cut()
        self._begin(clock)

    def channels_changed(self) -> None:
        """Instruments said who they are: what was measured before is cut off, then the channels are described anew."""
        self.cut()
        self._alarms.bind(self._registry.models())
        self._describe = True
        self.due.set()

    def described(self, work: Work) -> Work:
        """The work with what every channel is, for an epoch that does not say it yet."""
        return replace(work, descriptors=self._registry.descriptors(), channels=self._registry.table.allocations)

    def cut(self, *, heartbeat: bool = False) -> None:
        """Everything since the last cut becomes work, unless there is nothing."""
        if not (self._batch.count or self._events or self._transitions or self._describe or heartbeat):
            return
        work = self._work(self._clock.boot_id, self._clock_state_with_beacon(), self._batch, heartbeat=heartbeat)
        if self._describe:
            work = self.described(work)
        self.waiting.append(Cut(work, self._batch.count, self._journal.number))
        self._batch, self._events, self._transitions, self._describe = Batch(), [], [], False

    def lived_us(self) -> int:
        """Running time of this gateway in µs, all boots together: the only age that no clock can falsify."""
        return self._clock.boot_us() - self._lived_from_us

    def counters_for(self, cut: Cut) -> Mapping[str, int]:
        """The counters as they stand once `cut` is on disk: written with it."""
        after = replace(self._accounts, sealed=self._accounts.sealed + cut.readings, sealed_number=cut.last_number)
        return {**after.counters(), "lived_us": cut.work.lived_us}

    def done(self, cut: Cut) -> None:
        """`cut`, the first that waits, is on disk."""
        self.waiting.popleft()
        self._accounts.sealed += cut.readings
        self._accounts.sealed_number = cut.last_number
        try:
            self._journal.sealed(cut.last_number)
        except OSError as error:
            log.warning("journal_not_emptied", error=str(error))

    def give_up_oldest(self) -> None:
        """While more wait than memory may hold: give up the oldest readings, count them and say so in the record."""
        total = sum(cut.readings for cut in self.waiting)
        for cut in self.waiting:
            if total <= MAX_WAITING:
                return
            if not cut.readings:
                continue
            total -= cut.readings
            self._give_up(cut, "the disk took nothing")

    def refused(self, cut: Cut, why: str) -> None:
        """`cut` cannot be sealed, now or ever (a fault of this program): its readings are given up, which is said and counted."""
        self._give_up(cut, why)
        cut.work = replace(cut.work, events=cut.work.events[-1:], alarms=(), descriptors=())

    def _give_up(self, cut: Cut, why: str) -> None:
        log.error("readings_given_up", readings=cut.readings, why=why)
        note = Note(mark=f"gave up {cut.readings} readings: {why}"[:128]).to_event(self._clock.boot_us())
        self._accounts.given_up += cut.readings
        cut.work = replace(cut.work, readings=(), events=(*cut.work.events, note))
        cut.readings = 0

    def _take_over(self, part: Recovered) -> None:
        number = part.last_number - len(part.readings)
        for start in range(0, len(part.readings), FULL_VALUES):
            readings = part.readings[start : start + FULL_VALUES]
            number += len(readings)
            batch = Batch()
            batch.add(readings)
            self._transitions = self._alarms.observe(readings, part.boot, part.clock.utc_offset_us)
            for transition in self._transitions:
                self._output.set(transition)
            self.waiting.append(Cut(self._work(part.boot, part.clock, batch), batch.count, number))
        self._transitions = []
        log.info("readings_taken_over", readings=len(part.readings))

    def _work(self, boot: bytes, clock: Clock, batch: Batch, *, heartbeat: bool = False) -> Work:
        return Work(
            boot=boot,
            clock=clock,
            lived_us=self.lived_us(),
            readings=batch.contents(),
            events=tuple(self._events),
            alarms=tuple((transition.t_us, transition.alarm) for transition in self._transitions),
            alarm_state=self._alarms.dump() if self._alarms.any else None,
            heartbeat=heartbeat,
        )

    def _begin(self, clock: Clock) -> None:
        self._clock_state = clock
        try:
            self._journal.begin(self._clock.boot_id, clock)
        except OSError as error:
            self._journal_failed(error)

    def _keep(self, readings: Sequence[Reading]) -> None:
        try:
            self._journal.append(readings)
        except OSError as error:
            self._journal_failed(error)
        else:
            self._journal_fails = False

    def _journal_failed(self, error: OSError) -> None:
        """Measuring goes on without it; only a kill before the next seal could lose readings now."""
        if not self._journal_fails:
            log.error("journal_failed", error=str(error))
        self._journal_fails = True

    def _clock_state_with_beacon(self) -> Clock:
        if self._clock_state is None:
            raise RuntimeError("collector: start() comes first")
        return replace(self._clock_state, beacon=self.beacon)
