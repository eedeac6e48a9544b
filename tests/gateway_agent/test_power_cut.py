"""Crash images that hold only fsynced writes: what was published is there, everything in one transaction agrees, the chain goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway_agent.batch import Batch, Reading
from gateway_agent.channels import Allocation, ChannelIdentity
from gateway_agent.opening import open_state
from gateway_agent.recorder import Recorder, Work
from gateway_agent.spool.errors import SpoolError
from gateway_agent.spool.rows import Acknowledged, EpochState
from gateway_agent.spool.spool import Spool
from gateway_agent.spool.trim import trim_committed
from telemetry.chain import Head, verify_chain
from telemetry.events import Note
from telemetry.link import Clock
from telemetry.message import parse_message
from tests.gateway_agent.parts import GATEWAY, GENESIS, SEALING_KEY, identity
from tests.gateway_agent.power_cut import PowerCut

BOOT = b"b" * 16
WRITES = 120
IMAGES = 150


@pytest.fixture
def disk() -> Iterator[PowerCut]:
    made = PowerCut()
    yield made
    made.close()


def work(number: int) -> Work:
    """Entry `number`: 5 to 400 readings, and counters that must agree with all entries before it."""
    size = 5 + number * 37 % 396
    batch = Batch()
    batch.add(Reading(0, number * 1000 + n, int(v), 0) for n, v in enumerate(np.arange(size)))
    channel = Allocation(number, ChannelIdentity("a", "p", f"c{number}", "1", 0))
    return Work(
        boot=BOOT,
        clock=Clock(),
        lived_us=number,
        readings=batch.contents(),
        events=(Note(mark="x").to_event(number),) if number % 7 == 0 else (),
        channels=(channel,),
        counters={"sealed": sum(5 + n * 37 % 396 for n in range(number + 1)), "works": number + 1},
        alarm_state=str(number).encode(),
    )


def written(disk: PowerCut, path: Path) -> list[tuple[int, int, bytes]]:
    """Seal WRITES times; (moment, tip, digest) as each returned, which is when it may be published."""
    spool = Spool.open(path, vfs=disk.name)
    spool.begin_epoch(1, EpochState.ACTIVE, GENESIS)
    recorder = Recorder(spool, GATEWAY, spool.epochs()[0], SEALING_KEY)
    published = [(len(disk.operations), -1, GENESIS)]
    for number in range(WRITES):
        tip = recorder.record(work(number))
        published.append((len(disk.operations), tip, spool.epochs()[0].head))
        if number % 40 == 39:
            trim_committed(
                spool, acknowledged={1: Acknowledged(tip // 2, 1, b"c")}, older_than_lived_us=number, excess_bytes=0
            )
    spool.close()
    return published


def test_what_was_published_survives_and_everything_agrees(tmp_path: Path, disk: PowerCut) -> None:
    published = written(disk, tmp_path / "spool.db")
    chance = random.Random(20)  # noqa: S311  (a test's dice)
    for number in range(IMAGES):
        moment = chance.randrange(published[0][0], len(disk.operations) + 1)
        folder = tmp_path / f"image{number}"
        folder.mkdir()
        (folder / "begun").write_text("1\n")
        disk.image(moment, folder, seed=number)
        check(folder, max(p for p in published if p[0] <= moment))


def check(folder: Path, promised: tuple[int, int, bytes]) -> None:
    _, tip, digest = promised
    state = open_state(folder, identity(folder))
    assert state.faults == []
    (row,) = state.spool.epochs()
    assert row.tip >= tip, "a published entry is gone"
    if row.gone_to < tip and tip >= 0:
        assert state.spool.digest(1, tip) == digest, "another entry stands under a published number"
    counters = state.spool.counters()
    works = counters.get("works", 0)
    assert counters.get("sealed", 0) == sum(5 + n * 37 % 396 for n in range(works))
    assert len(state.spool.channels()) == works
    assert state.spool.alarm_state() == (str(works - 1).encode() if works else None)
    assert row.tip + 1 == works + sum(n % 7 == 0 for n in range(works))
    state.recorder.record(work(works))
    (row,) = state.spool.epochs()
    entries = state.spool.read(1, row.gone_to + 1, 1 << 40, 10_000)
    start = Head(GATEWAY, 1, row.gone_to, row.gone_digest or GENESIS)
    assert verify_chain([parse_message(e.wire) for e in entries], SEALING_KEY.public, start).digest == row.head
    state.spool.close()


def test_the_images_can_tell_a_missing_fsync(tmp_path: Path, disk: PowerCut, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is worth something only if it fails for a spool that does not sync."""
    real = Spool.open.__func__  # type: ignore[attr-defined]

    def careless(cls: type[Spool], path: Path, vfs: str | None = None) -> Spool:
        spool: Spool = real(cls, path, vfs)
        spool.connection.execute("PRAGMA synchronous = OFF")
        return spool

    monkeypatch.setattr(Spool, "open", classmethod(careless))
    published = written(disk, tmp_path / "spool.db")
    chance = random.Random(20)  # noqa: S311  (a test's dice)
    failures = 0
    for number in range(30):
        moment, tip, digest = chance.choice(published[1:])
        folder = tmp_path / f"image{number}"
        folder.mkdir()
        (folder / "begun").write_text("1\n")
        disk.image(moment, folder, seed=number)
        try:
            check(folder, (moment, tip, digest))
        except (AssertionError, StopIteration, ValueError, SpoolError):
            failures += 1
    assert failures > 0
