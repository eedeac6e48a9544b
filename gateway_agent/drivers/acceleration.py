"""The driver for accelerometers: weighted vibration once a second, and the waveform itself around alarms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from firmware_profiles.schema.acceleration import AccelerationInterface, IioBufferLink
from gateway_agent.drivers.base import Identity, NoReading, Sample
from gateway_agent.drivers.common import DriverBase
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import AccelerometerConnection
from gateway_agent.drivers.waveform_ring import WaveformRing
from gateway_agent.transports.line import LineClosedError
from gateway_agent.transports.listening import Listener
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firmware_profiles.schema import Interface
    from firmware_profiles.schema.acceleration import AccelerationField
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from gateway_agent.drivers.vibration_meter import Second
    from gateway_agent.transports.listening import Heard
    from telemetry.strict import StrictModel

PATIENCE_S = 3.0


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> AccelerationDriver:
    """See protocols.Build."""
    connection = plan.settings.connection
    if not (isinstance(interface, AccelerationInterface) and isinstance(link, IioBufferLink)):
        raise TypeError(f"{interface.protocol} is no acceleration")
    if not isinstance(connection, AccelerometerConnection):
        raise TypeError(f"{connection!r} is no accelerometer")
    fields = {f.channel or n: f for n, f in interface.fields.items() if (f.channel or n) in plan.channels}
    where, device = connection, link

    async def opener() -> Listener[Second]:
        return _listener(plan, where, device, fields, places)

    wire: Connection[Listener[Second]] = places.alone(
        plan.settings, connection.accelerometer, lambda: Connection(where.accelerometer, opener)
    )
    return AccelerationDriver(plan, interface, device, fields, wire)


def _listener(
    plan: Plan,
    where: AccelerometerConnection,
    link: IioBufferLink,
    fields: dict[str, AccelerationField],
    places: Places,
) -> Listener[Second]:
    from gateway_agent.drivers.vibration_meter import Accelerations
    from gateway_agent.transports.iio_buffer import IioBuffer
    from gateway_agent.transports.sysfs import open_folder

    folder = open_folder(where.accelerometer, names=link.names).folder
    axes = sorted({field.axis for field in fields.values()})
    source = IioBuffer(folder, Path(where.devices) / folder.resolve().name, link.rate_hz, axes)
    wanted = sorted({(f.axis, f.weighting) for f in fields.values() if f.weighting is not None})
    worker = Accelerations(source.layout, link.rate_hz, wanted)
    return Listener(plan.settings.name, source, worker, places.clock)


class AccelerationDriver(DriverBase):
    """One accelerometer. See Driver; `sample` hands over every second since the last call, and waveform that an alarm asked for."""

    def __init__(
        self,
        plan: Plan,
        interface: AccelerationInterface,
        link: IioBufferLink,
        fields: dict[str, AccelerationField],
        connection: Connection[Listener[Second]],
    ) -> None:
        super().__init__(plan, connection)
        self._listener_of = connection
        self._interface = interface
        self._fields = fields
        self._waves = {name: field for name, field in fields.items() if field.of == "waveform"}
        self._ring = WaveformRing(link.rate_hz, interface.before_s, interface.after_s)

    def alarm(self, t_us: int) -> None:
        """An edge alarm changed at this time: seal the waveform around it, where the settings name it."""
        if self._waves:
            self._ring.alarm(t_us)

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        async with self.connection.lock:
            listener = await self._listener_of.line()
            if not self.is_identified:
                await self.identify()
            try:
                heard = await listener.take(PATIENCE_S)
            except LineClosedError as error:
                raise await self.connection.lost(error) from error
        if not heard:
            raise NoReading("timeout", f"the accelerometer {self.settings.name} gives no samples")
        self.connection.proved()
        samples = [sample for second in heard for sample in self._samples(second)]
        return [*self.vigil.watch(samples, {}), *self._waveform()]

    async def identify(self) -> Identity:
        """See Driver. The kernel shows no serial number."""
        identity = Identity(self.profile.maker, self.profile.model)
        self.identified(identity)
        return identity

    def _samples(self, heard: Heard[Second]) -> Iterator[Sample]:
        second = heard.value
        if self._waves:
            self._ring.add(second.waveform, heard.taken_us)
        for name, field in self._fields.items():
            if field.weighting is not None:
                yield self._sample(name, field, second, heard.taken_us)

    def _sample(self, name: str, field: AccelerationField, second: Second, taken_us: int) -> Sample:
        if second.still:
            return Sample(name, None, Quality.SENSOR_FAULT, taken_us)
        quality = Quality.OK if second.settled else Quality.WARMING_UP
        if second.loudest[field.axis] >= float(self._interface.overload_share):
            quality = Quality.SATURATED
        value: float = getattr(second.values[field.axis, field.weighting or ""], field.of)
        return Sample(name, self._scaled(name, value), quality, taken_us)

    def _waveform(self) -> Iterator[Sample]:
        for piece in self._ring.take():
            for name, field in self._waves.items():
                for t_us, value in zip(piece.times_us.tolist(), piece.axes[field.axis].tolist(), strict=True):
                    yield Sample(name, self._scaled(name, value), Quality.OK, t_us)

    def _scaled(self, name: str, value: float) -> int:
        return round(value / 10.0 ** self.channels[name].exponent)
