"""The rules at work on one gateway's chain: opened messages in, findings out. No I/O, no clock.

One `Evaluator` per gateway. Its memory (`dump`) holds every machine by rule version and channel; a machine that no
rule wants any more is forgotten, one that a rule newly wants begins empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from alerts.engine import (
    UTC,
    ChainMachine,
    Readings,
    SilenceMachine,
    Transition,
    UnitMismatch,
    machine_for,
)
from alerts.segments import segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from alerts.bindings import RuleBook, RuleVersion
    from alerts.engine import ChainFact, Machine, Moment, StateDump
    from store.alerts_engine import DescribedChannel
    from telemetry.opened import Opened

log = structlog.get_logger(__name__)

Memory = dict[str, "StateDump"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a finding comes from: the entry and when the server received it."""

    epoch: int
    seq: int
    received: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A transition with its rule, its channel (None: the chain) and the entry that proved it."""

    gateway: str
    version: RuleVersion
    channel: DescribedChannel | None
    transition: Transition
    boot: bytes
    utc_offset_us: int | None
    receipt: Receipt

    def utc_us(self, moment: Moment) -> int | None:
        """UTC µs of a moment, None while it is not known here."""
        if moment.boot == UTC:
            return moment.us
        if self.utc_offset_us is None or moment.boot != self.boot:
            return None
        return moment.us + self.utc_offset_us


@dataclass(slots=True)
class Bound:
    """A machine at work on a channel."""

    version: RuleVersion
    channel: DescribedChannel
    machine: Machine

    @property
    def key(self) -> str:
        """Names the machine in the memory of its gateway."""
        return f"{self.version.key}/{self.channel.channel}"


class Evaluator:
    """All rules on all channels of one gateway."""

    def __init__(self, gateway: str, memory: Mapping[str, StateDump]) -> None:
        """Begin with what was remembered; machines wake when their channel is first read."""
        self.gateway = gateway
        self._asleep: Memory = dict(memory)
        self._bound: dict[int, list[Bound]] = {}
        self._chains: dict[str, ChainMachine] = {}

    def bind(self, book: RuleBook, channel: DescribedChannel) -> list[Bound]:
        """Let the rules of the book that select the channel read it. Machines of rules still in force go on.

        Gives the machines that no rule wants any more: what they had raised can no longer return by itself.
        """
        current = {bound.key: bound for bound in self._bound.get(channel.channel, [])}
        bound_now = []
        for version, rule in book.for_channel(self.gateway, channel):
            key = f"{version.key}/{channel.channel}"
            if key in current:
                bound_now.append(current.pop(key))
                continue
            try:
                machine = machine_for(rule, unit=channel.unit, exponent=channel.exponent)
            except UnitMismatch as error:
                log.warning("rule_not_applicable", gateway=self.gateway, channel=channel.channel, reason=str(error))
                continue
            if key in self._asleep:
                machine.restore(self._asleep.pop(key))
            bound_now.append(Bound(version, channel, machine))
        self._bound[channel.channel] = bound_now
        self._asleep = {key: state for key, state in self._asleep.items() if not key.endswith(f"/{channel.channel}")}
        return list(current.values())

    def rebind(self, book: RuleBook) -> list[Bound]:
        """The rules or placements have changed: bind every channel anew; gives what `bind` gives."""
        dropped = []
        for bounds in list(self._bound.values()):
            for channel in {bound.channel.channel: bound.channel for bound in bounds}.values():
                dropped += self.bind(book, channel)
        self._bound = {channel: bounds for channel, bounds in self._bound.items() if bounds}
        return dropped

    def is_bound(self, channel: int) -> bool:
        """True once `bind` has looked at the channel."""
        return channel in self._bound

    def read(
        self, opened: Opened, skip: int, channels: Mapping[int, DescribedChannel], received: datetime
    ) -> list[Finding]:
        """What the readings of a message show; its first `skip` entries were read before."""
        found: list[Finding] = []
        for columns in opened.columns:
            wanted = {
                row: self._bound[channels[channel].channel]
                for row, channel in enumerate(columns.channels)
                if channel in channels and self._bound.get(channels[channel].channel)
            }
            for number, row, readings in segments(opened.links, columns, skip, list(wanted)):
                link = opened.links[number]
                found += self._observe(wanted[row], readings, Receipt(link.epoch, link.seq, received))
        return found

    def _observe(self, bounds: list[Bound], readings: Readings, receipt: Receipt) -> Iterator[Finding]:
        for bound in bounds:
            for transition in bound.machine.observe(readings):
                yield Finding(
                    self.gateway,
                    bound.version,
                    bound.channel,
                    transition,
                    readings.boot,
                    readings.utc_offset_us,
                    receipt,
                )

    def find_fault(self, book: RuleBook, fact: ChainFact, receipt: Receipt) -> list[Finding]:
        """What a finding about the chain means to the chain rules."""
        found = []
        for version, rule in book.for_chain(self.gateway):
            key = f"{version.key}/chain{receipt.epoch}"
            if key not in self._chains:
                machine = ChainMachine(rule)
                if key in self._asleep:
                    machine.restore(self._asleep.pop(key))
                self._chains[key] = machine
            changes = self._chains[key].observe_fact(fact)
            found += [Finding(self.gateway, version, None, change, UTC, 0, receipt) for change in changes]
        return found

    def remembered_channels(self) -> set[int]:
        """The channels that machines still asleep have read: to be bound at the start, so that silence is noticed."""
        tails = (key.rpartition("/")[2] for key in self._asleep)
        return {int(tail) for tail in tails if tail.isdecimal()}

    def silent(self, now_utc_us: int) -> Iterator[tuple[Bound, Transition]]:
        """The silences that hold by now and are not proven yet (alerts.engine.silence)."""
        for bounds in self._bound.values():
            for bound in bounds:
                machine = bound.machine
                if isinstance(machine, SilenceMachine) and (transition := machine.provisional(now_utc_us)):
                    yield bound, transition

    def heard(self, rule_id: str, channel: int) -> tuple[Moment, int | None] | None:
        """For a silence rule on a channel: the episode that silence from now on would be, and UTC µs of the last sign."""
        for bound in self._bound.get(channel, []):
            machine = bound.machine
            if bound.version.rule.id == rule_id and isinstance(machine, SilenceMachine) and machine.last:
                last, offset_us = machine.last
                return machine.episode_after(last), None if offset_us is None else last.us + offset_us
        return None

    def dump(self) -> Memory:
        """The memory of every machine, those still asleep included."""
        awake = {bound.key: bound.machine.dump() for bounds in self._bound.values() for bound in bounds}
        chains = {key: machine.dump() for key, machine in self._chains.items()}
        return {**self._asleep, **awake, **chains}
