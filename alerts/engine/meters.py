"""What exposure rules measure: the sum of a shift (TWA, dose), or the mean of a sliding window (STEL, WBGT).

A meter takes intervals and says after each how far the exposure has come. Rates and sums are those of `exposure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, cast

from alerts.engine.condition import US
from alerts.engine.facts import StateError
from alerts.engine.intervals import part
from alerts.engine.rules_exposure import Dose, Twa
from alerts.engine.scale import exactly
from alerts.engine.window import Window
from exposure.noise.dose import DoseRule, rate_per_h
from exposure.streaming import Integral, restore_integral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from alerts.engine.facts import Plain, StateDump
    from alerts.engine.intervals import Interval
    from alerts.engine.rules_exposure import Stel, Wbgt
    from exposure.streaming import State

ROUNDING = 1e-9
"""A sum of floats may fall short of a set-point that it equals by so much of it."""
FINER = 10
"""A mean or a sum is shown with one digit more than the channel has."""
WEIGHT = 2**40
"""One percent of dose per hour as an integer weight, so that a recent mean is exact."""
MOST_VALUES = 8192
"""Rates remembered by scaled value; noise in 0.1 dB has about 1,000."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far the exposure has come. `ended_us`: instead, the shift ended then (µs of the interval's boot)."""

    reached: bool = False
    clear: bool = False
    value: int | None = None
    ended_us: int | None = None


class Meter(Protocol):
    """One measure of exposure on one channel."""

    exponent: int
    unit: str

    def take(self, interval: Interval) -> Iterator[Step]:
        """Take the next interval."""
        ...

    def ended(self, t_us: int, offset_us: int | None) -> int | None:
        """A reading was taken at `t_us`: when the shift that was under way ended (µs), if it has."""
        ...

    def weigh(self, value: int) -> int:
        """What a scaled value counts for in a recent mean."""
        ...

    def time_to(self, recent: Fraction, within_us: int) -> int | None:
        """µs until the limit is reached if the recent mean goes on; None: not within `within_us`, or not in this shift."""
        ...

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        ...

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump. Raises StateError when it is none."""
        ...


class SumMeter:
    """The sum of a shift. It begins anew with every shift and knows no gap: what was not measured is not in it.

    While the kit does not know UTC its readings belong to the shift under way; a sum that began so is kept once UTC is
    known if it began within the shift, and is otherwise begun anew.
    """

    def __init__(self, measure: Twa | Dose, exponent: int) -> None:
        """`exponent` is the channel's."""
        self._measure = measure
        self._rate = _remembering(_rate_of(measure, exponent))
        self._limit = float(measure.set_point)
        self.exponent, self.unit = (-1, "%") if isinstance(measure, Dose) else (exponent - 1, measure.unit)
        self._integral = Integral(self._rate)
        self._shift: tuple[int, int] | None = None
        self._began: tuple[str, int] | None = None

    def take(self, interval: Interval) -> Iterator[Step]:
        """Take the next interval, cut where a shift ends or begins."""
        for begin_us, end_us, shift in self._pieces(interval):
            if shift is not None and shift != self._shift:
                known, self._shift = self._shift, shift
                if known is not None or not self._began_within(interval, shift):
                    self._begin()
                    yield Step(ended_us=begin_us)
            self._began = self._began or (interval.boot.hex(), begin_us)
            start_s = self._integral.end_s if self._integral.measured_s else 0.0
            self._integral.add(start_s, (end_us - begin_us) / US, interval.value)
            total = self._integral.total
            yield Step(total >= self._limit * (1 - ROUNDING), clear=False, value=self._shown(total))

    def ended(self, t_us: int, offset_us: int | None) -> int | None:
        """When the shift under way ended, once."""
        if offset_us is None or self._shift is None or t_us + offset_us < self._shift[1]:
            return None
        ended_us = self._shift[1] - offset_us
        self._shift = None
        self._begin()
        return ended_us

    def _pieces(self, interval: Interval) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
        """The parts of an interval that lie in a shift."""
        offset_us, begin_us = interval.offset_us, interval.begin_us
        if offset_us is None:
            yield begin_us, interval.end_us, None
            return
        while begin_us < interval.end_us:
            shift = self._shift
            if shift is None or not shift[0] <= begin_us + offset_us < shift[1]:
                shift = self._measure.shift.at(begin_us + offset_us)
            first_us = max(begin_us, shift[0] - offset_us)
            stop_us = min(interval.end_us, shift[1] - offset_us)
            if first_us < stop_us:
                yield first_us, stop_us, shift
            begin_us = shift[1] - offset_us

    def _began_within(self, interval: Interval, shift: tuple[int, int]) -> bool:
        if self._began is None or interval.offset_us is None:
            return self._began is None
        boot, us = self._began
        return boot == interval.boot.hex() and us + interval.offset_us >= shift[0]

    def _begin(self) -> None:
        self._integral = Integral(self._rate)
        self._began = None

    def _shown(self, total: float) -> int:
        return int(total * 10.0**-self.exponent * (1 + ROUNDING))

    def weigh(self, value: int) -> int:
        """The rate as an integer weight."""
        return round(self._rate(value) * WEIGHT)

    def time_to(self, recent: Fraction, within_us: int) -> int | None:
        """The rest of what the limit allows over the recent rate, within the shift."""
        left = self._limit * (1 - ROUNDING) - self._integral.total
        if left <= 0:
            return 0
        rate = float(recent) / WEIGHT
        if rate <= 0 or left / rate * US > within_us:
            return None
        return int(left / rate * US)

    @property
    def shift_end_us(self) -> int | None:
        """UTC µs at which the shift ends, where it is known."""
        return None if self._shift is None else self._shift[1]

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        integral: Plain = dict(self._integral.state()) if self._integral.measured_s else None
        began: Plain = list(self._began) if self._began else None
        return {"integral": integral, "shift": list(self._shift) if self._shift else None, "began": began}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump. Raises StateError when it is none."""
        match state:
            case {
                "integral": dict() | None as integral,
                "shift": [int(), int()] | None as shift,
                "began": [str(), int()] | None as began,
            }:
                self._integral = Integral(self._rate)
                if integral:
                    self._integral = restore_integral(cast("State", integral), self._rate)
                self._shift = cast("tuple[int, int]", tuple(shift)) if shift else None
                self._began = cast("tuple[str, int]", tuple(began)) if began else None
            case _:
                raise StateError(f"not the state of a sum over a shift: {dict(state)!r}")


class MeanMeter:
    """The mean of a sliding window. It runs on over a restart where UTC is known on both sides, and begins anew otherwise."""

    def __init__(self, measure: Stel | Wbgt, exponent: int) -> None:
        """`exponent` is the channel's."""
        self.exponent, self.unit = exponent - 1, measure.unit
        self._on, self._off = (exactly(at, exponent) for at in (measure.set_point, _off(measure)))
        self._window = Window(round(measure.window_s * US), measure.least_coverage)
        self._boot, self._base_us, self._dated = "", 0, False

    def take(self, interval: Interval) -> Iterator[Step]:
        """Take the next interval; nothing while no window is measured enough."""
        shift_us = self._base(interval)
        begin_us, end_us = interval.begin_us + shift_us, interval.end_us + shift_us
        if self._window.end_us is not None and begin_us < self._window.end_us:
            self._window.clear()
        windows = list(self._window.add(begin_us, end_us, interval.value))
        if not windows:
            return
        worst_area, worst_us = max(windows, key=lambda found: Fraction(*found)) if len(windows) > 1 else windows[0]
        area, measured_us = windows[-1]
        yield Step(
            reached=worst_area * self._on.denominator >= self._on.numerator * worst_us,
            clear=area * self._off.denominator < self._off.numerator * measured_us,
            value=worst_area * FINER // worst_us,
        )

    def _base(self, interval: Interval) -> int:
        """What turns the interval's µs into the axis of the window: fixed for a boot, so that no clock step is seen."""
        if interval.boot.hex() != self._boot:
            dated = interval.offset_us is not None
            if not (self._dated and dated):
                self._window.clear()
            self._boot, self._base_us, self._dated = interval.boot.hex(), interval.offset_us or 0, dated
        return self._base_us

    def ended(self, t_us: int, offset_us: int | None) -> int | None:
        """Never: a window slides from shift to shift."""
        _ = t_us, offset_us
        return None

    def weigh(self, value: int) -> int:
        """The value itself."""
        return value

    def time_to(self, recent: Fraction, within_us: int) -> int | None:
        """By the window as it will lose what is oldest in it."""
        return self._window.time_to(self._on, recent, within_us)

    def dump(self) -> StateDump:
        """The whole memory as plain values."""
        return {"boot": self._boot, "base_us": self._base_us, "dated": self._dated, "window": dict(self._window.dump())}

    def restore(self, state: Mapping[str, Plain]) -> None:
        """Continue from a dump. Raises StateError when it is none."""
        match state:
            case {"boot": str(boot), "base_us": int(base_us), "dated": bool(dated)}:
                self._boot, self._base_us, self._dated = boot, base_us, dated
                self._window.restore(part(state, "window"))
            case _:
                raise StateError(f"not the state of a mean: {dict(state)!r}")


