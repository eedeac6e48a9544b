"""Edge alarms: the kit's own rules over the readings it has just taken, with the same engine as the server's. Pure.

An episode is named by rule, channel and the moment it was raised, so gateway and server mean the same one by the same words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine import Action, Change, LevelRule, Readings, State, StateError, advance, machine_for
from alerts.engine.scale import scaled
from telemetry.events import Alarm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.engine import DangerRule, Machine, Transition
    from gateway_agent.batch import Reading
    from telemetry.descriptor import ChannelModel


@dataclass(frozen=True, slots=True)
class EdgeTransition:
    """One change of an edge alarm: what the record, the notice and the siren are told."""

    t_us: int
    alarm: Alarm


class EdgeAlarms:
    """All rules of the kit on all channels they are for."""

    def __init__(self, rules: Sequence[LevelRule | DangerRule], gateway: str) -> None:
        self._rules = [rule for rule in rules if rule.select.gateway in (None, gateway)]
        self._machines: dict[int, list[tuple[Machine, Alarm]]] = {}
        self._saved: dict[str, dict[str, int | str | bool | None]] = {}

    def bind(self, channels: Mapping[int, ChannelModel]) -> None:
        """Put the rules on channels that are new. Raises UnitMismatch when a set-point is in another unit."""
        for number, model in channels.items():
            if number in self._machines:
                continue
            machines = [
                (self._machine(rule, number, model), _template(rule, number, model))
                for rule in self._rules
                if _selects(rule, number, model)
            ]
            self._machines[number] = machines

    def observe(self, readings: Iterable[Reading], boot: bytes, utc_offset_us: int | None) -> list[EdgeTransition]:
        """Readings in the order they were taken; what changed."""
        changed: list[EdgeTransition] = []
        for reading in readings:
            machines = self._machines.get(reading.channel)
            if not machines:
                continue
            single = Readings.single(boot, reading.t_us, reading.value, reading.quality, utc_offset_us)
            for machine, template in machines:
                changed += [_told(transition, template, machine) for transition in machine.observe(single)]
        return changed

    @property
    def any(self) -> bool:
        """Whether there are rules at all."""
        return bool(self._rules)

    @property
    def active(self) -> int:
        """How many alarms hold now."""
        return sum(machine.active is not None for machines in self._machines.values() for machine, _ in machines)

    def dump(self) -> bytes:
        """The memory of every machine: saved with the entry that holds the readings it has seen."""
        states = {
            _key(machine.rule.id, number): machine.dump()
            for number, machines in self._machines.items()
            for machine, _ in machines
        }
        return json.dumps({**self._saved, **states}, separators=(",", ":")).encode()

    def load(self, saved: bytes) -> None:
        """Continue from a dump; call before `bind`. State of rules that are gone or were changed in kind is not used."""
        self._saved = json.loads(saved)

    def _machine(self, rule: LevelRule | DangerRule, number: int, model: ChannelModel) -> Machine:
        machine = machine_for(rule, unit=model.unit, exponent=model.exponent)
        state = self._saved.pop(_key(rule.id, number), None)
        if state is not None:
            try:
                machine.restore(state)
            except StateError:
                return machine_for(rule, unit=model.unit, exponent=model.exponent)
        return machine


def _key(rule: str, channel: int) -> str:
    return f"{rule}:{channel}"


def _selects(rule: LevelRule | DangerRule, number: int, model: ChannelModel) -> bool:
    select = rule.select
    return select.channel in (None, number) and select.quantity in (None, model.quantity)


def _template(rule: LevelRule | DangerRule, number: int, model: ChannelModel) -> Alarm:
    return Alarm(
        rule=rule.id,
        episode="",
        transition=0,
        state="",
        priority=rule.priority.value,
        channel=number,
        limit=scaled(rule.set_point, model.exponent),
    )


def _told(transition: Transition, template: Alarm, machine: Machine) -> EdgeTransition:
    state = advance(machine.rule.cycle, State.NORMAL, Action.RAISE)
    if transition.change is Change.RETURNED:
        state = advance(machine.rule.cycle, state, Action.RETURN)
    episode = transition.episode
    alarm = template.model_copy(
        update={
            "episode": f"{template.rule}:{template.channel}:{episode.boot.hex()}:{episode.us}",
            "transition": 0 if transition.change is Change.RAISED else 1,
            "state": state.value,
            "value": transition.value,
        }
    )
    return EdgeTransition(transition.at.us, alarm)
