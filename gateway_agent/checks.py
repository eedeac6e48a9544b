"""Field checks and measurements at the kit, as rules over plain values. Pure: events and refusals come out.

- A check holds a reference against an instrument: first *as found*, untouched; after an adjustment once more, *as left*.
- While one is under way every reading of the instrument is *under check*: it enters no dose and pages nobody.
- A check that passes is the last good one. One that fails as found puts everything since the last good one in doubt: an interval,
  said in the chain; the record stays as it is.
- A legal measurement begins only when each of its instruments passed a check since the measurement before and may measure legally.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date
from statistics import median_low
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from telemetry.events import Doubt, FieldCheck, Measurement
from telemetry.quality import Quality
from telemetry.strict import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gateway_agent.batch import Reading
    from telemetry.events import EventBody

Step = Literal["as_found", "as_left"]
Use = Literal["legal", "screening"]
SETTLED_READINGS: Final = 5
"""A check takes the median of so many readings: one outlier neither passes nor fails it."""
MAX_AGE_US: Final = 30_000_000
"""Readings older than this say nothing about the reference that is held against it now."""


class CheckRefused(Exception):  # noqa: N818  (named for what it says)
    """What was asked for cannot be done now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules need of an instrument."""

    name: str
    channels: Mapping[str, int]
    exponents: Mapping[str, int]
    tolerance: Mapping[str, int | None]
    """Largest deviation that passes, scaled, by channel; None: the profile states none."""
    legal: bool
    """Whether the profile allows a legal measurement."""
    verified_until: date | None


class Moment(StrictModel):
    """A time of some boot."""

    boot: str = Field(description="hex")
    us: int


class Instrument(StrictModel):
    """What is remembered of one instrument."""

    last_good: Moment | None = Field(default=None, description="its last check that passed")
    ready: bool = Field(default=False, description="passed a check since the measurement before")


class Open(StrictModel):
    """A measurement that is under way."""

    name: str
    use: Use
    instruments: tuple[str, ...]
    begun: Moment


class Memory(StrictModel):
    """What survives a restart (care.json in the state folder)."""

    instruments: dict[str, Instrument] = Field(default_factory=dict)
    open: Open | None = None
    count: int = Field(default=0, description="measurements begun so far: their names")


@dataclass(slots=True)
class Checks:
    """The rules with their memory; `under_check` are the channels whose readings are marked now."""

    memory: Memory = field(default_factory=Memory)
    under_check: dict[int, deque[tuple[int, int]]] = field(default_factory=dict)

    def mark(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """The readings as they are sealed: those of an instrument under check say so. The usual case costs one look."""
        if not self.under_check:
            return readings
        return [self._marked(reading) for reading in readings]

    def begin(self, instrument: Checked) -> None:
        """From now on its readings are under check."""
        for channel in instrument.channels.values():
            self.under_check.setdefault(channel, deque(maxlen=SETTLED_READINGS))

    def end(self, instrument: Checked) -> None:
        """Its readings count again."""
        for channel in instrument.channels.values():
            self.under_check.pop(channel, None)

    def found(
        self, instrument: Checked, channel: str, reference: int, now: Moment, step: Step, *, device: str = ""
    ) -> list[EventBody]:
        """The reference held against a channel: the events to seal, the check first. Raises CheckRefused."""
        number = instrument.channels[channel]
        tolerance = instrument.tolerance[channel]
        if tolerance is None:
            raise CheckRefused(f"{instrument.name}: its profile states no tolerance for a field check of {channel}")
        value = self._settled(instrument.name, number, now)
        check = FieldCheck(
            channel=number, reference=reference, found=value, passed=abs(value - reference) <= tolerance,
            device=device, step=step, tolerance=tolerance,
        )  # fmt: skip
        before = self.memory.instruments.get(instrument.name, Instrument())
        events: list[EventBody] = [check]
        if check.passed:
            self._remember(instrument.name, Instrument(last_good=now, ready=True))
            return events
        if step == "as_found":
            events.append(_doubt([number], before.last_good))
        self._remember(instrument.name, before.model_copy(update={"ready": False}))
        return events

    def start(self, instruments: Iterable[Checked], use: Use, now: Moment, today: date | None) -> list[EventBody]:
        """Begin a measurement. Raises CheckRefused that names every reason; `today` None while no clock is trusted."""
        chosen = list(instruments)
        if self.memory.open is not None:
            raise CheckRefused(f"measurement {self.memory.open.name} is under way: end it first")
        reasons = [reason for one in chosen for reason in self.missing(one, use, today)]
        if not chosen:
            reasons.append("no instrument is chosen")
        if reasons:
            raise CheckRefused("; ".join(reasons))
        count = self.memory.count + 1
        opened = Open(name=f"m{count}", use=use, instruments=tuple(one.name for one in chosen), begun=now)
        self.memory = self.memory.model_copy(update={"open": opened, "count": count})
        return [Measurement(name=opened.name, begun=True, use=use, channels=_channels(chosen))]

    def stop(self, instruments: Mapping[str, Checked]) -> list[EventBody]:
        """End the measurement. The check after it is due then: its instruments are ready for no other before it."""
        opened = self.memory.open
        if opened is None:
            raise CheckRefused("no measurement is under way")
        known = {name: self.memory.instruments.get(name, Instrument()) for name in opened.instruments}
        due = {name: one.model_copy(update={"ready": False}) for name, one in known.items()}
        kept = {**self.memory.instruments, **due}
        self.memory = self.memory.model_copy(update={"open": None, "instruments": kept})
        chosen = [instruments[name] for name in opened.instruments if name in instruments]
        return [Measurement(name=opened.name, begun=False, use=opened.use, channels=_channels(chosen))]

    def missing(self, instrument: Checked, use: Use, today: date | None) -> list[str]:
        """Why an instrument cannot take part in a measurement of this use; empty: it can."""
        reasons = []
        if any(channel in self.under_check for channel in instrument.channels.values()):
            reasons.append(f"{instrument.name}: a field check is under way: end it")
        if use == "screening":
            return reasons
        if not instrument.legal:
            reasons.append(f"{instrument.name}: its profile allows screening only")
        if instrument.verified_until is None:
            reasons.append(f"{instrument.name}: no legal verification is entered (verified_until)")
        elif today is not None and today > instrument.verified_until:
            reasons.append(f"{instrument.name}: its legal verification ended on {instrument.verified_until}")
        if not self.memory.instruments.get(instrument.name, Instrument()).ready:
            reasons.append(f"{instrument.name}: no field check has passed since the last measurement: check it now")
        return reasons

    def _marked(self, reading: Reading) -> Reading:
        seen = self.under_check.get(reading.channel)
        if seen is None or not Quality.of_code(reading.quality).has_value:
            return reading
        seen.append((reading.t_us, reading.value))
        return reading._replace(quality=int(Quality.UNDER_CHECK))

    def _settled(self, name: str, channel: int, now: Moment) -> int:
        if channel not in self.under_check:
            raise CheckRefused(f"{name}: begin the check first")
        values = [value for t_us, value in self.under_check[channel] if now.us - t_us <= MAX_AGE_US]
        if len(values) < SETTLED_READINGS:
            raise CheckRefused(f"{name}: {len(values)} of {SETTLED_READINGS} readings are in: wait, or check its plug")
        return median_low(values)

    def _remember(self, name: str, instrument: Instrument) -> None:
        kept = {**self.memory.instruments, name: instrument}
        self.memory = self.memory.model_copy(update={"instruments": kept})


def _doubt(channels: list[int], since: Moment | None) -> Doubt:
    cause = "field check failed as found"
    if since is None:
        return Doubt(channels=channels, cause=cause)
    return Doubt(channels=channels, from_boot=bytes.fromhex(since.boot), from_us=since.us, cause=cause)


def _channels(instruments: Iterable[Checked]) -> list[int]:
    return sorted(channel for one in instruments for channel in one.channels.values())
