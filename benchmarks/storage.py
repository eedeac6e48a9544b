"""Bytes a reading takes in the record at rest: the recorded sound levels at 0.1 dB in 20 channels, indexes and all.

Two kits' entries of a day, one every 10 s, lie in the record as they would have been received, chunk by chunk; the service's own
merge makes them runs; then everything that is kept for them is weighed.
"""

from __future__ import annotations

import asyncio
import os
import statistics
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks import _ingest_load as load
from benchmarks._ingest_stack import stack
from ingest.examine import Accepted, ChainState, Examiner, parse
from ingest.publishes import Received
from ingest.runs import merge_due
from ingest.settings import RunsSettings
from store import archive, chains, channels, record
from store.connection import connect
from store.enrolment import epoch_key
from store.record import Place
from telemetry.topics import partition

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    from benchmarks._ingest_load import Kit
    from benchmarks._ingest_stack import Stack

ROUNDS: Final = 3
KITS: Final = 2
HOURS: Final = 24
FLUSH_S: Final = 10
_SIZES: Final = """
SELECT sum(bytes)::bigint FROM (
    SELECT hypertable_size(name::regclass) AS bytes FROM unnest(ARRAY['record', 'record_run']) AS name
    UNION ALL
    SELECT pg_total_relation_size(name::regclass)
    FROM unnest(ARRAY['chain_head', 'chain_loss', 'boot_clock', 'channel', 'channel_described']) AS name
) AS parts
"""


def run(report_progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure; the results in the format of `./antoan bench`."""
    at_rest, fresh, rows = [], [], []
    with stack() as running:
        for number in range(ROUNDS):
            report_progress(f"storage: round {number + 1} of {ROUNDS}, sealing {HOURS} h of {KITS} kits")
            weighed = asyncio.run(_round(running, running.fresh_database(), report_progress))
            at_rest.append(weighed[0])
            fresh.append(weighed[1])
            rows.append(weighed[2])
            report_progress(f"storage: {at_rest[-1]:.3f} B a reading at rest, {fresh[-1]:.2f} B as entries")
    return [
        _result("storage.bytes_per_reading", "B", 1.0, at_rest),
        _result("storage.bytes_per_reading_fresh", "B, entries of 20 × 10 before they are merged", None, fresh),
        _result("storage.entries_per_run", "entries", None, rows),
    ]


def _result(name: str, unit: str, bar: float | None, rounds: list[float]) -> dict[str, Any]:
    return {"name": name, "value": statistics.median(rounds), "unit": unit, "bar": bar, "rounds": rounds}


async def _round(running: Stack, name: str, report_progress: Callable[[str], None]) -> tuple[float, float, float]:
    owner = await connect(running.login("antoan_owner", name), "bench")
    ingest = await connect(running.login("antoan_ingest", name), "bench")
    try:
        digests = (await load.enrol(owner))[:KITS]
        kits = await asyncio.to_thread(load.seal, digests, HOURS * 3600 // FLUSH_S, FLUSH_S)
        report_progress("storage: appending and merging")
        readings = sum([await _append(ingest, kit) for kit in kits])
        fresh = await owner.fetchval(_SIZES)
        await owner.execute("UPDATE projection_cursor SET position = (SELECT max(position) FROM partition)")
        end = (await archive.chunks_before(ingest, datetime.now(UTC)))[-1][1]
        await merge_due(ingest, end, RunsSettings().run_bytes)
        held, entries, runs = await owner.fetchrow("SELECT sum(readings), sum(entries), count(*) FROM record_run") or (
            0,
            0,
            1,
        )
        if held != readings:
            raise RuntimeError(f"the runs hold {held} readings, {readings} were appended")
        return await owner.fetchval(_SIZES) / readings, fresh / readings, entries / runs
    finally:
        await ingest.close()
        await owner.close()


async def _append(connection: asyncpg.Connection, kit: Kit) -> int:
    """A kit's entries as ingest examines and appends them, at the times they would have come."""
    key = await epoch_key(connection, kit.gateway, 1)
    if key is None:
        raise RuntimeError(f"{kit.gateway} is not enrolled")
    examiner = Examiner()
    number = partition(kit.gateway)
    await chains.begin(connection, [(kit.gateway, 1, number, key.enrolment_digest)])
    (head,) = await chains.heads(connection, [(kit.gateway, 1)])
    examiner.chains[kit.gateway, 1] = ChainState.of(head, key, [])
    parsed = parse([Received(n, kit.topic, wire, retained=False) for n, wire in enumerate(kit.wires)])
    accepted: list[Accepted] = []
    while parsed:
        examined, parsed = await asyncio.to_thread(examiner.examine, parsed)
        accepted += examined.accepted
        for one in examined.accepted:
            for description in one.descriptions:
                await channels.describe(connection, description, load.STARTED_US)
    jitter_us = np.random.default_rng(int.from_bytes(os.urandom(4), "big")).integers(0, 400_000, len(accepted))
    async with connection.transaction():
        place = (await record.advance(connection, {number: len(accepted)}))[number]
        first = place.position - len(accepted) + 1
        await record.append(
            connection,
            [
                (one.new, Place(first + n, load.STARTED_US + n * FLUSH_S * load.SECOND_US + int(jitter_us[n])))
                for n, one in enumerate(accepted)
            ],
        )
        last = accepted[-1].new
        move = chains.Move(kit.gateway, 1, head.seq, head.digest, last.seq, last.digest)
        await chains.move(connection, [move], load.STARTED_US)
    return sum(one.new.readings for one in accepted)
