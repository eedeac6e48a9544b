"""The machine of joint rules: all parts hold at the same event time, at one kit or over the kits of a site.

At one kit the time axis is the monotonic clock of the boot, and what was read up to the end of an entry is all there is. Over
a site it is UTC, and the rule is joined up to the least of the kits' event times, so that it does not matter which kit's
data came first; a kit that lags by more than the watermark is not waited for, and what it brings later counts from then.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from alerts.engine.condition import US
from alerts.engine.facts import UTC, Change, Moment, StateError, Transition, UnitMismatch
from alerts.engine.members import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alerts.engine.facts import Plain, Readings, StateDump
    from alerts.engine.rules_levels import TogetherRule


class TogetherMachine:
    """A joint rule at one kit or site. Members are named by whoever feeds it, each as `KIT/CHANNEL`."""

    def __init__(self, rule: TogetherRule) -> None:
        """Nothing was read yet."""
        self._rule = rule
        self._over_site = rule.over == "site"
        self._delay_us, self._watermark_us = round(rule.on_delay_s * US), round(rule.watermark_s * US)
        self._members: dict[tuple[int, str], Member] = {}
        self._heard: dict[str, int] = {}
        self._expected: frozenset[str] = frozenset()
        self._boot = b""
        self._done_us: int | None = None
        self._since_us: int | None = None
        self._active: Moment | None = None
        self._lead = ""

    @property
    def rule(self) -> TogetherRule:
        """The rule that this machine applies."""
        return self._rule

    @property
    def active(self) -> Moment | None:
        """The episode that is under way, or None."""
        return self._active

    @property
    def lead(self) -> str:
        """The kit under whose name the episode stands: the first by name of those in it."""
        return self._lead

    def join(self, number: int, member: str, *, unit: str, exponent: int) -> None:
        """Let a channel take part in part `number`. Raises UnitMismatch when its unit is not the part's."""
        part = self._rule.parts[number]
        if part.unit != unit:
            raise UnitMismatch(f"rule {self._rule.id}, part {number + 1} is in {part.unit!r}, the channel in {unit!r}")
        if (number, member) not in self._members:
            self._members[number, member] = Member(part, exponent)

    def expect(self, kits: Iterable[str]) -> None:
        """Over a site: the kits that are there, each of which is waited for, up to the watermark."""
        self._expected = frozenset(kits)

    def observe(self, number: int, member: str, readings: Readings) -> None:
        """Take the next readings of a member; call `finish` once all of the entry are in."""
        shift_us = self._shift(readings.utc_offset_us)
        if shift_us is not None and len(readings.values):
            self._members[number, member].take(
                readings, shift_us, self._done_us if self._boot == readings.boot else None
            )

    def _shift(self, offset_us: int | None) -> int | None:
        return offset_us if self._over_site else 0

    def begin(self, boot: bytes, t_us: int) -> Iterator[Transition]:
        """An entry of a kit begins. At one kit another boot ends everything: its clock begins anew."""
        if self._over_site or boot == self._boot:
            return
        for (number, name), member in list(self._members.items()):
            self._members[number, name] = Member(member.part, member.exponent)
        self._boot, self._done_us, self._since_us = boot, None, None
        if self._active is not None:
            yield self._returned(Moment(boot, t_us))

    def finish(self, kit: str, t_us: int, utc_offset_us: int | None) -> Sequence[Transition]:
        """All of an entry of `kit` up to `t_us` is in: join as far as can be said."""
        shift_us = self._shift(utc_offset_us)
        if shift_us is None:
            return ()
        self._heard[kit] = max(self._heard.get(kit, t_us + shift_us), t_us + shift_us)
        newest_us = max(self._heard.values())
        if not self._over_site:
            return list(self._advance(newest_us))
        lagging_us = newest_us - self._watermark_us
        kits = self._expected | {name.rpartition("/")[0] for _, name in self._members}
        waited_us = min((self._heard.get(name, lagging_us) for name in kits), default=newest_us)
        return list(self._advance(max(waited_us, lagging_us)))

    def _advance(self, to_us: int) -> Iterator[Transition]:
        if self._done_us is not None and to_us <= self._done_us:
            return
        for member in self._members.values():
            member.expire(to_us)
        times = sorted({at_us for member in self._members.values() for at_us in member.times(to_us)})
        for at_us in times:
            yield from self._prove(at_us)
            for member in self._members.values():
                member.advance(at_us)
            yield from self._turn(at_us)
        yield from self._prove(to_us)
        self._done_us = to_us

    def _turn(self, at_us: int) -> Iterator[Transition]:
        """The parts as they are from `at_us` on."""
        if all(self._held(number) for number in range(len(self._rule.parts))):
            self._since_us = at_us if self._since_us is None else self._since_us
        else:
            self._since_us = None
            if self._active is not None:
                yield self._returned(self._moment(at_us))

    def _prove(self, by_us: int) -> Iterator[Transition]:
        """The delay has run out by then."""
        if self._active is not None or self._since_us is None or by_us - self._since_us < self._delay_us:
            return
        at = self._active = self._moment(self._since_us + self._delay_us)
        holding = [name for (_, name), member in self._members.items() if member.holds]
        self._lead = min(name.rpartition("/")[0] for name in holding)
        yield Transition(Change.RAISED, at, at, self._moment(self._since_us), detail=self._detail())

    def _returned(self, at: Moment) -> Transition:
        episode, self._active = self._active or at, None
        return Transition(Change.RETURNED, episode, at, at)

    def _moment(self, us: int) -> Moment:
        return Moment(UTC if self._over_site else self._boot, us)

    def _held(self, number: int) -> bool:
        return any(member.holds for (part, _), member in self._members.items() if part == number)

    def _detail(self) -> str:
        """The first value of each part that holds, in words."""
        texts = []
        for number, part in enumerate(self._rule.parts):
            held = [
                member
                for (n, _), member in sorted(self._members.items(), key=itemgetter(0))
                if n == number and member.holds
            ]
            value = held[0].value * 10.0 ** held[0].exponent
            texts.append(f"{part.select.quantity or number + 1} {value:g} {part.unit}")
        return "; ".join(texts)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        active = self._active
        members: Plain = {f"{number} {name}": dict(member.dump()) for (number, name), member in self._members.items()}
        return {
            "machine": "together",
            "boot": self._boot.hex(),
            "done_us": self._done_us,
            "since_us": self._since_us,
            "active": None if active is None else [active.boot.hex(), active.us],
            "lead": self._lead,
            "heard": dict(self._heard),
            "members": members,
        }

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        match state:
            case {
                "machine": "together",
                "boot": str(boot),
                "done_us": int() | None as done_us,
                "since_us": int() | None as since_us,
                "active": [str(), int()] | None as active,
                "lead": str(lead),
                "heard": dict(heard),
                "members": dict(members),
            }:
                self._boot, self._done_us, self._since_us, self._lead = bytes.fromhex(boot), done_us, since_us, lead
                self._active = None if active is None else Moment(bytes.fromhex(str(active[0])), int(str(active[1])))
                self._heard = {kit: int(str(us)) for kit, us in heard.items()}
                self._members = dict(self._member(key, value) for key, value in members.items())
            case _:
                raise StateError(f"not the state of a joint rule: {dict(state)!r}")

    def _member(self, key: str, state: object) -> tuple[tuple[int, str], Member]:
        number, _, name = key.partition(" ")
        if not isinstance(state, dict) or not number.isdecimal() or int(number) >= len(self._rule.parts):
            raise StateError(f"not a member of rule {self._rule.id}: {key!r}")
        return (int(number), name), Member.of(self._rule.parts[int(number)], state)
