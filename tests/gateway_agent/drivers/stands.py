"""One stand per transport: an instrument to play on it and what must be read from it. All stand before one suite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stand:
    """`first` and `second`: physical values of `channel` to play, with the scaled integers that must be read."""

    id: str
    profile: str
    place: dict[str, Any]
    channel: str
    first: tuple[str, int]
    second: tuple[str, int]
    extra: dict[str, Any] = field(default_factory=dict)
    """More of the instrument: variant, other sources."""
    checked: bool = True
    """Whether the protocol has a checksum; without one a wrong digit cannot be seen."""
    stream: bool = True
    """Whether bytes come one by one, so that noise may stand around an answer and a late one may come."""
    asked: bool = True
    """False: it sends by itself, and is heard again with its next message."""

    def instrument(self) -> dict[str, Any]:
        """As a simulated kit has it."""
        sources = {self.channel: {"kind": "constant", "value": self.first[0]}, **self.extra.get("sources", {})}
        rest = {k: v for k, v in self.extra.items() if k != "sources"}
        return {"name": "it", "profile": self.profile, "place": self.place, "sources": sources, **rest}


STANDS = [
    Stand("modbus_rtu", "generic.rs485_th", {"serial": "bus"}, "temperature", ("21.5", 215), ("-3.5", -35)),
    Stand("modbus_ascii", "greystone.cmd5b4", {"serial": "bus", "link": "ascii"}, "co", ("35", 35), ("120", 120)),
    Stand(
        "modbus_tcp", "honeywell.midas", {}, "gas_concentration", ("35.5", 355), ("2", 20), {"variant": "co"},
        checked=False,
    ),
    Stand("rtu_over_tcp", "generic.rs485_th", {"port": 0}, "temperature", ("21.5", 215), ("-3.5", -35)),
    Stand("frames_asked", "winsen.mhz19b", {"serial": "uart"}, "co2", ("820", 820), ("1450", 1450)),
    Stand(
        "frames_heard", "lutron.ds2013sd", {"serial": "noise"}, "sound_level", ("87.3", 873), ("62.1", 621),
        checked=False, asked=False,
    ),
    Stand(
        "lines_asked", "deltaohm.hd32_2", {"serial": "wbgt"}, "globe_temperature", ("41.5", 415), ("29.9", 299),
        checked=False,
    ),
    Stand(
        "lines_heard", "gill.windsonic", {"serial": "wind"}, "wind_speed", ("2.74", 274), ("11.3", 1130),
        {"sources": {"wind_direction": {"kind": "constant", "value": "229"}}}, asked=False,
    ),
    Stand("lines_over_tcp", "nti.xl2", {"port": 0}, "LAEQ", ("76.7", 767), ("101.2", 1012), checked=False),
    Stand("i2c", "sensirion.sht4x", {"i2c": "i2c-1"}, "temperature", ("24.5", 24501), ("31.25", 31251), stream=False),
    Stand(
        "one_wire", "maxim.ds18b20", {"sysfs": "28-000005e2fdc3"}, "temperature", ("23.125", 231250), ("30.5", 305000),
        stream=False, checked=False, asked=False,
    ),
    Stand(
        "iio", "generic.iio", {"sysfs": "iio:device0"}, "temperature", ("23.45", 23450), ("31", 31000),
        stream=False, checked=False, asked=False,
    ),
    Stand(
        "lines_tcp_one_client", "tsi.dusttrak_drx", {"most_clients": 1}, "resp", ("1.25", 1250), ("0.031", 31),
        checked=False,
    ),
]  # fmt: skip
