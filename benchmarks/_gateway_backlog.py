"""A month without network: 10 s entries of 30 channels at 1 Hz in the gateway's spool, then the way to the server opens.

The spool is written by the gateway's own sealer with the recorded sound levels, and merged as a gateway without a connection merges
while they gather; then the gateway runs, without instruments, and the time counts from the moment it is connected until the record
holds its last entry.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from deploy.recordings import sound_level
from gateway_agent.enrol import load_identity
from gateway_agent.opening import open_state
from gateway_agent.recorder import Work
from gateway_agent.spool.room import merge_waiting
from gateway_agent.spool.rows import SpooledEntry, Write
from store.connection import connect
from telemetry.chain import Head
from telemetry.content import Times, Values
from telemetry.descriptor import ChannelModel, Instrument
from telemetry.link import Clock, ClockSource, Kind
from telemetry.seal import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks._gateway_platform import Platform
    from telemetry.content import Content

DAYS: Final = 30
ENTRY_S: Final = 10
CHANNELS: Final = 30
SECOND_US: Final = 1_000_000
PORTION: Final = 1000
BEAT_S: Final = 0.05
LONGEST_S: Final = 600.0


def drained_in_s(running: Platform, report_progress: Callable[[str], None], days: float = DAYS) -> float:
    """Seconds from the connection until the record holds the last entry of `days` days."""
    entries = round(days * 86_400 / ENTRY_S)
    tip = _fill(running, entries)
    report_progress(f"gateway: {entries} entries are spooled; sending")
    gateway = running.gateway([], seal={"interval_s": 60, "idle_s": 600})
    gateway.start()
    try:
        asyncio.run(gateway.until("uplink_connected"))
        took_s = asyncio.run(_committed(running, tip))
    finally:
        gateway.stop()
    report_progress(f"gateway: drained in {took_s:.1f} s")
    return took_s


async def _committed(running: Platform, tip: int) -> float:
    connection = await connect(running.login("antoan_owner"), "bench")
    began = time.perf_counter()
    try:
        while (await connection.fetchval("SELECT max(seq) FROM chain_head") or 0) < tip:
            if time.perf_counter() - began > LONGEST_S:
                raise TimeoutError(f"the record does not hold entry {tip} after {LONGEST_S:.0f} s")
            await asyncio.sleep(BEAT_S)
        return time.perf_counter() - began
    finally:
        await connection.close()


def _fill(running: Platform, entries: int) -> int:
    """Seal and spool; the last seq."""
    identity = load_identity(running.state)
    state = open_state(running.state, identity)
    boot = os.urandom(16)
    began_us = time.time_ns() // 1000 - entries * ENTRY_S * SECOND_US
    clock = Clock(ClockSource.NTP, began_us, 1000)
    models = [_model(number).to_content(number) for number in range(CHANNELS)]
    tip = state.recorder.record(Work(boot=boot, clock=clock, lived_us=0, descriptors=models))
    row = state.spool.epochs()[0]
    sealer = Sealer(Head(identity.gateway, identity.epoch, tip, row.head), identity.sealing_key, os.urandom)
    portion: list[SpooledEntry] = []
    for contents in _contents(entries):
        sealed = sealer.seal(Kind.READINGS, contents, boot=boot, clock=clock, descriptor=tip)
        portion.append(SpooledEntry(sealed.link.seq, Kind.READINGS, sealed.digest, CHANNELS * ENTRY_S, sealed.wire))
        if len(portion) == PORTION:
            state.spool.write(Write(epoch=identity.epoch, entries=tuple(portion), lived_us=0))
            portion = []
    if portion:
        state.spool.write(Write(epoch=identity.epoch, entries=tuple(portion), lived_us=0))
    while merge_waiting(state.spool, {}):
        pass
    state.spool.close()
    return sealer.head.seq


def _contents(entries: int) -> Iterator[list[Content]]:
    """The recorded levels, each channel from another hour of them on."""
    levels = sound_level().values[:86_400].astype(np.int64)
    for number in range(entries):
        at = number * ENTRY_S + np.arange(ENTRY_S, dtype=np.int64)
        columns = [Values(channel, 0, levels[(at + 2880 * channel) % 86_400]) for channel in range(CHANNELS)]
        yield [Times(0, at * SECOND_US + number % 7 * 100), *columns]


def _model(number: int) -> ChannelModel:
    return ChannelModel(
        name=f"level{number}", quantity="sound_level_a_eq", unit="dB[SPL]", exponent=-1,
        instrument=Instrument(maker="Bench", model="B", serial=str(number)), period_us=SECOND_US,
    )  # fmt: skip
