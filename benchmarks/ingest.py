"""Readings a second from broker to record and rows, against raw binary COPY of the same rows in the same run.

Each round: a fresh database; ingest in its own process; twenty kits' entries, sealed beforehand, are published as fast as rows
and rollups keep up within 2 s (to the record only: flat out). The rows are then laid out again exactly as the projection did,
the table emptied, and copied batch by batch with nothing else running.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks import _ingest_load as load
from benchmarks._ingest_stack import stack
from ingest.projections.context import Context
from ingest.projections.follow import BATCH_READINGS
from ingest.projections.rows import ReadingRows
from ingest.projections.stored import open_all
from store import readings, record
from store.connection import connect
from store.record import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    from benchmarks._ingest_load import Kit
    from benchmarks._ingest_stack import Stack

ROUNDS: Final = 5
LARGE_S, SMALL_S = 60, 10
ROW_ENTRIES: Final = 90
"""Of each kit with 20 × 60: 2.2 million rows a round."""
SMALL_ENTRIES: Final = 360
SLICE: Final = 3
"""Entries of each kit offered at once."""
RECORD_ENTRIES: Final = 400
"""Of each kit to the record only: 9.6 million readings a round."""
LAG_READINGS: Final = 400_000
"""Offered ahead of the rows: about 0.8 s of COPY. More is not offered, so that no more than 2 s of lag build up."""
BEAT_S: Final = 0.02
YEAR_US: Final = 366 * 86_400 * load.SECOND_US


@dataclass(frozen=True)
class Measured:
    """One round: readings a second, and the longest that rows or rollups came after their commit, in seconds."""

    per_s: float
    lag_s: float = 0.0


def run(report_progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure; the results in the format of `./antoan bench`."""
    with stack() as running:
        name = running.fresh_database()
        digests = asyncio.run(_enrolled(running, name))
        report_progress("ingest: sealing entries")
        large = load.seal(digests, RECORD_ENTRIES, LARGE_S)
        small = load.seal(digests, SMALL_ENTRIES, SMALL_S)
        rows, lags, few, only, copies = [], [], [], [], []
        for number in range(ROUNDS):
            report_progress(f"ingest: round {number + 1} of {ROUNDS}, rows of 20 × 60")
            measured, copied = _round(running, large, ROW_ENTRIES, LARGE_S)
            rows.append(measured.per_s / copied)
            lags.append(measured.lag_s)
            copies.append(copied / 1e6)
            report_progress(
                f"ingest: {rows[-1]:.2f} of COPY ({copies[-1]:.2f} M rows/s), lag {lags[-1]:.2f} s; 20 × 10"
            )
            measured, few_copied = _round(running, small, SMALL_ENTRIES, SMALL_S)
            few.append(measured.per_s / few_copied)
            report_progress(f"ingest: {few[-1]:.2f} of COPY; record only")
            measured, _ = _round(running, large, RECORD_ENTRIES, LARGE_S, project=False)
            only.append(measured.per_s / copied)
            report_progress(f"ingest: {only[-1]:.1f} times COPY")
    return [
        _result("ingest.rows_to_copy", "ratio", 0.9, rows),
        _result("ingest.rows_to_copy_small", "ratio", None, few),
        _result("ingest.record_to_copy", "ratio", 7, only),
        _result("ingest.projection_lag", "s after the last commit", 2, lags),
        _result("ingest.copy", "million rows/s", None, copies),
    ]


def _result(name: str, unit: str, bar: float | None, rounds: list[float]) -> dict[str, Any]:
    return {"name": name, "value": statistics.median(rounds), "unit": unit, "bar": bar, "rounds": rounds}


async def _enrolled(running: Stack, name: str) -> list[bytes]:
    owner = await connect(running.login("antoan_owner", name), "bench")
    try:
        return await load.enrol(owner)
    finally:
        await owner.close()


def _round(
    running: Stack, kits: list[Kit], entries: int, seconds: int, *, project: bool = True
) -> tuple[Measured, float]:
    """One round in a fresh database; the raw COPY of the same rows where there are rows."""
    name = running.fresh_database()
    asyncio.run(_enrolled(running, name))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    publisher = context.Process(target=load.publish, args=(theirs, running.socket, kits), daemon=True)
    publisher.start()
    try:
        with running.ingesting(running.settings(name, project=project)):
            measured = asyncio.run(_measure(running, name, ours, entries, seconds, project=project))
        ours.send(None)
        publisher.join()
    finally:
        publisher.kill()
    return measured, asyncio.run(_copy(running, name)) if project else 0.0


