"""Settings in, drivers out: the interface and link of the profile that fit the connection, built by the protocol's module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_profiles.loader import Loaded, UnknownProfileError, load
from gateway_agent.drivers.base import Misconfigured
from gateway_agent.drivers.common import Plan
from gateway_agent.drivers.places import Places
from gateway_agent.drivers.protocols import PROTOCOLS, builder
from gateway_agent.drivers.settings import SerialConnection, TcpConnection
from telemetry.strict import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_profiles.schema import Channel, Interface
    from gateway_agent.drivers.base import Clock, Driver
    from gateway_agent.drivers.settings import InstrumentSettings
    from telemetry.strict import StrictModel


def build_drivers(instruments: Sequence[InstrumentSettings], clock: Clock) -> tuple[Driver, ...]:
    """One driver per instrument, none opened yet: a driver opens its wire at its first `sample`.

    `clock` gives µs since boot. Raises Misconfigured when a profile is unknown, does not speak over the given connection,
    has no such channel, or when two instruments claim the same name or the same address on one wire.
    """
    places = Places(clock)
    names: set[str] = set()
    drivers: list[Driver] = []
    for settings in instruments:
        if settings.name in names:
            raise Misconfigured("settings", f"two instruments are named {settings.name!r}")
        names.add(settings.name)
        drivers.append(_driver(settings, places))
    return tuple(drivers)


def _driver(settings: InstrumentSettings, places: Places) -> Driver:
    loaded = _loaded(settings)
    interface, link = _interface(loaded, settings)
    plan = Plan(settings, loaded.profile, loaded.digest, _channels(loaded, settings))
    return builder(interface.protocol)(plan, interface, link, places)


def _loaded(settings: InstrumentSettings) -> Loaded:
    try:
        return load(settings.profile, settings.variant)
    except (UnknownProfileError, SettingsError) as error:
        raise Misconfigured("profile", f"{settings.name}: {error}") from error


def _interface(loaded: Loaded, settings: InstrumentSettings) -> tuple[Interface, StrictModel]:
    """The first interface and link of the profile that fit the connection. Serial protocols may travel over a TCP serial server."""
    connection = settings.connection
    known = [i for i in loaded.profile.interfaces.values() if i.protocol in PROTOCOLS]
    chosen = getattr(connection, "link", None)
    wanted = connection.fits if chosen is None else frozenset({chosen})
    for interface in known:
        for link in interface.links:
            if link.kind in wanted:
                return interface, link
    if isinstance(connection, TcpConnection) and connection.port is not None:
        for interface in known:
            for link in interface.links:
                if link.kind in SerialConnection.fits:
                    return interface, link
    raise Misconfigured("settings", f"{settings.name}: {loaded.profile.id} does not speak over {connection.words}")


def _channels(loaded: Loaded, settings: InstrumentSettings) -> dict[str, Channel]:
    channels = loaded.profile.channels
    if settings.channels is None:
        return {name: channel for name, channel in channels.items() if channel.role == "reading"}
    for name in settings.channels:
        if name not in channels:
            hint = nearest(name, list(channels))
            raise Misconfigured("settings", f"{settings.name}: {loaded.profile.id} has no channel {name!r}; {hint}")
    return {name: channels[name] for name in settings.channels}
