"""The registry: which module drives which protocol. A module is imported when a kit has an instrument that needs it.

Adding a protocol is one module with a `build` function, one line here, and its cases.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from firmware_profiles.schema import Interface
    from gateway_agent.drivers.base import Driver
    from gateway_agent.drivers.common import Plan
    from gateway_agent.drivers.places import Places
    from telemetry.strict import StrictModel

PROTOCOLS: dict[str, str] = {
    "modbus": "gateway_agent.drivers.modbus",
    "frames": "gateway_agent.drivers.frames",
    "lines": "gateway_agent.drivers.lines",
    "words": "gateway_agent.drivers.words",
    "sysfs": "gateway_agent.drivers.files",
    "pulses": "gateway_agent.drivers.pulses",
    "advertisement": "gateway_agent.drivers.adverts",
    "sound": "gateway_agent.drivers.sound",
    "acceleration": "gateway_agent.drivers.acceleration",
}
"""`protocol` of a profile's interface → module."""


class Build(Protocol):
    """What every such module has as `build`."""

    def __call__(self, plan: Plan, interface: Interface, link: StrictModel, places: Places) -> Driver:
        """A driver that has opened nothing yet. `link` is one of the interface's. Raises Misconfigured."""


def builder(protocol: str) -> Build:
    """The `build` of a protocol's module. Raises KeyError for a protocol that the gateway does not speak."""
    return cast("Build", import_module(PROTOCOLS[protocol]).build)
