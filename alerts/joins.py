"""The joint rules at work: per kit (in the memory of its evaluator) or per site (in a memory of their own). No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import structlog

from alerts.engine import TogetherMachine, UnitMismatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.bindings import RuleBook, RuleVersion
    from alerts.engine import Readings, StateDump, Transition
    from store.alerts_engine import DescribedChannel
    from telemetry.link import Link

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a channel sits: in the machine `key`, as `member` of part `number`."""

    key: str
    number: int
    member: str


class Joins:
    """The joint rules of one kind of scope. Machines are named RULE@VERSION/SCOPE."""

    def __init__(self, over: Literal["kit", "site"], memory: Mapping[str, StateDump]) -> None:
        """Begin with what was remembered."""
        self._over = over
        self._asleep = dict(memory)
        self._machines: dict[str, tuple[RuleVersion, TogetherMachine]] = {}
        self._seats: dict[tuple[str, int], list[_Seat]] = {}
        self._keys: dict[str, set[str]] = {}

    def bind(self, book: RuleBook, gateway: str, channel: DescribedChannel) -> None:
        """Let a channel take its seats by the rules in force."""
        seats = []
        for version, rule, number in book.joint_for_channel(gateway, channel):
            scope = gateway if self._over == "kit" else book.sites.get(gateway)
            if rule.over != self._over or scope is None:
                continue
            seat = _Seat(f"{version.key}/{self._over}{scope}", number, f"{gateway}/{channel.channel}")
            try:
                self._machine(seat.key, version).join(number, seat.member, unit=channel.unit, exponent=channel.exponent)
            except UnitMismatch as error:
                log.warning("rule_not_applicable", gateway=gateway, channel=channel.channel, reason=str(error))
                continue
            seats.append(seat)
            if self._over == "site":
                there = [kit for kit, site in book.sites.items() if site == scope]
                self._machines[seat.key][1].expect(there)
                for kit in there:
                    self._keys.setdefault(kit, set()).add(seat.key)
        self._seats[gateway, channel.channel] = seats
        self._keys.setdefault(gateway, set()).update(seat.key for seat in seats)

    def _machine(self, key: str, version: RuleVersion) -> TogetherMachine:
        if key not in self._machines:
            rule = version.rule
            assert rule.kind == "together"  # noqa: S101  (bind asks for no other)
            machine = TogetherMachine(rule)
            if key in self._asleep:
                machine.restore(self._asleep.pop(key))
            self._machines[key] = version, machine
        return self._machines[key][1]

    def wanted(self, gateway: str, channel: int) -> bool:
        """Whether the channel has a seat."""
        return bool(self._seats.get((gateway, channel)))

    def concerns(self, gateway: str) -> bool:
        """Whether the kit takes part in anything."""
        return bool(self._keys.get(gateway))

    def entry(
        self, gateway: str, link: Link, readings: Mapping[int, list[Readings]], t_us: int
    ) -> Iterator[tuple[RuleVersion, str, Transition]]:
        """All readings of an entry that ends at `t_us`, by channel: what changes, each with the kit it is named by."""
        concerned: dict[str, list[tuple[_Seat, Readings]]] = {key: [] for key in self._keys.get(gateway, ())}
        for channel, found in readings.items():
            for seat in self._seats.get((gateway, channel), ()):
                concerned[seat.key].extend((seat, part) for part in found)
        for key in sorted(concerned):
            version, machine = self._machines[key]
            for transition in machine.begin(link.boot, t_us):
                yield version, machine.lead, transition
            for seat, part in concerned[key]:
                machine.observe(seat.number, seat.member, part)
            for transition in machine.finish(gateway, t_us, link.clock.utc_offset_us):
                yield version, machine.lead, transition

    def drop(self, book: RuleBook) -> Iterator[tuple[RuleVersion, TogetherMachine]]:
        """Forget the machines whose rule version is no longer in force; gives them: what they raised cannot return."""
        in_force = {version.key for version in book.rules}
        self._seats.clear()
        self._keys.clear()
        self._asleep = {key: state for key, state in self._asleep.items() if key.partition("/")[0] in in_force}
        for key in [key for key, (version, _) in self._machines.items() if version.key not in in_force]:
            yield self._machines.pop(key)

    @property
    def any(self) -> bool:
        """Whether there are joint rules of this scope at work."""
        return bool(self._machines)

    def dump(self) -> dict[str, StateDump]:
        """The memory of every machine, those still asleep included."""
        return {**self._asleep, **{key: machine.dump() for key, (_, machine) in self._machines.items()}}
