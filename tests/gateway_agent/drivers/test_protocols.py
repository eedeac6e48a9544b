"""The registry: every protocol that a profile can have is driven, and nothing is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from firmware_profiles.schema.profile import AnyInterface
from gateway_agent.drivers.protocols import PROTOCOLS, builder

SPOKEN = [get_args(interface.model_fields["protocol"].annotation)[0] for interface in get_args(AnyInterface)]


@pytest.mark.parametrize("protocol", SPOKEN)
def test_every_protocol_of_the_schema_has_a_driver(protocol: str) -> None:
    assert callable(builder(protocol))


def test_no_driver_is_registered_for_a_protocol_that_no_profile_can_have() -> None:
    assert set(PROTOCOLS) == set(SPOKEN)


def test_libraries_of_instruments_are_imported_only_by_kits_that_have_them() -> None:
    script = (
        "import sys\n"
        "from gateway_agent.drivers.factory import build_drivers\n"
        "from gateway_agent.drivers.settings import InstrumentSettings\n"
        "given = {'name': 'co', 'profile': 'honeywell.midas', 'connection': {'host': '127.0.0.1'}}\n"
        "build_drivers([InstrumentSettings.model_validate(given)], lambda: 0)\n"
        "print([m for m in ('serial', 'smbus2', 'bleak', 'dbus_fast', 'gpiod', 'exposure.filters') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"
