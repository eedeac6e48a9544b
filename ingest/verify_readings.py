"""Compare the rows of `readings` with the record they were derived from: same channels, times, values, qualities, none more."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.faults import Fault, Verdict
from ingest.projections.context import Context
from ingest.projections.rows import ReadingRows
from ingest.projections.stored import open_all
from store import readings, record
from store.enrolment import epoch_keys
from store.times import from_us

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from store.connection import Connection
    from store.readings import Rows
    from store.record import StoredMessage

PAGE: Final = 64
DAY_US: Final = 86_400_000_000
FAULTS: Final = 100
"""Named at most; the counts tell the rest."""


async def verify_readings(connection: Connection, retention_days: int = 90) -> Verdict:
    """Compare every row with the record; `readings` must have passed it. Reads only. Raises asyncpg errors, OSError."""
    horizons = await readings.horizons(connection)
    projection = ReadingRows(retention_days * DAY_US, lambda: horizons)
    context = Context()
    faults: list[Fault] = []
    expected: Counter[int] = Counter()
    entries = chains = 0
    for key in await epoch_keys(connection):
        chains += 1
        seq, position = -1, 0
        while page := await record.chain(connection, key.gateway, key.epoch, seq, position, messages=PAGE):
            rows = await _expected(connection, page, projection, context)
            expected.update({int(c): int(n) for c, n in zip(*np.unique(rows.channel, return_counts=True), strict=True)})
            faults += await _compare(connection, rows, (key.gateway, key.epoch))
            entries += sum(stored.entries - stored.skip for stored in page)
            seq, position = page[-1].seq, page[-1].position
    for channel, count in (await readings.counts(connection)).items():
        if count > expected[channel]:
            text = f"channel {channel}: {count} rows where the record has {expected[channel]} readings"
            faults.append(Fault("", 0, None, "row-added", text))
    return Verdict(chains, entries, expected.total(), tuple(faults[:FAULTS]))


async def _expected(
    connection: Connection, page: list[StoredMessage], projection: ReadingRows, context: Context
) -> Rows:
    messages = await asyncio.to_thread(open_all, page)
    await context.resolve(connection, messages)
    return await asyncio.to_thread(projection.kept_rows, messages, context)


async def _compare(connection: Connection, rows: Rows, chain: tuple[str, int]) -> list[Fault]:
    if not len(rows):
        return []
    wanted = np.stack([rows.channel.astype(np.int64), rows.time_us, rows.value, rows.quality.astype(np.int64)], axis=1)
    channels = np.unique(rows.channel).tolist()
    found = await readings.of_channels(connection, channels, int(rows.time_us.min()), int(rows.time_us.max()))
    missing = Counter(_keys(wanted)) - Counter(_keys(found))
    return [_missing(key, found, chain) for key in sorted(missing)[:FAULTS]]


def _keys(rows: NDArray[np.int64]) -> list[tuple[int, ...]]:
    return [tuple(row) for row in rows.tolist()]


def _missing(key: tuple[int, ...], found: NDArray[np.int64], chain: tuple[str, int]) -> Fault:
    channel, time_us, value, quality = key
    there = found[(found[:, 0] == channel) & (found[:, 1] == time_us)]
    instead = f"the row has {there[0, 2]} with quality {there[0, 3]}" if len(there) else "there is no row"
    text = (
        f"gateway {chain[0]} epoch {chain[1]}, channel {channel} at {from_us(time_us):%Y-%m-%d %H:%M:%S.%f} UTC: "
        f"the record has {value} with quality {quality}, {instead}"
    )
    return Fault(chain[0], chain[1], None, "row-altered" if len(there) else "row-missing", text)
