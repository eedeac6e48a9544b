"""The Modbus driver: reads the profile's blocks over a bus that it may share with others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware_profiles.decoding.modbus import read_pdu
from firmware_profiles.decoding.readings import to_readings
from firmware_profiles.decoding.registers import take_registers
from firmware_profiles.decoding.results import DecodeError
from firmware_profiles.schema import Block, ModbusInterface
from firmware_profiles.schema.links import SerialSettings, TcpLink
from gateway_agent.drivers.base import Identity, NoReading, Sample
from gateway_agent.drivers.common import DriverBase, check_identity, to_samples
from gateway_agent.drivers.modbus_bus import ModbusBus
from gateway_agent.drivers.places import line_settings, stream_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Interface, RegisterField
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel


def build(plan: Plan, interface: Interface, link: StrictModel, places: Places) -> ModbusDriver:
    """See protocols.Build: a slave on the bus that its line is, shared with the others there."""
    if not isinstance(interface, ModbusInterface) or not isinstance(link, SerialSettings | TcpLink):
        raise TypeError(f"{interface.protocol} is not Modbus")
    settings = plan.settings
    form = next(found.kind for found in interface.links if found == link)
    where = stream_name(settings, link)
    unit = interface.unit if settings.address is None else settings.address
    places.claim(settings, where, unit)
    wanted = (line_settings(settings, link), form)
    bus = places.together(settings, where, wanted, ModbusBus, lambda: ModbusBus(places.stream(settings, link), form))
    return ModbusDriver(plan, interface, bus)


MISSES_BEFORE_REST = 3
FIRST_REST_S = 2.0
LONGEST_REST_S = 30.0
"""A slave that is dead, or answers rubbish, is asked this rarely on a shared line: every vain request costs the others its time-out."""


class ModbusDriver(DriverBase):
    """One slave. See Driver."""

    def __init__(self, plan: Plan, interface: ModbusInterface, bus: ModbusBus) -> None:
        super().__init__(plan, bus.connection)
        self._interface = interface
        self._bus = bus
        self._unit = interface.unit if plan.settings.address is None else plan.settings.address
        self._blocks = [*interface.blocks, *_further_blocks(plan, interface)]
        self._misses = 0
        self._rest_until = 0.0

    async def sample(self) -> Sequence[Sample]:
        """See Driver."""
        self._resting()
        await self.ensure_identified()
        raw, taken_us = await self._read(self._blocks)
        self.still_identified()
        try:
            decoded = to_readings(self.profile, self._interface.fields, raw)
        except DecodeError as error:
            raise NoReading(error.kind, str(error)) from error
        return self.vigil.watch(to_samples(self.channels, decoded, taken_us), decoded.raw)

    async def identify(self) -> Identity:
        """See Driver. A profile without identity registers is identified by its first answer alone."""
        spec = self._interface.identity
        if spec is None:
            await self._read(self._interface.blocks[:1])
            identity = Identity(maker=self.profile.maker, model=self.profile.model)
        else:
            raw, _ = await self._read(spec.blocks or self._interface.blocks)
            identity = check_identity(self.profile, spec, raw, self.settings.serial_number)
        self.identified(identity)
        return identity

    async def registers(self, block: Block) -> bytes:
        """What stands in a block, byte for byte: for commissioning. Raises as `sample`."""
        reply, _ = await self._bus.ask(
            self._unit, read_pdu(block.function, block.address, block.count), self._interface.timing
        )
        return reply.data

    async def _read(self, blocks: Sequence[Block]) -> tuple[dict[str, Raw], int]:
        raw: dict[str, Raw] = {}
        taken_us = 0
        for block in blocks:
            pdu = read_pdu(block.function, block.address, block.count)
            try:
                reply, taken_us = await self._bus.ask(self._unit, pdu, self._interface.timing)
            except NoReading as error:
                self._missed(error)
                raise
            self._misses = 0
            raw |= take_registers(self._interface.fields, block.function, block.address, reply.data, block.count)
        return raw, taken_us

    def _missed(self, error: NoReading) -> None:
        if error.kind.startswith("modbus_exception"):  # it lives, and said no at once
            self._misses = 0
            return
        self._misses += 1
        if error.kind == "timeout":
            self.forget_identity()  # what comes back after a silence may be another instrument
        if self._misses >= MISSES_BEFORE_REST and self.connection.shared_by > 1:
            rest_s = min(FIRST_REST_S * 2 ** (self._misses - MISSES_BEFORE_REST), LONGEST_REST_S)
            self._rest_until = asyncio.get_running_loop().time() + rest_s

    def _resting(self) -> None:
        if asyncio.get_running_loop().time() < self._rest_until:
            raise NoReading("resting", f"{self.settings.name} has not answered {self._misses} times; asked rarely now")


def _further_blocks(plan: Plan, interface: ModbusInterface) -> list[Block]:
    """Reads for the chosen channels that lie outside the blocks of the profile."""
    further = []
    for name, field in interface.fields.items():
        wanted = (field.channel or name) in plan.channels
        if wanted and not any(_covers(block, field) for block in interface.blocks):
            further.append(Block(function=field.function, address=field.address, count=field.count))
    return further


def _covers(block: Block, field: RegisterField) -> bool:
    last = field.address + field.count
    return block.function == field.function and block.address <= field.address and last <= block.address + block.count
