"""Settings in, drivers out: instruments that share a line share its owner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from firmware_profiles.loader import Loaded, UnknownProfileError, load
from firmware_profiles.schema import FrameInterface, ModbusInterface
from firmware_profiles.schema.links import SerialSettings, SpiLink, TcpLink
from gateway_agent.drivers.base import Misconfigured
from gateway_agent.drivers.common import Plan
from gateway_agent.drivers.connection import Connection
from gateway_agent.drivers.frames import FrameDriver
from gateway_agent.drivers.modbus import ModbusDriver
from gateway_agent.drivers.modbus_bus import ModbusBus
from gateway_agent.drivers.settings import SerialConnection
from gateway_agent.transports.serial_line import open_serial
from gateway_agent.transports.tcp import open_tcp
from telemetry.strict import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firmware_profiles.decoding.modbus import Form
    from firmware_profiles.schema import Channel
    from gateway_agent.drivers.base import Clock, Driver
    from gateway_agent.drivers.settings import InstrumentSettings
    from gateway_agent.transports.line import Line

    Link = SerialSettings | TcpLink


def build_drivers(instruments: Sequence[InstrumentSettings], clock: Clock) -> tuple[Driver, ...]:
    """One driver per instrument, none opened yet: a driver opens its line at its first `sample`.

    `clock` gives µs since boot. Raises Misconfigured when a profile is unknown, does not speak over the given connection,
    has no such channel, or when two instruments claim the same name or the same address on one line.
    """
    lines = _Lines(clock)
    names: set[str] = set()
    drivers: list[Driver] = []
    for settings in instruments:
        if settings.name in names:
            raise Misconfigured("settings", f"two instruments are named {settings.name!r}")
        names.add(settings.name)
        drivers.append(_driver(settings, lines))
    return tuple(drivers)


class _Lines:
    """The wires in use, by where they are, and who answers to which address on them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connections: dict[str, tuple[Connection, Link]] = {}
        self._buses: dict[str, tuple[ModbusBus, Form]] = {}
        self._taken: dict[tuple[str, int], str] = {}

    def alone(self, settings: InstrumentSettings, link: Link) -> Connection:
        """The wire of an instrument that shares it with nobody."""
        where = _where(settings, link)
        if where in self._connections:
            raise Misconfigured("settings", f"{settings.name}: {where} is already used by another instrument")
        return self._open_later(where, settings, link)

    def bus(self, settings: InstrumentSettings, link: Link, form: Form, unit: int) -> ModbusBus:
        """The bus an instrument is on."""
        where = _where(settings, link)
        other = self._taken.setdefault((where, unit), settings.name)
        if other != settings.name:
            raise Misconfigured("settings", f"{settings.name} and {other} both have address {unit} on {where}")
        if where not in self._buses:
            connection = self.alone(settings, link)
            self._buses[where] = (ModbusBus(connection, form), form)
        elif self._connections[where][1] != _line_settings(settings, link) or self._buses[where][1] != form:
            raise Misconfigured("settings", f"{settings.name}: {where} already runs with other line settings")
        return self._buses[where][0]

    def _open_later(self, where: str, settings: InstrumentSettings, link: Link) -> Connection:
        wanted = _line_settings(settings, link)
        connection = Connection(
            where,
            _opener(settings, wanted, self._clock),
            over_network=not isinstance(settings.connection, SerialConnection),
        )
        self._connections[where] = (connection, wanted)
        return connection


def _driver(settings: InstrumentSettings, lines: _Lines) -> Driver:
    loaded = _loaded(settings)
    interface, link = _interface(loaded, settings)
    plan = Plan(settings, loaded.profile, loaded.digest, _channels(loaded, settings))
    if isinstance(interface, FrameInterface):
        return FrameDriver(plan, interface, lines.alone(settings, link))
    unit = interface.unit if settings.address is None else settings.address
    return ModbusDriver(plan, interface, lines.bus(settings, link, _form(interface, link), unit))


def _loaded(settings: InstrumentSettings) -> Loaded:
    try:
        return load(settings.profile, settings.variant)
    except (UnknownProfileError, SettingsError) as error:
        raise Misconfigured("profile", f"{settings.name}: {error}") from error


def _interface(loaded: Loaded, settings: InstrumentSettings) -> tuple[ModbusInterface | FrameInterface, Link]:
    """The first interface and link of the profile that fit the connection. RTU may travel over a TCP serial server."""
    over_serial = isinstance(settings.connection, SerialConnection)
    spoken = [i for i in loaded.profile.interfaces.values() if isinstance(i, ModbusInterface | FrameInterface)]
    wired = [(interface, link) for interface in spoken for link in interface.links if not isinstance(link, SpiLink)]
    for interface, link in wired:
        if isinstance(link, TcpLink) != over_serial:
            return interface, link
    if wired and not over_serial and settings.connection.port is not None:  # type: ignore[union-attr]
        return wired[0]
    wire = "a serial line" if over_serial else "TCP (give a port for a serial server)"
    raise Misconfigured("settings", f"{settings.name}: {loaded.profile.id} does not speak over {wire}")


def _channels(loaded: Loaded, settings: InstrumentSettings) -> dict[str, Channel]:
    channels = loaded.profile.channels
    if settings.channels is None:
        return {name: channel for name, channel in channels.items() if channel.role == "reading"}
    for name in settings.channels:
        if name not in channels:
            hint = nearest(name, list(channels))
            raise Misconfigured("settings", f"{settings.name}: {loaded.profile.id} has no channel {name!r}; {hint}")
    return {name: channels[name] for name in settings.channels}


def _form(interface: ModbusInterface, link: Link) -> Form:
    return next(found.kind for found in interface.links if found == link)


def _line_settings(settings: InstrumentSettings, link: Link) -> Link:
    """The line settings that are used: the profile's, with what the person overrides."""
    connection = settings.connection
    if not isinstance(connection, SerialConnection) or isinstance(link, TcpLink):
        return link
    override = {k: v for k in ("baud", "parity", "stop_bits") if (v := getattr(connection, k)) is not None}
    plain = {k: getattr(link, k) for k in SerialSettings.model_fields}
    return SerialSettings(**{**plain, **override})


def _where(settings: InstrumentSettings, link: Link) -> str:
    connection = settings.connection
    if isinstance(connection, SerialConnection):
        return str(Path(connection.serial).resolve())
    port = connection.port or (link.port if isinstance(link, TcpLink) else None)
    return f"{connection.host}:{port}"


def _opener(settings: InstrumentSettings, link: Link, clock: Clock) -> Callable[[], Awaitable[Line]]:
    connection = settings.connection
    if isinstance(connection, SerialConnection):
        path = connection.serial
        wanted = link if isinstance(link, SerialSettings) else SerialSettings()

        async def over_serial() -> Line:
            return open_serial(path, wanted, clock)

        return over_serial
    host, port = connection.host, connection.port or (link.port if isinstance(link, TcpLink) else 0)

    async def over_tcp() -> Line:
        return await open_tcp(host, port, clock)

    return over_tcp
