"""The driver for binary frames: asked one by one, or sent by the instrument itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.decoding.decode import read_exchange
from firmware_profiles.decoding.frames import scan
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema import Exchange, FrameInterface
from firmware_profiles.schema.links import SerialSettings, TcpLink
from gateway_agent.drivers.places import stream_name
from gateway_agent.drivers.stream import Found, Nothing, StreamDriver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Interface
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> FrameDriver:
    """See protocols.Build."""
    if not isinstance(interface, FrameInterface) or not isinstance(link, SerialSettings | TcpLink):
        raise TypeError(f"{interface.protocol} has no frames")
    where = stream_name(plan.settings, link)
    connection = places.alone(plan.settings, where, lambda: places.stream(plan.settings, link))
    return FrameDriver(plan, list(interface.exchanges.values()), interface.timing, interface.start, connection)


class FrameDriver(StreamDriver[Exchange]):
    """See StreamDriver. The scanner resyncs by itself, whatever it begins with."""

    def find(self, buffer: bytes, exchanges: Sequence[Exchange]) -> Found[Exchange] | Nothing:
        """See StreamDriver."""
        scans = [(scan(buffer, exchange.frame), exchange) for exchange in exchanges]
        error = next((s.error for s, _ in scans if s.error is not None), None)
        whole = [(s, exchange) for s, exchange in scans if s.frame is not None]
        if not whole:
            return Nothing(min(s.used for s, _ in scans), error)
        first, exchange = min(whole, key=lambda pair: pair[0].used)
        try:
            decoded = read_exchange(self.profile, exchange, first.frame or b"")
        except DecodeError as said:
            return Found(first.used, exchange, None, said)
        return Found(first.used, exchange, decoded, None)
