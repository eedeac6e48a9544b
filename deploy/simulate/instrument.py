"""A played instrument: its values at this moment, its faults, its answers to bytes. No I/O."""

from __future__ import annotations

import math
import time
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from deploy.simulate.encode import Values, frames, registers, to_raw
from deploy.simulate.encode_text import answer as text_answer
from deploy.simulate.encode_text import captures
from deploy.simulate.encode_words import reply as words_reply
from deploy.simulate.sources import Player, noise, player, ramp
from firmware_profiles.decoding import modbus
from firmware_profiles.loader import load
from firmware_profiles.schema import FrameInterface, LineExchange, LinesInterface
from firmware_profiles.schema.files import SysfsInterface
from firmware_profiles.schema.lines import FileLink
from firmware_profiles.schema.profile import fields_of
from firmware_profiles.schema.pulses import PulseInterface

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deploy.simulate.faults import Fault
    from deploy.simulate.settings import SimulatedInstrument
    from firmware_profiles.decoding.results import Raw
    from firmware_profiles.schema import Exchange, Interface, ModbusInterface, WordsInterface

    StreamInterface = FrameInterface | LinesInterface
    FilesInterface = LinesInterface | SysfsInterface | PulseInterface

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2


class Instrument:
    """What one simulated instrument says. `played_s` gives the played time in seconds."""

    def __init__(self, settings: SimulatedInstrument, folder: Path, played_s: Callable[[], float]) -> None:
        self.settings = settings
        loaded = load(settings.profile, settings.variant)
        self.profile, self._profile_folder = loaded.profile, loaded.folder
        if strange := sorted((set(settings.sources) | set(settings.jitter)) - set(self.profile.channels)):
            raise ValueError(f"{settings.name}: {self.profile.id} has no channel {', '.join(strange)}")
        if any(isinstance(interface, LinesInterface) for interface in self.profile.interfaces.values()):
            captures(self._profile_folder)  # now, and not while somebody waits for an answer
        self.fault: Fault | None = None
        self.stuck = False
        self._pulses, self._pulsed_at = 0.0, time.monotonic()
        self._frozen: Values | None = None
        self.stated: dict[str, Raw] = dict(settings.stated)
        self._played_s = played_s
        self._players: dict[str, Player] = {name: player(s, folder) for name, s in settings.sources.items()}

    def interface(self, kinds: frozenset[str], wanted: str | None = None) -> tuple[Interface, Any]:
        """The profile's first interface for the kind of place it is plugged in, and the kind of its link there.

        Raises ValueError when there is none.
        """
        for interface in self.profile.interfaces.values():
            for link in interface.links:
                if link.kind in kinds and wanted in (None, link.kind):
                    return interface, link.kind
        raise ValueError(f"{self.settings.name}: {self.profile.id} does not speak over {', '.join(sorted(kinds))}")

    def values(self) -> Values:
        """The physical values now; a channel without a source is zero, or the nearest its range allows."""
        at_s = self._played_s()
        sticks = self.settings.sticks
        if self.stuck or (sticks is not None and sticks.at_s <= at_s < sticks.at_s + (sticks.for_s or math.inf)):
            self._frozen = self._frozen or self._now(at_s)
            return self._frozen
        self._frozen = None
        return self._now(at_s)

    def _now(self, at_s: float) -> Values:
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

    def answer_bytes(self, exchange: Exchange | LineExchange) -> bytes:
        """The answer to a request. Raises CannotEncodeError."""
        return b"".join(self._messages(exchange, self.values()))

    def sends_itself(self, interface: StreamInterface) -> list[bytes]:
        """What a self-sending instrument sends now."""
        values = self.values()
        unasked = [
            exchange for exchange in interface.exchanges.values() if exchange.poll and not exchange.request_bytes
        ]
        return [message for exchange in unasked for message in self._messages(exchange, values)]

    def files(self, interface: FilesInterface) -> dict[str, bytes]:
        """What a driver of the kernel's shows, by the name of the file."""
        if isinstance(interface, PulseInterface):
            return {"count": f"{self._counted(interface)}\n".encode()}
        if isinstance(interface, SysfsInterface):
            names = interface.links[0].names or (self.profile.model,)
            return {"name": f"{names[0]}\n".encode(), **self._numbers(interface)}
        exchange = next(iter(interface.exchanges.values()))
        link = next(link for link in interface.links if isinstance(link, FileLink))
        return {PurePath(link.path).name: self.answer_bytes(exchange)}

    def _numbers(self, interface: SysfsInterface) -> dict[str, bytes]:
        """One file for each channel that has a source: the first that the profile knows for it."""
        values = {name: value for name, value in self.values().items() if name in self._players}
        fields = {
            name: field
            for name, field in reversed(interface.fields.items())
            if (field.channel or name) in values and field.file.endswith("_input")
        }
        raw = to_raw(self.profile, fields, values, self.stated)
        return {field.file: f"{raw[name]:f}\n".encode() for name, field in fields.items()}

    def _counted(self, interface: PulseInterface) -> int:
        """A counter that runs at the rate of the channel that is a rate."""
        now_s = time.monotonic()
        rates = {"per_minute": 60, "per_second": 1}
        values = self.values()
        for name, field in interface.fields.items():
            value = values.get(field.channel or name)
            if field.of in rates and value is not None and (field.channel or name) in self._players:
                per_s = float(value / field.scale) / rates[field.of]
                self._pulses += max(0.0, per_s * (now_s - self._pulsed_at))
                break
        self._pulsed_at = now_s
        return int(self._pulses)

    def chip_reply(self, interface: WordsInterface, told: bytes) -> bytes:
        """What a chip on I2C has to say after a command; nothing after one that asks for nothing."""
        for transaction in interface.exchanges.values():
            if transaction.request == told:
                return words_reply(self.profile, interface, transaction, self.values(), self.stated)
        return b""

    def _messages(self, exchange: Exchange | LineExchange, values: Values) -> list[bytes]:
        if isinstance(exchange, LineExchange):
            return [text_answer(self._profile_folder, self.profile, exchange, values, self.stated)]
        return frames(self.profile, exchange, values, self.stated)

    def _beats(self) -> dict[str, Raw]:
        """Heartbeats toggle, three times as often as they must."""
        return {beat.field: int(time.monotonic() / (beat.within_s / 3)) % 2 for beat in self.profile.heartbeats}

    def _has_code_for_no_value(self, channel: str) -> bool:
        groups = [group for i in self.profile.interfaces.values() for group in fields_of(i)]
        return any(f.invalid for group in groups for name, f in group.items() if (f.channel or name) == channel)

    def _value(self, channel: str, at_s: float) -> Decimal | None:
        if channel in self._players:
            value = self._players[channel](at_s)
            jitter = self.settings.jitter.get(channel)
            return value if value is None or jitter is None else value + jitter * noise(channel, at_s)
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
