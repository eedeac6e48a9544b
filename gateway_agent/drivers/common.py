"""What all drivers do alike: who they are, when to identify, how readings become samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firmware_profiles.decoding.conditions import hold
from gateway_agent.drivers.base import Identity, NoReading, Sample, WrongInstrument
from gateway_agent.drivers.vigil import Vigil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_profiles.decoding.results import Decoded, Raw
    from firmware_profiles.schema import Channel, Profile
    from firmware_profiles.schema.lines import LineIdentity
    from firmware_profiles.schema.modbus import Identity as IdentitySpec
    from gateway_agent.drivers.connection import Connection
    from gateway_agent.drivers.settings import InstrumentSettings


@dataclass(frozen=True, slots=True)
class Plan:
    """What a driver is built from, once settings and profile have been found to fit."""

    settings: InstrumentSettings
    profile: Profile
    digest: bytes
    """SHA-256 of the profile's file, for the channel descriptors."""
    channels: Mapping[str, Channel]


class DriverBase(ABC):
    """The unexciting half of every driver."""

    def __init__(self, plan: Plan, connection: Connection[Any]) -> None:
        self._plan = plan
        self.connection = connection
        connection.shared_by += 1
        self.vigil = Vigil(plan.profile)
        self._identity: Identity | None = None
        self._identified_generation = 0

    @property
    def settings(self) -> InstrumentSettings:
        """See Driver."""
        return self._plan.settings

    @property
    def profile(self) -> Profile:
        """See Driver."""
        return self._plan.profile

    @property
    def profile_digest(self) -> bytes:
        """See Driver."""
        return self._plan.digest

    @property
    def channels(self) -> Mapping[str, Channel]:
        """See Driver."""
        return self._plan.channels

    @property
    def period_s(self) -> float:
        """See Driver."""
        return self._plan.settings.period_s or self._plan.profile.sampling.period_s

    @property
    def identity(self) -> Identity | None:
        """See Driver."""
        return self._identity

    @abstractmethod
    async def identify(self) -> Identity:
        """See Driver."""

    @property
    def is_identified(self) -> bool:
        """Whether the instrument has said who it is since the line was opened."""
        return self._identity is not None and self._identified_generation == self.connection.generation

    async def ensure_identified(self) -> None:
        """Open the line if it is not, and identify after every opening and after a silence."""
        async with self.connection.lock:
            await self.connection.line()
        if not self.is_identified:
            await self.identify()

    def still_identified(self) -> None:
        """Raise NoReading when the line was opened anew while we asked: another instrument may have answered."""
        if not self.is_identified:
            raise NoReading("reopened", f"the line of {self.settings.name} was opened anew; it is identified first")

    def identified(self, identity: Identity) -> None:
        """Remember who answers on the line as it is open now."""
        self._identity = identity
        self._identified_generation = self.connection.generation

    def forget_identity(self) -> None:
        """Ask again before the next sample."""
        self._identity = None

    async def close(self) -> None:
        """See Driver."""
        await self.connection.close()


def to_samples(channels: Mapping[str, Channel], decoded: Decoded, taken_us: int) -> list[Sample]:
    """The readings of the channels that are recorded."""
    return [
        Sample(name, reading.scaled, reading.quality, taken_us)
        for name, reading in decoded.readings.items()
        if name in channels
    ]


def check_identity(
    profile: Profile, spec: IdentitySpec | LineIdentity, raw: Mapping[str, Raw], serial_number: str
) -> Identity:
    """Who answers, by what it said. Raises WrongInstrument."""

    def said(name: str | None) -> str:
        return str(raw[name]).strip() if name is not None and name in raw else ""

    if not hold(spec.must, raw):
        raise WrongInstrument("wrong_model", f"what answers is not a {profile.maker} {profile.model}")
    identity = Identity(profile.maker, said(spec.model) or profile.model, said(spec.serial_number), said(spec.firmware))
    if serial_number and identity.serial_number and identity.serial_number != serial_number:
        text = f"serial number {identity.serial_number} answers, {serial_number} is configured: have two been swapped?"
        raise WrongInstrument("wrong_serial_number", text)
    return identity
