"""A quantity over time: intervals with a value each. Between intervals there are gaps, and a value is never held across one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from exposure.arrays import Floats, finite, positive, same_length
from exposure.errors import EmptyInputError, MismatchedError, OutOfDomainError, UnsortedError, WrongUnitError
from exposure.gaps import GapPolicy
from exposure.result import Coverage
from exposure.timeline import OVERLAP_S, Timeline

__all__ = ["OVERLAP_S", "Series", "Timeline", "fill", "from_channels", "from_samples", "mean", "on", "together"]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Values over the intervals [start, start + duration), in seconds of monotonic time, in order and without overlap."""

    start_s: Floats
    duration_s: Floats
    value: Floats
    unit: str
    timeline: Timeline = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check everything once, so that the metrics need not."""
        object.__setattr__(self, "timeline", Timeline(self.start_s, self.duration_s))
        self._settle()

    def _settle(self) -> None:
        value = finite(self.value, "value")
        same_length(value, self.timeline.start_s, "value")
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "start_s", self.timeline.start_s)
        object.__setattr__(self, "duration_s", self.timeline.duration_s)

    @property
    def measured_s(self) -> float:
        """Time covered by values."""
        return self.timeline.measured_s

    @property
    def end_s(self) -> float:
        """End of the last interval."""
        return float(self.start_s[-1] + self.duration_s[-1])

    def with_values(self, value: ArrayLike, unit: str) -> Series:
        """Other values over the same intervals, which are not checked again."""
        return on(self.timeline, value, unit)

    def need(self, *units: str) -> None:
        """Refuse the series unless it is in one of `units` (UCUM)."""
        if self.unit not in units:
            raise WrongUnitError(f"the series is in {self.unit!r}, but {' or '.join(map(repr, units))} is needed")

    def coverage(self, expected_s: float | None = None) -> Coverage:
        """What is measured of `expected_s`, or of the span from the first start to the last end."""
        span = self.end_s - float(self.start_s[0]) if expected_s is None else positive(expected_s, "expected_s")
        return Coverage(self.measured_s, max(span, self.measured_s) if expected_s is None else span)

    def between(self, begin_s: float, end_s: float) -> Series:
        """The part inside [begin, end), intervals cut at its edges; refused if nothing lies inside."""
        first = np.maximum(self.start_s, begin_s)
        held = np.minimum(self.start_s + self.duration_s, end_s) - first
        inside = held > 0
        if not inside.any():
            raise EmptyInputError(f"nothing was measured between {begin_s} s and {end_s} s")
        return Series(first[inside], held[inside], self.value[inside], self.unit)


def on(timeline: Timeline, value: ArrayLike, unit: str) -> Series:
    """A series of values over intervals that are checked already."""
    series = object.__new__(Series)
    for name, thing in (("timeline", timeline), ("value", value), ("unit", unit)):
        object.__setattr__(series, name, thing)
    series._settle()
    return series


def together(channels: Sequence[Series]) -> tuple[Timeline, list[Floats]]:
    """The intervals that all channels of one instrument have, and the values of each in them; refused if they have none in common."""
    first = channels[0].timeline
    if all(series.timeline is first for series in channels):
        return first, [series.value for series in channels]
    starts = channels[0].start_s
    for series in channels[1:]:
        starts = np.intersect1d(starts, series.start_s)
    if not starts.size:
        raise EmptyInputError("the channels have no interval in common: they are not of one instrument")
    places = [np.searchsorted(series.start_s, starts) for series in channels]
    lengths = [series.duration_s[place] for series, place in zip(channels, places, strict=True)]
    if any((np.abs(length - lengths[0]) > OVERLAP_S).any() for length in lengths):
        raise MismatchedError("the channels have intervals of different lengths: they are not of one instrument")
    return Timeline(starts, lengths[0]), [series.value[place] for series, place in zip(channels, places, strict=True)]


def from_samples(times_s: ArrayLike, values: ArrayLike, unit: str, *, period_s: float) -> Series:
    """A series from samples that each stand for the `period_s` that follows; NaN is a gap.

    A sample that comes early shortens the one before it; one that comes late leaves a gap, never a longer sample
    (a value held across a gap would invent dose).
    """
    return from_channels(times_s, [(values, unit)], period_s=period_s)[0]


def from_channels(times_s: ArrayLike, channels: Iterable[tuple[ArrayLike, str]], *, period_s: float) -> list[Series]:
    """A series for each channel (values, unit) of an instrument that is read all at once; as `from_samples`, the times checked once."""
    times = finite(times_s, "times_s")
    steps = np.diff(times)
    if (steps <= 0).any():
        index = int(np.argmax(steps <= 0)) + 1
        raise UnsortedError(f"times_s[{index}] is {times[index]}: not after the time that precedes it")
    held = np.append(np.minimum(steps, positive(period_s, "period_s")), period_s)
    whole = Timeline(times, held)
    return [_channel(whole, np.atleast_1d(np.asarray(values, dtype=np.float64)), unit) for values, unit in channels]


def _channel(whole: Timeline, value: Floats, unit: str) -> Series:
    if value.shape != whole.start_s.shape:
        raise MismatchedError(f"values has {value.size} values where {whole.start_s.size} are expected")
    there = ~np.isnan(value)
    if there.all():
        return on(whole, value, unit)
    if not there.any():
        raise EmptyInputError("values are all missing (NaN)")
    return on(Timeline(whole.start_s[there], whole.duration_s[there]), value[there], unit)


def fill(integral: float, coverage: Coverage, gaps: GapPolicy) -> float:
    """An integral over the expected time from the one over the measured time, by what the policy says of the gap."""
    _check_needs_no_value(gaps)
    if gaps is GapPolicy.SAME_AS_MEASURED:
        return integral * coverage.expected_s / coverage.measured_s
    return integral


def mean(integral: float, coverage: Coverage, gaps: GapPolicy) -> float:
    """The mean over time: over the expected time where the gap counts as zero, else over the measured time."""
    _check_needs_no_value(gaps)
    return integral / (coverage.expected_s if gaps is GapPolicy.ZERO else coverage.measured_s)


def _check_needs_no_value(gaps: GapPolicy) -> None:
    if gaps is GapPolicy.ASSUMED:
        raise OutOfDomainError("what a gap is assumed to have been is a value: it goes through exposure.metric")