def meter_for(measure: Twa | Dose | Stel | Wbgt, exponent: int) -> SumMeter | MeanMeter:
    """The meter of a measure on a channel."""
    if isinstance(measure, Twa | Dose):
        return SumMeter(measure, exponent)
    return MeanMeter(measure, exponent)


def _off(measure: Stel | Wbgt) -> Decimal:
    return measure.set_point - measure.hysteresis


def _rate_of(measure: Twa | Dose, exponent: int) -> Callable[[float], float]:
    """Scaled value → what it adds in a second: percent of dose, or its share of the TWA."""
    if isinstance(measure, Dose):
        rule = DoseRule(
            "rule", "", measure.criterion_db, measure.exchange_db, measure.threshold_db, measure.criterion_h
        )
        return lambda value: float(rate_per_h(_physical(value, exponent), rule)[0]) / 3600.0
    base_s = measure.base_h * 3600.0
    return lambda value: _physical(value, exponent) / base_s


def _physical(value: float, exponent: int) -> float:
    """The nearest float of value × 10^exponent."""
    return value / 10.0**-exponent if exponent < 0 else value * 10.0**exponent


def _remembering(rate: Callable[[float], float]) -> Callable[[float], float]:
    """The same function with a memory: a channel has few distinct values."""
    known: dict[float, float] = {}

    def remembered(value: float) -> float:
        if (found := known.get(value)) is None:
            if len(known) >= MOST_VALUES:
                known.clear()
            found = known[value] = rate(value)
        return found

    return remembered
