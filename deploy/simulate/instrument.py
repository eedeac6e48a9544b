"""A played instrument: its values at this moment, its faults, its answers to bytes. No I/O."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

from deploy.simulate.encode import Values, frames, registers, to_raw
from deploy.simulate.sources import Player, player, ramp
from firmware_profiles.decoding import modbus
from firmware_profiles.loader import load
from firmware_profiles.schema import FrameInterface, ModbusInterface
from firmware_profiles.schema.profile import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deploy.simulate.faults import Fault
    from deploy.simulate.settings import SimulatedInstrument
    from firmware_profiles.decoding.results import Raw

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2


class Instrument:
    """What one simulated instrument says. `played_s` gives the played time in seconds."""

    def __init__(self, settings: SimulatedInstrument, folder: Path, played_s: Callable[[], float]) -> None:
        self.settings = settings
        self.profile = load(settings.profile, settings.variant).profile
        if strange := sorted(set(settings.sources) - set(self.profile.channels)):
            raise ValueError(f"{settings.name}: {self.profile.id} has no channel {', '.join(strange)}")
        self.fault: Fault | None = None
        self.stated: dict[str, Raw] = dict(settings.stated)
        self._played_s = played_s
        self._players: dict[str, Player] = {name: player(s, folder) for name, s in settings.sources.items()}

    def interface(self, *, over_tcp: bool) -> ModbusInterface | FrameInterface:
        """The profile's interface for the kind of place it is plugged in. Raises ValueError when there is none."""
        for interface in self.profile.interfaces.values():
            if not isinstance(interface, ModbusInterface | FrameInterface):
                continue  # a chip on a bus of the Pi's own cannot be played from outside
            if any((link.kind == "tcp") == over_tcp for link in interface.links):
                return interface
        raise ValueError(
            f"{self.settings.name}: {self.profile.id} does not speak over {'TCP' if over_tcp else 'serial'}"
        )

    def values(self) -> Values:
        """The physical values now; a channel without a source is zero, or the nearest its range allows."""
        at_s = self._played_s()
        return {name: self._value(name, at_s) for name, c in self.profile.channels.items() if c.kind == "number"}

    def go_to(self, channel: str, value: Decimal | None, over_s: float) -> None:
        """From now on this channel goes to a value in a straight line within `over_s` played seconds, and stays."""
        if channel not in self.profile.channels:
            raise ValueError(f"{self.settings.name} has no channel {channel!r}")
        if value is None and not self._has_code_for_no_value(channel):
            raise ValueError(f"{self.profile.id} knows no code for 'no value' of {channel}")
        at_s = self._played_s()
        start = self._value(channel, at_s)
        if value is None or start is None:
            self._players[channel] = lambda _at_s: value
        else:
            self._players[channel] = ramp(start, value, at_s, over_s)

    def take_fault(self) -> Fault | None:
        """The fault of the next answer, used up by one."""
        fault = self.fault
        if fault is not None:
            self.fault = fault.used()
        return fault

    def answer_pdu(self, interface: ModbusInterface, pdu: bytes, *, doubled: bool) -> bytes:
        """The reply PDU to a Modbus request PDU. `doubled`: twice the registers asked for (a fault)."""
        function = pdu[0]
        if function not in modbus.READ_FUNCTIONS:
            return bytes([function | 0x80, ILLEGAL_FUNCTION])
        address, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        if not 1 <= count <= 125 or not _knows(interface, function, address, count):
            return bytes([function | 0x80, ILLEGAL_ADDRESS])
        raw = to_raw(self.profile, interface.fields, self.values(), {**self._beats(), **self.stated})
        data = registers(interface, raw, function, address, count * 2 if doubled else count)
        return bytes([function, len(data)]) + data

    def answer_bytes(self, interface: FrameInterface, request: bytes) -> bytes | None:
        """The frame that answers a request, None for what is no request."""
        for exchange in interface.exchanges.values():
            if exchange.request_bytes and exchange.request_bytes == request:
                return b"".join(frames(self.profile, exchange, self.values(), self.stated))
        return None

    def sends_itself(self, interface: FrameInterface) -> list[bytes]:
        """The frames a self-sending instrument sends now."""
        values = self.values()
        return [
            frame
            for exchange in interface.exchanges.values()
            if not exchange.request_bytes
            for frame in frames(self.profile, exchange, values, self.stated)
        ]

    def _beats(self) -> dict[str, Raw]:
        """Heartbeats toggle, three times as often as they must."""
        return {beat.field: int(time.monotonic() / (beat.within_s / 3)) % 2 for beat in self.profile.heartbeats}

    def _has_code_for_no_value(self, channel: str) -> bool:
        groups = [group for i in self.profile.interfaces.values() for group in fields_of(i)]
        return any(f.invalid for group in groups for name, f in group.items() if (f.channel or name) == channel)

    def _value(self, channel: str, at_s: float) -> Decimal | None:
        if channel in self._players:
            return self._players[channel](at_s)
        limits = self.profile.channels[channel].range
        low = limits.low if limits is not None and limits.low is not None else Decimal(0)
        return max(low, Decimal(0))


def played_clock(speed: float) -> Callable[[], float]:
    """A clock of played seconds that starts now."""
    began = time.monotonic()
    return lambda: (time.monotonic() - began) * speed


def _knows(interface: ModbusInterface, function: int, address: int, count: int) -> bool:
    """Whether a block or a field of the profile lies in the registers asked for."""
    asked = range(address, address + count)
    return any(f.function == function and f.address in asked for f in interface.fields.values()) or any(
        b.function == function and b.address in asked for b in interface.blocks
    )
