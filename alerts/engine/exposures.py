"""The machines of exposure rules: a limit that has been reached, and one that will be."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from alerts.engine.condition import US, Condition
from alerts.engine.facts import Moment, StateError
from alerts.engine.intervals import Interval, Intervals, part
from alerts.engine.meters import SumMeter, meter_for
from alerts.engine.stepping import ConditionMachine
from alerts.engine.window import Window
from exposure.air.stel import LEAST_COVERAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.facts import Plain, Readings, StateDump, Transition
    from alerts.engine.rules_exposure import DoseRule, Measure, StelRule, TimeToLimitRule, TwaRule, WbgtRule

LOOK_EVERY_US = 10 * US
"""How often a forecast is made, in event time: often enough for a limit hours or minutes away."""
CALM = 1.5
"""A forecast is over when the limit has gone this much further away than the rule asks."""


class _Metered(ConditionMachine):
    """What both have: intervals, a meter, and the episode."""

    name = ""

    def __init__(self, measure: Measure, exponent: int, condition: Condition) -> None:
        self._meter = meter_for(measure, exponent)
        self._intervals = Intervals(measure.period_s, measure.quality)
        self._condition = condition

    def _take(self, readings: Readings) -> Iterator[Transition]:
        for item in self._intervals.take(readings):
            if isinstance(item, Interval):
                yield from self._measured(item)
            elif (ended_us := self._meter.ended(item, readings.utc_offset_us)) is not None:
                yield from self._over(readings.boot, item, ended_us)

    @abstractmethod
    def _measured(self, interval: Interval) -> Iterator[Transition]:
        """What an interval changes."""

    def _over(self, boot: bytes, at_us: int, ended_us: int) -> Iterator[Transition]:
        """The shift is over, and with it what held in it."""
        if self._condition.active is not None:
            yield self._worded(self._condition.end(Moment(boot, at_us), Moment(boot, ended_us)))

    def _worded(self, found: Transition, *, at_least: bool = False, limit_us: int | None = None) -> Transition:
        meter = self._meter
        return replace(found, at_least=at_least, exponent=meter.exponent, unit=meter.unit, limit_us=limit_us)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {
            **self._condition.dump(self.name),
            "open": dict(self._intervals.dump()),
            "meter": dict(self._meter.dump()),
        }

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        self._condition.restore(state, self.name)
        self._intervals.restore(part(state, "open"))
        self._meter.restore(part(state, "meter"))


class ReachedMachine(_Metered):
    """A TWA, dose, STEL or WBGT rule: raised by the reading that proves the limit reached."""

    name = "reached"

    def __init__(self, rule: TwaRule | DoseRule | StelRule | WbgtRule, exponent: int) -> None:
        """`exponent` is the channel's."""
        super().__init__(rule, exponent, Condition())
        self._rule = rule

    @property
    def rule(self) -> TwaRule | DoseRule | StelRule | WbgtRule:
        """The rule that this machine applies."""
        return self._rule

    def _measured(self, interval: Interval) -> Iterator[Transition]:
        for step in self._meter.take(interval):
            if step.ended_us is not None:
                yield from self._over(interval.boot, interval.known_us, step.ended_us)
                continue
            wanted = step.reached if self._condition.active is None else step.clear
            found = self._condition.step(interval.boot, interval.known_us, wanted=wanted, severity=step.value)
            if found is not None:
                yield self._worded(found, at_least=interval.at_least)


class ForecastMachine(_Metered):
    """A time-to-limit rule: raised when the limit comes near at the present rate, with the time when it will be reached."""

    name = "forecast"

    def __init__(self, rule: TimeToLimitRule, exponent: int) -> None:
        """`exponent` is the channel's."""
        over_us = round(rule.over_s * US)
        super().__init__(rule.of, exponent, Condition(off_delay_us=over_us))
        self._rule = rule
        self._within_us = round(rule.within_s * US)
        self._recent = Window(over_us, LEAST_COVERAGE)
        self._looked: tuple[str, int] = ("", 0)

    @property
    def rule(self) -> TimeToLimitRule:
        """The rule that this machine applies."""
        return self._rule

    def _measured(self, interval: Interval) -> Iterator[Transition]:
        value = None
        for step in self._meter.take(interval):
            if step.ended_us is not None:
                yield from self._over(interval.boot, interval.known_us, step.ended_us)
            value = step.value
        boot = interval.boot.hex()
        if self._looked[0] != boot:
            self._recent.clear()
        for _ in self._recent.add(interval.begin_us, interval.end_us, self._meter.weigh(interval.value)):
            pass  # only the latest window matters
        look = boot, interval.known_us // LOOK_EVERY_US
        if look != self._looked and value is not None:
            yield from self._look(interval, value)
        self._looked = look

    def _look(self, interval: Interval, value: int) -> Iterator[Transition]:
        """Forecast from the recent mean."""
        mean = self._recent.mean()
        if mean is None:
            return
        active = self._condition.active is not None
        within_us = round(self._within_us * CALM) if active else self._within_us
        left_us = self._left_us(interval, Fraction(*mean), within_us)
        wanted = (left_us is None) if active else (left_us is not None)
        found = self._condition.step(interval.boot, interval.known_us, wanted=wanted, severity=value)
        if found is not None:
            limit_us = None if left_us is None else interval.end_us + left_us
            yield self._worded(found, at_least=interval.at_least, limit_us=limit_us)

    def _left_us(self, interval: Interval, recent: Fraction, within_us: int) -> int | None:
        left_us, meter = self._meter.time_to(recent, within_us), self._meter
        if left_us is None or not isinstance(meter, SumMeter) or interval.offset_us is None:
            return left_us
        ends_us = meter.shift_end_us
        beyond = ends_us is not None and interval.end_us + interval.offset_us + left_us >= ends_us
        return None if beyond else left_us

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {**super().dump(), "recent": dict(self._recent.dump()), "looked": list(self._looked)}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump of the same rule version. Raises StateError when it is not one."""
        super().restore(state)
        self._recent.restore(part(state, "recent"))
        match state.get("looked"):
            case [str(boot), int(look)]:
                self._looked = boot, look
            case _:
                raise StateError(f"not the state of a forecast rule: {dict(state)!r}")
