"""The driver for microphones: a sound level meter in the kit. Levels leave it; no sound is kept or sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firmware_profiles.schema.sound import AlsaLink, SoundInterface
from gateway_agent.drivers.base import Identity, NoReading, Sample
from gateway_agent.drivers.common import DriverBase
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import SoundConnection
from gateway_agent.transports.line import LineClosedError
from gateway_agent.transports.listening import Listener
from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware_profiles.schema import Interface
    from firmware_profiles.schema.sound import SoundField
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from gateway_agent.drivers.sound_meter import Block
    from gateway_agent.transports.capture import Capture
    from gateway_agent.transports.listening import Heard
    from telemetry.strict import StrictModel

    CaptureOf = Callable[[str, AlsaLink], Capture]

BLOCK_S = 1
"""LAeq,1s: one reading a second, whatever the sampling period; more blocks than one are handed over when they are there."""
PATIENCE_S = 3.0


def alsa(device: str, link: AlsaLink) -> Capture:
    """The sound card of this machine. Raises LineClosedError."""
    from gateway_agent.transports.capture import AlsaCapture

    return AlsaCapture(device, link)


capture_of: CaptureOf = alsa
"""Where captures come from. Tests put another in its place, and feed tones."""


class Blocks:
    """See listening.Source: a capture, a second at a time."""

    def __init__(self, capture: Capture, link: AlsaLink) -> None:
        self._capture = capture
        self._frames = link.rate_hz * BLOCK_S

    def read_block(self) -> bytes:
        """See Source."""
        return self._capture.read(self._frames)

    def stop(self) -> None:
        """See Source. A sound card gives its second, or its error, in time."""

    def close(self) -> None:
        """See Source."""
        self._capture.close()


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> SoundDriver:
    """See protocols.Build."""
    connection = plan.settings.connection
    if not (isinstance(interface, SoundInterface) and isinstance(link, AlsaLink)):
        raise TypeError(f"{interface.protocol} is no sound")
    if not isinstance(connection, SoundConnection):
        raise TypeError(f"{connection!r} is no sound card")
    fields = {f.channel or n: f for n, f in interface.fields.items() if (f.channel or n) in plan.channels}
    bands = sorted(f.band for f in fields.values() if f.band is not None)
    own = connection.sensitivity_dbfs
    sensitivity = float(interface.sensitivity_dbfs) if own is None else own
    device, card = connection.alsa, link

    async def opener() -> Listener[Block]:
        from gateway_agent.drivers.sound_meter import MicrophoneMeter

        worker = MicrophoneMeter(interface, sensitivity, bands)
        return Listener(plan.settings.name, Blocks(capture_of(device, card), card), worker, places.clock)

    wire: Connection[Listener[Block]] = places.alone(plan.settings, device, lambda: Connection(device, opener))
    return SoundDriver(plan, interface, fields, wire)


class SoundDriver(DriverBase):
    """One microphone. See Driver; `sample` hands over every second that has passed since the last call."""

    def __init__(
        self,
        plan: Plan,
        interface: SoundInterface,
        fields: dict[str, SoundField],
        connection: Connection[Listener[Block]],
    ) -> None:
        super().__init__(plan, connection)
        self._listener_of = connection
        self._interface = interface
        self._fields = fields

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
            raise NoReading("timeout", f"the sound card of {self.settings.name} gives no samples")
        self.connection.proved()
        return [sample for block in heard for sample in self._samples(block)]

    async def identify(self) -> Identity:
        """See Driver. A microphone has no word for who it is."""
        identity = Identity(self.profile.maker, self.profile.model)
        self.identified(identity)
        return identity

    def _samples(self, heard: Heard[Block]) -> list[Sample]:
        samples = [self._sample(name, field, heard.value, heard.taken_us) for name, field in self._fields.items()]
        return self.vigil.watch(samples, {})

    def _sample(self, name: str, field: SoundField, block: Block, taken_us: int) -> Sample:
        if field.of == "sample":
            return Sample(name, block.first, Quality.OK, taken_us)
        if block.still:
            return Sample(name, None, Quality.SENSOR_FAULT, taken_us)
        level = _level(field, block)
        floor = self._interface.floor_db
        if not math.isfinite(level) or (field.of != "band" and floor is not None and level <= floor):
            return Sample(name, None, Quality.OUT_OF_RANGE, taken_us)
        quality = Quality.OK if block.settled else Quality.WARMING_UP
        if block.loudest >= float(self._interface.overload_share):
            quality = Quality.SATURATED
        return Sample(name, round(level / 10.0 ** self.channels[name].exponent), quality, taken_us)


def _level(field: SoundField, block: Block) -> float:
    levels = block.levels
    if field.band is not None:
        return block.bands[field.band]
    if field.of == "leq":
        return {"A": levels.laeq, "C": levels.lceq, "Z": levels.lzeq}[field.weighting]
    others = {
        "peak": levels.lc_peak,
        "fast_max": levels.laf_max,
        "slow_max": levels.las_max,
        "slow_min": levels.las_min,
    }
    return others[field.of]
