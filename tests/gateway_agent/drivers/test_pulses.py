"""Pulses are counted, not sampled: what a busy process misses, the kernel has numbered."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from gateway_agent.drivers import connection
from gateway_agent.drivers.base import Unreachable
from gateway_agent.transports.pulses import EdgeCount
from tests.gateway_agent.drivers.own_profiles import driver


class Edge(NamedTuple):
    line_seqno: int


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> int:
        return round(self.now_s * 1_000_000)


async def test_a_rate_is_counted_over_the_time_that_really_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    (tmp_path / "count").write_text("1000\n")
    it = driver(monkeypatch, "test.pulses", clock, pulses=str(tmp_path), channels=["cpm", "pulses"])
    assert await it.sample() == []
    (tmp_path / "count").write_text("1042\n")
    clock.now_s = 30.0
    assert {s.channel: s.value for s in await it.sample()} == {"cpm": 840, "pulses": 42}


async def test_a_counter_that_begins_again_at_zero_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    (tmp_path / "count").write_text("65530\n")
    it = driver(monkeypatch, "test.pulses", clock, pulses=str(tmp_path))
    await it.sample()
    (tmp_path / "count").write_text("4\n")
    clock.now_s = 60.0
    assert [s.value for s in await it.sample()] == [100]


async def test_after_a_gap_counting_begins_anew_and_no_rate_is_invented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "FIRST_BACK_OFF_S", 0.0)
    clock = Clock()
    (tmp_path / "count").write_text("5\n")
    it = driver(monkeypatch, "test.pulses", clock, pulses=str(tmp_path))
    await it.sample()
    (tmp_path / "count").unlink()
    with pytest.raises(Unreachable):
        await it.sample()
    clock.now_s = 60.0
    (tmp_path / "count").write_text("900\n")
    assert await it.sample() == []


async def test_a_chip_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreachable, match="is not there"):
        await driver(monkeypatch, "test.pulses", pulses="/dev/gpiochip77").sample()


async def test_a_file_that_is_no_chip_is_refused_by_libgpiod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gpiochip0").write_text("")
    with pytest.raises(Unreachable, match="line 17"):
        await driver(monkeypatch, "test.pulses", pulses=str(tmp_path / "gpiochip0")).sample()


def test_edges_that_overflowed_the_kernels_buffer_are_counted_by_their_numbers() -> None:
    edges = EdgeCount()
    edges.add([Edge(1), Edge(2)])
    edges.add([Edge(40), Edge(41)])  # 3 to 39 were not delivered
    assert edges.total == 41
    edges.add([Edge((1 << 32) - 1)])
    edges.add([Edge(0)])
    assert edges.total == (1 << 32)
