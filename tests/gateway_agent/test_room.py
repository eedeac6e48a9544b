"""A full spool: what the server has goes first, then entries become runs, then the fastest channels are thinned, then entries go."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gateway_agent import opening
from gateway_agent.recorder import Work
from gateway_agent.spool.room import RECENT, make_room, merge_waiting
from gateway_agent.spool.rows import Acknowledged, EpochState
from gateway_agent.uplink.packing import Packer
from gateway_agent.uplink.protocol import Gone, Protocol
from telemetry.chain import Head
from telemetry.content import Hidden, Times, Values
from telemetry.limits import ARCHIVE_BYTES
from telemetry.link import Clock
from telemetry.message import parse_message
from tests.gateway_agent.parts import GATEWAY, GENESIS, SEALING_KEY, identity

if TYPE_CHECKING:
    from pathlib import Path

    from gateway_agent.opening import State
    from gateway_agent.spool.room import Room
    from telemetry.content import Content

BOOT = b"b" * 16
SLOW, FAST = 1, 2


def filled(folder: Path, entries: int, fast: int = 0) -> State:
    """A spool of entries of ten readings of a slow channel, and `fast` of a fast one."""
    state = opening.open_state(folder, identity(folder))
    for number in range(entries):
        state.recorder.record(Work(boot=BOOT, clock=Clock(), lived_us=number, readings=readings(number, fast)))
    return state


def readings(number: int, fast: int) -> list[Content]:
    contents: list[Content] = [
        Times(0, np.arange(10) * 1_000_000 + number * 10_000_000),
        Values(SLOW, 0, np.arange(10) + 600 + number % 7),
    ]
    if fast:
        noise = np.random.default_rng(number).integers(-500, 500, fast)
        contents[1:1] = [Times(1, np.arange(fast) * 1000 + number * 10_000_000)]
        contents.append(Values(FAST, 1, noise))
    return contents


def step(state: State, *, excess: int, committed: int = -1) -> Room:
    return make_room(
        state.spool, acknowledged={1: Acknowledged(committed, 1, b"c")}, older_than_lived_us=-1, excess_bytes=excess
    )


def proven(state: State) -> list[int]:
    """Every spooled row verified in order: signature, chain, contents; the counts of its entries."""
    head, counts = Head(GATEWAY, 1, -1, GENESIS), []
    for entry in state.spool.read(1, 0, 1 << 40, 100_000):
        message = parse_message(entry.wire, ARCHIVE_BYTES)
        if head.seq == -1 and message.first_seq:
            head = Head(GATEWAY, 1, message.first_seq - 1, message.prev)
        message.verify(SEALING_KEY.public)
        assert message.check(head) == 0
        assert message.contents().links[0].seq == entry.first
        head = message.head
        counts.append(entry.count)
    return counts


def test_what_the_server_has_goes_before_anything_else(tmp_path: Path) -> None:
    state = filled(tmp_path, 300)
    room = step(state, excess=10_000, committed=200)
    assert room.removed
    assert room.removed[0][0].first_lost is None
    assert room.freed == 0
    state.spool.close()


def test_entries_that_wait_become_runs_that_verify_and_lose_nothing(tmp_path: Path) -> None:
    state = filled(tmp_path, 400)
    before = state.spool.readings_between(1, -1, 1000)
    room = step(state, excess=10_000)
    assert room.freed > 100 * (400 - RECENT)
    assert not room.removed
    counts = proven(state)
    assert sum(counts) == 400
    assert max(counts) > 100
    assert counts[-RECENT:] == [1] * RECENT
    assert state.spool.readings_between(1, -1, 1000) == before
    state.spool.close()


def test_without_a_connection_entries_become_full_messages_and_what_fills_none_stays(tmp_path: Path) -> None:
    state = filled(tmp_path, 1200)
    freed = []
    while size := merge_waiting(state.spool, {}):
        freed.append(size)
    counts = proven(state)
    assert sum(counts) == 1200
    assert counts[: len(freed)] == [count for count in counts if count > 1]
    assert min(counts[: len(freed)]) > 500
    assert len(counts) - len(freed) >= RECENT
    state.spool.close()


def test_a_run_answers_for_every_entry_in_it(tmp_path: Path) -> None:
    state = filled(tmp_path, 200)
    digests = [state.spool.digest(1, seq) for seq in range(200)]
    step(state, excess=10_000)
    assert [state.spool.digest(1, seq) for seq in range(200)] == digests
    packed = Packer().pack(state.spool.read(1, 17, 1 << 20, 100))
    assert packed.first == 0
    assert packed.last >= 100
    state.spool.close()
    again = opening.open_state(tmp_path, identity(tmp_path))
    assert again.faults == []
    assert again.recorder.tip == 199
    again.spool.close()


def test_the_fastest_channel_is_thinned_to_its_statistics_and_the_chain_still_verifies(tmp_path: Path) -> None:
    state = filled(tmp_path, 140, fast=2000)
    while (room := step(state, excess=1 << 30)).thinned is None:
        assert not room.removed
    thinned = room.thinned
    assert thinned.channels == [FAST]
    values = np.concatenate(
        [np.random.default_rng(n).integers(-500, 500, 2000) for n in range(thinned.first_seq, thinned.last_seq + 1)]
    )
    assert thinned.statistics == [[len(values), values.min(), values.max(), values.sum()]]
    assert room.thinned_readings == len(values)
    assert sum(proven(state)) == 140
    entry = state.spool.read(1, thinned.first_seq, 1, 1)[0]
    shown = list(parse_message(entry.wire, ARCHIVE_BYTES).contents().entry_contents(0))
    assert [leaf.channel for leaf in shown if isinstance(leaf, Values)] == [SLOW]
    assert sum(isinstance(leaf, Hidden) for leaf in shown) == 1
    state.spool.close()


def test_slow_channels_are_never_thinned_and_entries_go_only_when_nothing_else_helps(tmp_path: Path) -> None:
    state = filled(tmp_path, 300)
    rooms = [step(state, excess=4000) for _ in range(4)]
    assert all(room.thinned is None for room in rooms)
    lost = [trimmed for room in rooms for trimmed, _ in room.removed]
    assert lost[0].first_lost == 0
    assert lost[0].last_lost == lost[0].last
    state.spool.close()


def damage(folder: Path, *, entry: int) -> None:
    """Destroy the page that holds an entry, as a worn card does."""
    path = folder / "spool.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        wire = database.execute("SELECT wire FROM entry WHERE position = ?", ((1 << 40) + entry,)).fetchone()[0]
    database.close()
    data = bytearray(path.read_bytes())
    at = data.find(wire[60:140]) // 4096 * 4096
    data[at : at + 4096] = os.urandom(4096)
    path.write_bytes(data)


def test_a_corrupted_page_costs_its_own_entries_and_the_chain_goes_on(tmp_path: Path) -> None:
    filled(tmp_path, 600).spool.close()
    damage(tmp_path, entry=300)
    state = opening.open_state(tmp_path, identity(tmp_path))
    assert (state.recorder.epoch, state.recorder.tip) == (1, 599)
    assert (tmp_path / "spool.db.damaged-1").exists()
    assert "entries kept" in state.faults[0]
    (row,) = state.spool.epochs()
    holes = state.spool.holes(row)
    missing = sum(last - first + 1 for first, last in holes)
    assert 0 < missing < 30
    assert holes[0][0] <= 300 <= holes[-1][1]
    kept = {entry.seq for entry in state.spool.read(1, 0, 1 << 40, 10_000)}
    assert kept == set(range(600)) - {seq for first, last in holes for seq in range(first, last + 1)}
    assert state.recorder.record(Work(boot=BOOT, clock=Clock(), lived_us=0, readings=readings(600, 0))) == 600
    state.spool.close()


def test_a_chain_whose_end_is_damaged_is_published_as_far_as_it_goes_and_sealed_in_no_more(tmp_path: Path) -> None:
    filled(tmp_path, 600).spool.close()
    damage(tmp_path, entry=590)
    state = opening.open_state(tmp_path, identity(tmp_path))
    assert state.recorder.epoch == opening.PENDING_FROM
    closed = state.spool.epochs()[0]
    assert closed.state is EpochState.CLOSED
    assert 500 < closed.tip < 590
    assert state.spool.holes(closed) == []
    assert any("end of its chain is damaged" in fault for fault in state.faults)
    state.spool.close()


def test_a_hole_is_declared_lost_and_passed_over() -> None:
    chain = Protocol(tip=20, committed=4)
    chain.holes = (Gone(8, 11),)
    chain.connected(0.0)
    assert chain.wanted() == 5
    chain.sent(7, 100, 0.0)
    assert chain.wanted() is None
    gone = chain.gone()
    assert gone == Gone(8, 11)
    chain.sealed(21)
    chain.declare_lost(gone, 21)
    assert (chain.wanted(), chain.single()) == (21, True)
    chain.sent(21, 50, 0.0)
    assert chain.wanted() == 12


@pytest.mark.parametrize("first", [0, 63])
def test_a_spool_of_the_version_before_is_taken_over(tmp_path: Path, first: int) -> None:
    filled(tmp_path, 100).spool.close()
    with sqlite3.connect(tmp_path / "spool.db") as database:
        database.execute("ALTER TABLE entry DROP COLUMN count")
        database.execute("PRAGMA user_version = 1")
    database.close()
    state = opening.open_state(tmp_path, identity(tmp_path))
    assert state.spool.read(1, first, 1, 1)[0].count == 1
    assert state.recorder.tip == 99
    state.spool.close()
