"""The wires in use, by where they are: who owns each, who shares it, who answers to which address on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from firmware_profiles.schema.links import SerialSettings, TcpLink
from gateway_agent.drivers.base import Misconfigured
from gateway_agent.drivers.connection import Connection, Wire
from gateway_agent.drivers.settings import SerialConnection, TcpConnection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway_agent.drivers.base import Clock
    from gateway_agent.drivers.settings import InstrumentSettings
    from gateway_agent.transports.line import Line
    from telemetry.strict import StrictModel

    StreamLink = SerialSettings | TcpLink

T = TypeVar("T")
W = TypeVar("W", bound=Wire)


class Places:
    """What drivers are built with. `clock` gives µs since boot."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._owners: dict[str, tuple[object, object]] = {}
        self._taken: dict[tuple[str, int], str] = {}

    def alone(self, settings: InstrumentSettings, where: str, make: Callable[[], T]) -> T:
        """The owner of a wire that is shared with nobody. Raises Misconfigured."""
        if where in self._owners:
            raise Misconfigured("settings", f"{settings.name}: {where} is already used by another instrument")
        made = make()
        self._owners[where] = (made, None)
        return made

    def together(
        self, settings: InstrumentSettings, where: str, wanted: object, kind: type[T], make: Callable[[], T]
    ) -> T:
        """The owner of a wire that several instruments share, all with the same settings `wanted`. Raises Misconfigured."""
        if where not in self._owners:
            self._owners[where] = (make(), wanted)
        owner, agreed = self._owners[where]
        if not isinstance(owner, kind) or agreed != wanted:
            raise Misconfigured("settings", f"{settings.name}: {where} already runs with other line settings")
        return owner

    def claim(self, settings: InstrumentSettings, where: str, address: int) -> None:
        """Take an address on a shared wire. Raises Misconfigured when another instrument has it."""
        other = self._taken.setdefault((where, address), settings.name)
        if other != settings.name:
            text = f"{settings.name} and {other} both have address {address} on {where}"
            raise Misconfigured("settings", text)

    def stream(self, settings: InstrumentSettings, link: StreamLink) -> Connection[Line]:
        """A byte stream, serial or TCP, with the settings of the profile's link and what the person overrides."""
        where = stream_name(settings, link)
        over_network = isinstance(settings.connection, TcpConnection)
        return Connection(where, _opener(settings, link, self.clock), over_network=over_network)


def file_name(path: str) -> str:
    """The name of the wire behind a device file, whatever link it is called by."""
    return str(Path(path).resolve())


def stream_name(settings: InstrumentSettings, link: StreamLink) -> str:
    """Where a byte stream goes."""
    connection = settings.connection
    if isinstance(connection, SerialConnection):
        return file_name(connection.serial)
    return ":".join(str(part) for part in _target(connection, link))


def line_settings(settings: InstrumentSettings, link: StreamLink) -> StreamLink:
    """The line settings that are used: the profile's, with what the person overrides."""
    connection = settings.connection
    if not isinstance(connection, SerialConnection) or isinstance(link, TcpLink):
        return link
    override = {k: v for k in ("baud", "parity", "stop_bits") if (v := getattr(connection, k)) is not None}
    plain = {k: getattr(link, k) for k in SerialSettings.model_fields}
    return SerialSettings(**{**plain, **override})


def _target(connection: StrictModel, link: StreamLink) -> tuple[str, int]:
    if not isinstance(connection, TcpConnection):
        raise TypeError(f"{connection!r} is no stream")  # the factory chose link and connection to fit
    return connection.host, connection.port or (link.port if isinstance(link, TcpLink) else 0)


def _opener(settings: InstrumentSettings, link: StreamLink, clock: Clock) -> Callable[[], Awaitable[Line]]:
    connection = settings.connection
    if isinstance(connection, SerialConnection):
        path, wanted = connection.serial, line_settings(settings, link)

        async def over_serial() -> Line:
            from gateway_agent.transports.serial_line import open_serial

            return open_serial(path, wanted if isinstance(wanted, SerialSettings) else SerialSettings(), clock)

        return over_serial
    host, port = _target(connection, link)

    async def over_tcp() -> Line:
        from gateway_agent.transports.tcp import open_tcp

        return await open_tcp(host, port, clock)

    return over_tcp