async def _measure(running: Stack, name: str, pipe: Any, entries: int, seconds: int, *, project: bool) -> Measured:  # noqa: ANN401
    connection = await connect(running.login("antoan_owner", name), "bench")
    try:
        await _until(connection, "SELECT count(*) > 0 FROM ingest_worker")
        while not await connection.fetchval("SELECT count(*) = $1 FROM chain_head WHERE seq = 0", load.GATEWAYS):
            pipe.send((0, 1))  # the descriptors, until a session with the broker stands
            await asyncio.to_thread(pipe.recv)
            await asyncio.sleep(0.2)
        began = time.perf_counter()
        lag_s = await _offer(connection, pipe, entries, LAG_READINGS // (load.CHANNELS * seconds)) if project else 0.0
        if not project:
            pipe.send((1, entries + 1))
            await _until(connection, "SELECT bool_and(seq = $1) FROM chain_head", entries)
            ended = time.perf_counter()
            await asyncio.to_thread(pipe.recv)
        else:
            await _until(connection, _PASSED, "readings")
            ended = time.perf_counter()
            await _until(connection, _PASSED, "rollups")
        readings_ = load.GATEWAYS * entries * load.CHANNELS * seconds
        if project:
            found = await connection.fetchval("SELECT count(*) FROM readings")
            if found != readings_:
                raise RuntimeError(f"{found} rows where {readings_} readings were sent")
        return Measured(readings_ / (ended - began), lag_s)
    finally:
        await connection.close()


_PASSED: Final = (
    "SELECT bool_and(c.position = p.position) FROM projection_cursor AS c JOIN partition AS p USING (partition) "
    "WHERE c.projection = $1"
)


async def _offer(connection: asyncpg.Connection, pipe: Any, entries: int, ahead: int) -> float:  # noqa: ANN401
    """Offer entries as the rows keep up, all of them; returns the longest lag seen, in seconds."""
    lag_s, offered, answers = 0.0, 0, 0
    commits: deque[tuple[float, int]] = deque()
    passed = 0
    while passed < (entries + 1) * load.GATEWAYS:
        recorded, passed = await connection.fetchrow(_POSITIONS) or (0, 0)
        now = time.perf_counter()
        if not commits or recorded > commits[-1][1]:
            commits.append((now, recorded))
        while len(commits) > 1 and commits[0][1] <= passed:
            commits.popleft()
        if commits[0][1] > passed:
            lag_s = max(lag_s, now - commits[0][0])
        if offered < entries and offered * load.GATEWAYS + load.GATEWAYS - passed < ahead:
            last = min(offered + SLICE, entries)
            pipe.send((offered + 1, last + 1))
            offered, answers = last, answers + 1
        await asyncio.sleep(BEAT_S)
    for _ in range(answers):
        await asyncio.to_thread(pipe.recv)
    return lag_s


_POSITIONS: Final = (
    "SELECT sum(p.position)::bigint, (SELECT min(passed) FROM (SELECT sum(position)::bigint AS passed FROM projection_cursor "
    "WHERE projection IN ('readings', 'rollups') GROUP BY projection) AS each) FROM partition AS p"
)


async def _until(connection: asyncpg.Connection, query: str, *arguments: object) -> None:
    while not await connection.fetchval(query, *arguments):  # noqa: ASYNC110  (another process)
        await asyncio.sleep(BEAT_S)


async def _copy(running: Stack, name: str) -> float:
    """Rows a second of raw binary COPY: the batches of the projection, laid out beforehand, into the emptied table."""
    ingest = await connect(running.login("antoan_ingest", name), "bench")
    owner = await connect(running.login("antoan_owner", name), "bench")
    try:
        batches = await _batches(ingest)
        await owner.execute("TRUNCATE readings")
        began = time.perf_counter()
        for laid_out in batches:
            await readings.insert_binary(ingest, laid_out)
        took_s = time.perf_counter() - began
        return float(await owner.fetchval("SELECT count(*) FROM readings")) / took_s
    finally:
        await ingest.close()
        await owner.close()


async def _batches(connection: asyncpg.Connection) -> list[memoryview]:
    projection, context = ReadingRows(YEAR_US, list), Context()
    made: list[memoryview] = []
    pending: list[Any] = []
    with ThreadPoolExecutor(1) as thread:
        loop = asyncio.get_running_loop()
        places = dict.fromkeys(await record.positions(connection), Place(0, 0))
        behind = True
        while behind:
            behind = False
            for partition, place in places.items():
                stored = await record.after(connection, partition, place, messages=16)
                if not stored:
                    continue
                behind = True
                places[partition] = Place(stored[-1].position, stored[-1].received_us)
                pending += await loop.run_in_executor(thread, open_all, stored)
            if sum(message.readings for message in pending) >= BATCH_READINGS or not behind:
                await context.resolve(connection, pending)
                made.append(projection.prepare(pending, context).binary)
                pending = []
    return [batch for batch in made if len(batch)]
