"""Every fault once, one after the other, on real processes under load: 0 lost, 0 doubled, every chain and every row verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.demo.folder import DemoFolder
from tests.faults.events import FAULTS
from tests.faults.rounds import run_rounds

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20261123


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_nothing_is_lost_doubled_or_altered_by_any_fault(
    server_packages: Path, service_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service_folder / "packages").symlink_to(server_packages.parent)
    monkeypatch.setenv("ANTOAN_HOME", str(service_folder))
    folder = DemoFolder("faults")
    with folder.held(fresh=True):
        tally = await run_rounds(list(FAULTS), SEED, folder)
    assert tally.failures == []
    assert tally.rounds.keys() == FAULTS.keys()
    assert tally.chains == 3
    assert tally.readings > 1000
