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
    ClockFact,
    ClockMachine,
    DueMachine,
    Readings,
    SilenceMachine,
    Transition,
    UnitMismatch,
    machine_for,
)
from alerts.joins import Joins
from alerts.segments import ends_of, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from alerts.bindings import RuleBook, RuleVersion
    from alerts.engine import ChainFact, Machine, Moment, StateDump
    from store.alerts_engine import DescribedChannel
    from telemetry.link import Link
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
class Check:
    """A field check of a channel (the kit's own number), sealed in entry `number` of the message."""

    number: int
    gateway_channel: int
    utc_us: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A transition with its rule, its channel (None: the kit, or several channels) and the entry that proved it."""

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


@dataclass(frozen=True, slots=True)
class Ended:
    """An episode of a whole kit whose rule is no longer in force: nothing will say that its condition has gone."""

    gateway: str
    rule: str
    episode: Moment


class _Joint:
    """The readings of each entry that joint rules want, by channel."""

    def __init__(self) -> None:
        self._by_entry: dict[int, dict[int, list[Readings]]] = {}

    def add(self, number: int, channel: int, readings: Readings) -> None:
        self._by_entry.setdefault(number, {}).setdefault(channel, []).append(readings)

    def of(self, number: int) -> Mapping[int, list[Readings]]:
        return self._by_entry.get(number, {})


class Evaluator:
    """All rules on all channels of one gateway."""

    def __init__(self, gateway: str, memory: Mapping[str, StateDump]) -> None:
        """Begin with what was remembered; machines wake when their channel is first read."""
        self.gateway = gateway
        joint = {key: state for key, state in memory.items() if state.get("machine") == "together"}
        self._asleep: Memory = {key: state for key, state in memory.items() if key not in joint}
        self._bound: dict[int, list[Bound]] = {}
        self._chains: dict[str, ChainMachine] = {}
        self._clocks: dict[str, tuple[RuleVersion, ClockMachine]] | None = None
        self._joins = Joins("kit", joint)
        self.ended: list[Ended] = []
        """Episodes that the last `rebind` left without a rule."""

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
        self._joins.bind(book, self.gateway, channel)
        self._asleep = {key: state for key, state in self._asleep.items() if not key.endswith(f"/{channel.channel}")}
        return list(current.values())

    def rebind(self, book: RuleBook) -> list[Bound]:
        """The rules or placements have changed: bind every channel anew; gives what `bind` gives."""
        dropped = []
        self.ended = [
            Ended(machine.lead or self.gateway, version.rule.id, machine.active)
            for version, machine in self._joins.drop(book)
            if machine.active is not None
        ]
        if self._clocks is not None:
            gone = set(self._clocks) - {f"{version.key}/clock" for version, _ in book.for_clock(self.gateway)}
            for version, clock in (self._clocks[key] for key in gone):
                if clock.active is not None:
                    self.ended.append(Ended(self.gateway, version.rule.id, clock.active))
            self.bind_clocks(book)
        for bounds in list(self._bound.values()):
            for channel in {bound.channel.channel: bound.channel for bound in bounds}.values():
                dropped += self.bind(book, channel)
        self._bound = {channel: bounds for channel, bounds in self._bound.items() if bounds}
        return dropped

    def is_bound(self, channel: int) -> bool:
        """True once `bind` has looked at the channel."""
        return channel in self._bound

    def read(
        self,
        opened: Opened,
        skip: int,
        channels: Mapping[int, DescribedChannel],
        received: datetime,
        *,
        checks: Sequence[Check] = (),
        sites: Joins | None = None,
    ) -> list[Finding]:
        """What the readings of a message show; its first `skip` entries were read before.

        `channels` by the kit's own number; `sites`: the joint rules over several kits.
        """
        joins = [join for join in (self._joins, sites) if join is not None and join.concerns(self.gateway)]
        waiting, joint = list(checks), _Joint()
        found: list[Finding] = []
        for columns in opened.columns:
            rows = {row: channels[kit] for row, kit in enumerate(columns.channels) if kit in channels}
            wanted = {row: channel for row, channel in rows.items() if self._reads(channel.channel, joins)}
            for number, row, readings in segments(opened.links, columns, skip, list(wanted)):
                link, channel = opened.links[number], wanted[row]
                waiting = self._tell_checks(waiting, channels, number)
                bounds = self._described(channel)
                found += self._observe(bounds, readings, Receipt(link.epoch, link.seq, received))
                if joins:
                    joint.add(number, channel.channel, readings)
        self._tell_checks(waiting, channels, len(opened.links))
        if joins or self._clocks:
            for number, t_us in ends_of(opened, skip).items():
                receipt = Receipt(opened.links[number].epoch, opened.links[number].seq, received)
                found += self._end_entry(opened.links[number], t_us, joint.of(number), joins, receipt)
        return found

    def _reads(self, channel: int, joins: Sequence[Joins]) -> bool:
        return bool(self._bound.get(channel)) or any(join.wanted(self.gateway, channel) for join in joins)

    def _described(self, channel: DescribedChannel) -> list[Bound]:
        """The machines of a channel; those about dates know what its descriptor says now."""
        bounds = self._bound.get(channel.channel, [])
        for bound in bounds:
            if isinstance(bound.machine, DueMachine):
                of = bound.machine.rule.of
                bound.machine.described(
                    channel.verified_until_us if of == "verification" else channel.calibrated_until_us
                )
        return bounds

    def _tell_checks(self, checks: list[Check], channels: Mapping[int, DescribedChannel], before: int) -> list[Check]:
        """Tell the checks that were sealed up to entry `before`; those that come after."""
        if not checks:
            return checks
        for check in checks:
            channel = channels.get(check.gateway_channel)
            if check.number <= before and channel is not None:
                for bound in self._bound.get(channel.channel, ()):
                    if isinstance(bound.machine, DueMachine):
                        bound.machine.checked(check.utc_us, passed=check.passed)
        return [check for check in checks if check.number > before]

    def _end_entry(
        self, link: Link, t_us: int, joint: Mapping[int, list[Readings]], joins: Sequence[Joins], receipt: Receipt
    ) -> Iterator[Finding]:
        """What an entry shows as a whole: its clock, and several channels together."""
        clock = link.clock
        fact = ClockFact(link.boot, t_us, clock.utc_offset_us, clock.bound_us)
        for version, machine in (self._clocks or {}).values():
            for change in machine.observe_clock(fact):
                yield Finding(self.gateway, version, None, change, link.boot, clock.utc_offset_us, receipt)
        for join in joins:
            for version, lead, change in join.entry(self.gateway, link, joint, t_us):
                yield Finding(lead or self.gateway, version, None, change, link.boot, clock.utc_offset_us, receipt)

    def bind_clocks(self, book: RuleBook) -> None:
        """Let the clock rules of the book hear this kit's clock. Machines of rules still in force go on."""
        current, self._clocks = self._clocks or {}, {}
        for version, rule in book.for_clock(self.gateway):
            key = f"{version.key}/clock"
            machine = current[key][1] if key in current else ClockMachine(rule)
            if key in self._asleep:
                machine.restore(self._asleep.pop(key))
            self._clocks[key] = version, machine

    @property
    def has_clocks(self) -> bool:
        """True once `bind_clocks` was called."""
        return self._clocks is not None

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
        clocks = {key: machine.dump() for key, (_, machine) in (self._clocks or {}).items()}
        return {**self._asleep, **awake, **chains, **clocks, **self._joins.dump()}
