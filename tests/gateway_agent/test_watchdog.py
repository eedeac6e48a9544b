"""Signs of life reach the service manager, and stop when the spool's thread no longer answers."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

import pytest

from gateway_agent.watchdog import give_signs, interval_s, notify
from tests.gateway_agent.parts import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A service manager's socket, as systemd names it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "n"))
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        yield listening


def heard(manager: socket.socket) -> list[str]:
    words = []
    while True:
        try:
            words.append(manager.recv(100).decode())
        except BlockingIOError:
            return words


async def test_it_says_ready_and_lives_while_the_spool_answers(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "30000")
    answering = asyncio.Event()
    answering.set()
    task = asyncio.create_task(give_signs(answering.wait))
    words: list[str] = []

    def lives() -> bool:
        words.extend(heard(manager))
        return words.count("WATCHDOG=1") >= 3

    await until(lives)
    assert words[0] == "READY=1"
    answering.clear()
    await asyncio.sleep(0.03)
    heard(manager)
    await asyncio.sleep(0.1)
    assert heard(manager) == []
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_nobody_is_told_where_there_is_no_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert interval_s() is None


def test_a_watchdog_of_another_process_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert interval_s() == 20
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert interval_s() is None
