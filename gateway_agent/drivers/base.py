"""What the sampler sees of an instrument: channels, samples, and errors whose type decides the reaction.

Rules. A driver owns its connection: it opens, re-opens with back-off and identifies the instrument after every opening, so
that two equal meters that swapped their ports are found out. `sample` never repeats an old value and never invents one: it
returns what was measured now, or raises. It is bounded in time (`sample_timeout_s`), so a dead instrument delays nobody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from firmware_profiles.schema import Channel, Profile
    from gateway_agent.drivers.settings import InstrumentSettings

    Clock = Callable[[], int]


def boot_clock_us() -> int:
    """Microseconds since boot, sleep included (CLOCK_BOOTTIME): the event time of every sample."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one channel. `value` is scaled: physical = value × 10^exponent in the channel's unit.

    `value` is None where no number may be stored (a broken wire, "not ready"); the quality says why. `taken_us` is the
    driver's clock (µs since boot) when the answer had arrived, less the age the instrument itself states.
    """

    channel: str
    value: int | None
    quality: Quality
    taken_us: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What the instrument says it is; an empty text where its protocol has no word for it."""

    maker: str = ""
    model: str = ""
    serial_number: str = ""
    firmware: str = ""


class DriverError(Exception):
    """An instrument gave no reading. `kind` is a short word for records, the message is for people."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class NoReading(DriverError):  # noqa: N818  (named for what it is; every driver error is one)
    """This once: time-out, wrong checksum, busy, nothing new. Reaction: mark a communication fault, ask again next time."""


class Unreachable(DriverError):  # noqa: N818
    """The port is gone, refused or not there. The driver re-opens with back-off. Reaction: instrument lost."""


class WrongInstrument(DriverError):  # noqa: N818
    """Another instrument answers than the one configured. Its values are refused until a person has looked."""


class Misconfigured(DriverError):  # noqa: N818
    """Profile and settings do not fit together. Reaction: do not start; name the setting."""


class Driver(Protocol):
    """One instrument, driven by its profile. Call `sample` once per `period_s` from one task at a time."""

    @property
    def settings(self) -> InstrumentSettings:
        """How a person configured this instrument (name, port, serial number, dates)."""

    @property
    def profile(self) -> Profile:
        """The instrument model: maker, quantities, checks."""

    @property
    def profile_digest(self) -> bytes:
        """SHA-256 of the profile's file, for the channel descriptors."""

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels that `sample` delivers, by name, in a fixed order."""

    @property
    def period_s(self) -> float:
        """How often to sample: the settings' period, else the profile's."""

    @property
    def identity(self) -> Identity | None:
        """What the instrument said at the last opening; None while it has not been reached."""

    async def sample(self) -> Sequence[Sample]:
        """Measure now: one sample per channel. Raises a DriverError; ends within the profile's time-outs.

        More than one only from an instrument that never stops: a second of sound each, a waveform around an alarm.
        While the instrument is unreachable and its back-off runs, raises Unreachable at once without touching the line.
        """

    async def identify(self) -> Identity:
        """Ask the instrument who it is (part of every opening). Raises as `sample`."""

    async def close(self) -> None:
        """Release the line. Idempotent."""


def fault_samples(driver: Driver, taken_us: int) -> list[Sample]:
    """What stands in the record for a time without an answer: every channel, no value, *comms fault*."""
    return [Sample(name, None, Quality.COMMS_FAULT, taken_us) for name in driver.channels]
