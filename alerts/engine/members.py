"""Where one channel of a joint rule stands: when its part began to hold and ceased, as changes on a time axis."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.engine.condition import US
from alerts.engine.facts import StateError
from alerts.engine.quality import Use
from alerts.engine.rule_parts import Direction
from alerts.engine.scale import scaled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.facts import Plain, Readings, StateDump
    from alerts.engine.rules_levels import Part


@dataclass(slots=True)
class Member:
    """One channel in a part.

    `holds` is its state at the time up to which the rule is joined, `value` the reading that made it so; `changes` (time,
    state, value) come after.
    """

    part: Part
    exponent: int
    holds: bool = False
    last_us: int | None = None
    last_holds: bool = False
    value: int = 0
    changes: deque[tuple[int, bool, int]] = field(default_factory=deque)

    def take(self, readings: Readings, shift_us: int, done_us: int | None) -> None:
        """Note what the readings change. `shift_us` turns their times into the rule's axis; nothing goes before `done_us`."""
        uses, sign = self.part.quality.by_code, 1 if self.part.direction is Direction.AT_LEAST else -1
        on, max_age_us = scaled(self.part.set_point * sign, self.exponent), round(self.part.max_age_s * US)
        times, values = readings.times_us.tolist(), readings.values.tolist()
        start = 0
        for length, code in readings.quality_runs:
            use = uses.get(code)
            stop = start + length
            if use is Use.COUNTS or (use is Use.AT_LEAST and sign > 0):
                for t_us, value in zip(times[start:stop], values[start:stop], strict=True):
                    at_us = t_us + shift_us if done_us is None else max(t_us + shift_us, done_us)
                    self._note(at_us, value, max_age_us, holds=value * sign >= on or use is Use.AT_LEAST)
            start = stop

    def _note(self, at_us: int, value: int, max_age_us: int, *, holds: bool) -> None:
        if self.last_us is not None:
            at_us = max(at_us, self.last_us)
            if self.last_holds and at_us - self.last_us > max_age_us:
                self.changes.append((self.last_us + max_age_us, False, 0))
                self.last_holds = False
        if holds != self.last_holds:
            self.changes.append((at_us, holds, value))
        self.last_us, self.last_holds = at_us, holds

    def expire(self, up_to_us: int) -> None:
        """No reading has followed by `up_to_us`: what is too old by then does not hold."""
        expires_us = None if self.last_us is None else self.last_us + round(self.part.max_age_s * US)
        if self.last_holds and expires_us is not None and expires_us < up_to_us:
            self.changes.append((expires_us, False, 0))
            self.last_holds = False

    def times(self, up_to_us: int) -> Iterator[int]:
        """When it changes, up to that time."""
        return (at_us for at_us, _, _ in self.changes if at_us <= up_to_us)

    def advance(self, to_us: int) -> None:
        """Go on to that time."""
        while self.changes and self.changes[0][0] <= to_us:
            _, self.holds, self.value = self.changes.popleft()

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        changes: Plain = [number for at_us, holds, value in self.changes for number in (at_us, int(holds), value)]
        return {
            "exponent": self.exponent,
            "holds": self.holds,
            "last_us": self.last_us,
            "last_holds": self.last_holds,
            "value": self.value,
            "changes": changes,
        }

    @classmethod
    def of(cls, part: Part, state: Mapping[str, Plain]) -> Member:
        """The member of a dump. Raises StateError when it is none."""
        match state:
            case {
                "exponent": int(exponent),
                "holds": bool(holds),
                "last_us": int() | None as last_us,
                "last_holds": bool(last_holds),
                "value": int(value),
                "changes": list(numbers),
            } if all(isinstance(number, int) for number in numbers):
                triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
                changes = deque((int(at_us), bool(held), int(then)) for at_us, held, then in triples)  # type: ignore[call-overload]
                return cls(part, exponent, holds, last_us, last_holds, value, changes)
            case _:
                raise StateError(f"not the state of a channel of a joint rule: {dict(state)!r}")
