"""Messages of spooled entries: the same entries in order, each message within its bound, whatever the entries look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gateway_agent.batch import Batch, Reading
from gateway_agent.opening import open_state
from gateway_agent.recorder import Work
from gateway_agent.uplink.packing import READ_BYTES, READ_ENTRIES, Packer
from telemetry.chain import Head, verify_chain
from telemetry.events import Note
from telemetry.limits import MESSAGE_BYTES
from telemetry.link import Clock
from telemetry.message import parse_message
from tests.gateway_agent.parts import GATEWAY, GENESIS, SEALING_KEY, identity

if TYPE_CHECKING:
    from pathlib import Path


def work(number: int, readings: int, spread: int) -> Work:
    batch, dice = Batch(), np.random.default_rng(number)
    batch.add(
        Reading(channel, number * 1_000_000 + n, int(value), 0)
        for channel in range(3)
        for n, value in enumerate(dice.integers(-spread, spread, readings))
    )
    note = (Note(mark=str(number)).to_event(number),) if number % 50 == 0 else ()
    return Work(boot=b"b" * 16, clock=Clock(), lived_us=number, readings=batch.contents(), events=note)


@pytest.mark.parametrize(("readings", "spread"), [(2, 3), (30, 2**60), (680, 2**60)], ids=["small", "middle", "large"])
def test_packed_entries_are_the_spooled_ones(tmp_path: Path, readings: int, spread: int) -> None:
    state = open_state(tmp_path, identity(tmp_path))
    for number in range(120):
        state.recorder.record(work(number, readings if number % 10 else 1, spread))
    packer, messages, following = Packer(), [], 0
    while entries := state.spool.read(1, following, READ_BYTES, READ_ENTRIES):
        packed = packer.pack(entries)
        assert packed.first == following
        messages.append(packed.payload)
        following = packed.last + 1
    head = verify_chain(map(parse_message, messages), SEALING_KEY.public, Head(GATEWAY, 1, -1, GENESIS))
    assert (head.seq, head.digest) == (state.recorder.tip, state.spool.epochs()[0].head)
    assert following == state.recorder.tip + 1
    assert all(len(message) <= MESSAGE_BYTES for message in messages if parse_message(message).count > 1)
    if readings == 2:
        assert len(messages) == 1
    state.spool.close()
