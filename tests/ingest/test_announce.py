"""Who waits for `committed` hears it at once; who does not, at the pace that is set, and then the newest word only."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ingest.announce import COALESCE_S, UNSAID_BYTES, Announcer
from telemetry.committed import Committed, open_committed
from tests.ingest.kit import SERVER_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KIT, OTHER = "kitthanhtra1", "kitthanhtra2"
PACE_S = 0.4


class Line:
    """What a gateway hears, and when (seconds on the loop's clock since the beginning)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        self.heard: asyncio.Queue[tuple[float, str, int]] = asyncio.Queue()

    def publish(self, _topic: str, payload: bytes) -> None:
        said = open_committed(payload, SERVER_KEY.public)
        self.heard.put_nowait((self._loop.time() - self._began_s, said.gateway, said.seq))


def said(seq: int, gateway: str = KIT, epoch: int = 1) -> Committed:
    return Committed(gateway, epoch, seq, bytes(32), 1, 1_800_000_000_000_000 + seq)


@asynccontextmanager
async def announcing() -> AsyncIterator[tuple[Announcer, Line]]:
    line = Line()
    announcer = Announcer(SERVER_KEY, line.publish, PACE_S)
    task = asyncio.create_task(announcer.run())
    try:
        yield announcer, line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_chain_that_is_not_behind_hears_the_newest_word_at_its_pace() -> None:
    async with announcing() as (announcer, line):
        for seq in range(3):
            announcer.announce(said(seq), urgent=False, size=500)
            await asyncio.sleep(COALESCE_S)
        at_s, _, seq = await line.heard.get()
        assert seq == 2
        assert at_s == pytest.approx(PACE_S, abs=0.1)
        assert line.heard.empty()


async def test_whoever_waits_hears_at_once_and_once() -> None:
    async with announcing() as (announcer, line):
        announcer.announce(said(1), urgent=False)
        announcer.announce(said(2), urgent=True)
        announcer.announce(said(3), urgent=False)
        at_s, _, seq = await line.heard.get()
        assert (seq, line.heard.empty()) == (3, True)
        assert at_s < COALESCE_S
        announcer.announce(said(4), urgent=False)
        assert (await line.heard.get())[2] == 4


async def test_bytes_that_nobody_was_told_of_end_the_wait() -> None:
    async with announcing() as (announcer, line):
        sizes = [UNSAID_BYTES // 2, UNSAID_BYTES // 2 - 1, 1]
        for seq, size in enumerate(sizes):
            announcer.announce(said(seq), urgent=False, size=size)
        at_s, _, seq = await line.heard.get()
        assert seq == 2
        assert at_s < PACE_S / 2


async def test_chains_wait_for_themselves_alone() -> None:
    async with announcing() as (announcer, line):
        announcer.announce(said(1), urgent=False)
        announcer.announce(said(5, OTHER), urgent=True)
        assert (await line.heard.get())[1:] == (OTHER, 5)
        announcer.announce(said(0, KIT, epoch=2), urgent=True)
        assert (await line.heard.get())[1:] == (KIT, 0)
        at_s, *rest = await line.heard.get()  # of the epoch before: it too may free
        assert rest == [KIT, 1]
        assert at_s == pytest.approx(PACE_S, abs=0.15)
