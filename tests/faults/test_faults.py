"""The short form of the fault tests: each kind once, on one platform; `./antoan test --faults --rounds N` is the long form."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.faults.kinds import FAULTS
from tests.faults.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SEED = 20261123

pytestmark = [pytest.mark.faults, pytest.mark.services, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(server_packages: Path, session_folder: Path) -> AsyncIterator[World]:
    folder = session_folder / "faults"
    folder.mkdir(mode=0o711)
    made = World(server_packages, folder)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.mark.parametrize("kind", FAULTS)
async def test_every_reading_is_recorded_once(world: World, kind: str) -> None:
    await world.measure()
    await FAULTS[kind](world, random.Random(f"{SEED} {kind}"))  # noqa: S311  (a repeatable moment, not a secret)
    await world.account()
