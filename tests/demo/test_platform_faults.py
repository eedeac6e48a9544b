"""The whole platform, three kits to the inbox, while its parts fail under load: 0 lost, 0 doubled, everybody told once.

tests/faults presses one chain harder; here all services run as in the demonstration, alerts and notifications included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.demo.folder import DemoFolder
from tests.demo.platform_rounds import run_rounds

if TYPE_CHECKING:
    from pathlib import Path

PLAN = ("gateway_killed", "alerts_killed", "network_swallows", "database_killed", "database_paused", "broker_wiped")
SEED = 20261123


@pytest.mark.faults
async def test_nothing_is_lost_or_doubled_and_everybody_is_told_while_parts_fail(
    server_packages: Path, service_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service_folder / "packages").symlink_to(server_packages.parent)
    monkeypatch.setenv("ANTOAN_HOME", str(service_folder))
    folder = DemoFolder("faults")
    with folder.held(fresh=True):
        tally = await run_rounds(PLAN, SEED, folder)
    assert tally.failures == []
    assert tally.chains == 3
    assert tally.readings > 500
