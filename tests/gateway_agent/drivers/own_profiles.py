"""Drivers of profiles that stand beside these tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware_profiles.loader import Loaded, load
from gateway_agent.drivers import factory
from gateway_agent.drivers.base import boot_clock_us
from gateway_agent.drivers.factory import build_drivers
from gateway_agent.drivers.settings import InstrumentSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway_agent.drivers.base import Driver

ROOT = Path(__file__).parent / "profiles"


def load_own(profile_id: str, variant: str | None = None) -> Loaded:
    return load(profile_id, variant, ROOT)


def driver(
    monkeypatch: pytest.MonkeyPatch, profile: str, clock: Callable[[], int] = boot_clock_us, **connection: object
) -> Driver:
    """A driver of a profile in this folder."""
    monkeypatch.setattr(factory, "load", load_own)
    channels = connection.pop("channels", None)
    given = {"name": "it", "profile": profile, "connection": connection, "channels": channels}
    return build_drivers([InstrumentSettings.model_validate(given)], clock)[0]
