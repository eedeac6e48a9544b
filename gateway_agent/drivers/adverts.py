"""The driver for sensors that broadcast: the newest advertisement since the last sample, with the time it was measured."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware_profiles.decoding.adverts import take_advertisement
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema.adverts import AdvertisementInterface, BleLink
from gateway_agent.drivers.base import Identity, NoReading, Unreachable
from gateway_agent.drivers.common import DriverBase, to_samples
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.settings import BleConnection
from gateway_agent.transports.ble import Advertisement, Radio, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware_profiles.schema import Interface
    from gateway_agent.drivers.base import Sample
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel

    RadioOf = Callable[[str, Sequence[BleLink], Callable[[], int]], Radio]

PATIENCE_S = 60.0
"""Sensors broadcast every few seconds; a minute of silence is a missing sensor, a full room or an empty battery."""
SAME_WITHIN_US = 2_000_000
"""The age that a sensor states is in whole seconds: two advertisements of one sample may disagree by so much."""


def bluez(adapter: str, links: Sequence[BleLink], clock: Callable[[], int]) -> Radio:
    """The radio of this machine."""
    from gateway_agent.transports.ble_bluez import BluezRadio

    return BluezRadio(adapter, links, clock)


radio_of: RadioOf = bluez
"""Where radios come from. Tests put another in its place."""


class SharedScanner:
    """The scanner of an adapter, and all that it must listen for."""

    def __init__(self, adapter: str, places: Places) -> None:
        self.links: list[BleLink] = []

        async def opener() -> Scanner:
            scanner = Scanner(radio_of(adapter, self.links, places.clock), adapter)
            await scanner.start()
            return scanner

        self.connection: Connection[Scanner] = Connection(adapter, opener)


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> AdvertDriver:
    """See protocols.Build."""
    connection = plan.settings.connection
    if not (isinstance(interface, AdvertisementInterface) and isinstance(link, BleLink)):
        raise TypeError(f"{interface.protocol} has no advertisements")
    if not isinstance(connection, BleConnection):
        raise TypeError(f"{connection!r} is not Bluetooth")
    adapter = connection.adapter
    places.alone(plan.settings, f"{adapter} {connection.ble.upper()}", object)
    shared = places.together(plan.settings, adapter, "ble", SharedScanner, lambda: SharedScanner(adapter, places))
    shared.links += [link for link in interface.links if link not in shared.links]
    return AdvertDriver(plan, interface, connection.ble, shared.connection)


class AdvertDriver(DriverBase):
    """One sensor. See Driver. An advertisement that only repeats the sample before is nothing new, and no miss."""

    def __init__(
        self, plan: Plan, interface: AdvertisementInterface, address: str, connection: Connection[Scanner]
    ) -> None:
        super().__init__(plan, connection)
        self._scanner_of = connection
        self._interface = interface
        self._address = address
        self._heard_us = 0
        self._measured_us = -SAME_WITHIN_US
        self._heard_at = 0.0

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        scanner = await self._scanner()
        newest = scanner.newest(self._address)
        if newest is None or newest.taken_us == self._heard_us:
            return self._nothing(scanner)
        self._heard_us = newest.taken_us
        self._heard_at = asyncio.get_running_loop().time()
        return self._read(newest)

    async def identify(self) -> Identity:
        """See Driver. Its address is its identity."""
        identity = Identity(self.profile.maker, self.profile.model, self._address.upper())
        self.identified(identity)
        return identity

    async def _scanner(self) -> Scanner:
        async with self.connection.lock:
            scanner = await self._scanner_of.line()
        if not self.is_identified:
            await self.identify()
            self._heard_at = asyncio.get_running_loop().time()
        return scanner

    def _read(self, heard: Advertisement) -> Sequence[Sample]:
        try:
            fields, raw = take_advertisement(self._interface, self._payload(heard))
            decoded = to_readings(self.profile, fields, raw)
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error
        age_field = self._interface.age_field
        age_s = raw.get(age_field, 0) if age_field is not None else 0
        measured_us = heard.taken_us - int(age_s) * 1_000_000
        self.connection.proved()
        if age_field is not None and measured_us - self._measured_us < SAME_WITHIN_US:
            return []
        self._measured_us = measured_us
        return self.vigil.watch(to_samples(self.channels, decoded, measured_us), raw)

    def _payload(self, heard: Advertisement) -> bytes:
        for link in self._interface.links:
            if link.company_id is not None and link.company_id in heard.companies:
                return heard.companies[link.company_id]
            if link.service_uuid is not None and link.service_uuid in heard.services:
                return heard.services[link.service_uuid]
        raise DecodeError("unsupported", f"{self._address} sends nothing that a {self.profile.model} sends")

    def _nothing(self, scanner: Scanner) -> Sequence[Sample]:
        if scanner.dead:
            raise Unreachable("radio_silent", scanner.dead)
        if asyncio.get_running_loop().time() - self._heard_at > PATIENCE_S:
            text = f"nothing from {self._address} for a minute: is it near, and is its battery good?"
            raise NoReading("timeout", text)
        return []
