"""The driver for pulses: what was counted since the last sample, in the time that has passed since."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from firmware_profiles.decoding.pulses import take_pulses
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema.pulses import GpioLink, PulseInterface
from gateway_agent.drivers.base import Identity, NoReading
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import PulseConnection
from gateway_agent.transports.line import LineClosedError
from gateway_agent.transports.pulses import Counter, open_counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Interface
    from gateway_agent.drivers.base import Sample
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> PulseDriver:
    """See protocols.Build."""
    connection = plan.settings.connection
    if not (isinstance(interface, PulseInterface) and isinstance(link, GpioLink)):
        raise TypeError(f"{interface.protocol} has no pulses")
    if not isinstance(connection, PulseConnection):
        raise TypeError(f"{connection!r} has no pulses")
    path, line, gpio = connection.pulses, link.line if connection.line is None else connection.line, link

    async def opener() -> Counter:
        return open_counter(path, line, gpio)

    where = f"{path} line {line}"
    wire: Connection[Counter] = places.alone(plan.settings, where, lambda: Connection(where, opener))
    return PulseDriver(plan, interface, wire, places)


class PulseDriver(DriverBase):
    """One line of pulses. See Driver."""

    def __init__(self, plan: Plan, interface: PulseInterface, connection: Connection[Counter], places: Places) -> None:
        super().__init__(plan, connection)
        self._counter_of = connection
        self._interface = interface
        self._clock = places.clock
        self._before: tuple[int, int] | None = None

    async def sample(self) -> Sequence[Sample]:
        """See Driver. The first sample after an opening has nothing to tell: counting has just begun."""
        counter = await self._counter_of.line()
        if not self.is_identified:
            await self.identify()
            self._before = None
        try:
            count, now_us = counter.count(), self._clock()
        except LineClosedError as error:
            raise await self.connection.lost(error) from error
        before, self._before = self._before, (count, now_us)
        if before is None:
            return []
        size = 1 << self._interface.counter_bits
        try:
            interval_s = Decimal(now_us - before[1]) / 1_000_000
            raw = take_pulses(self._interface, before[0] % size, count % size, interval_s)
            decoded = to_readings(self.profile, self._interface.fields, raw)
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error
        self.connection.proved()
        return self.vigil.watch(to_samples(self.channels, decoded, now_us), raw)

    async def identify(self) -> Identity:
        """See Driver. Pulses say nothing of who sends them."""
        identity = Identity(self.profile.maker, self.profile.model)
        self.identified(identity)
        return identity
