"""Explosive atmospheres: what has no Ex marking does not enter one, and a kit that is to stand in one does not start with it.

A portable kit does not replace a personal gas detector, wherever it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telemetry.strict import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway_agent.drivers.base import Driver
    from gateway_agent.settings import GatewaySettings

NOT_A_DETECTOR: Final = {
    "vi": "Bộ đo không thay thế máy dò khí cá nhân.",
    "en": "This kit does not replace a personal gas detector.",
}


def check_atmosphere(settings: GatewaySettings, drivers: Sequence[Driver]) -> None:
    """Raises SettingsError that names everything without a marking, when the kit is said to stand in an explosive atmosphere."""
    if not settings.explosive_atmosphere:
        return
    missing = [] if settings.ex_marking else ["the kit itself (ex_marking)"]
    for driver in drivers:
        if not driver.profile.judgement.ex_marking:
            missing.append(f"{driver.settings.name}: {driver.profile.id} exists without Ex marking only")
        elif not driver.settings.ex_marking:
            missing.append(f"{driver.settings.name}: enter the marking on its plate (ex_marking)")
    if missing:
        raise SettingsError(
            f"explosive_atmosphere: without Ex marking: {'; '.join(missing)}. It must not enter; measure from outside"
        )
