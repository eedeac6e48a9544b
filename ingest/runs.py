"""Entries become runs: whole chunks of the record, once every cursor has passed, in one commit with the drop of the chunk.

A run is proven (every link rebuilt, the last signature's link byte for byte) and compared with what it replaces before anything goes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import structlog

from store import archive, record
from store.errors import StoreError
from store.receipts import pack
from store.record import NewMessage, Place, State
from telemetry import limits
from telemetry.errors import TelemetryError
from telemetry.message import parse_message
from telemetry.run import merge_within, mergeable_count

if TYPE_CHECKING:
    from datetime import datetime

    from store.chains import Chain
    from store.connection import Connection
    from store.record import StoredMessage
    from telemetry.message import Message

LOG = structlog.get_logger("antoan.ingest")
PAGE: Final = 1000
"""Messages of a chain read at once: 64 MiB at the worst, 2 MiB as a rule."""

Span = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A message of the old form, parsed, with its span of event time."""

    stored: StoredMessage
    span: Span
    message: Message


async def merge_due(connection: Connection, until: datetime, run_bytes: int) -> int:
    """Merge the chunks that end before `until` and that every cursor has passed; returns how many.

    Raises asyncpg.LockNotAvailableError (try later), StoreError when a run does not hold what it should.
    """
    merged = 0
    for chunk in await archive.chunks_before(connection, until):
        async with connection.transaction():
            await archive.hold_cursors(connection)
            if not await archive.all_passed(connection, chunk[1]):
                break
            entries = runs = 0
            for chain in await archive.chains_in(connection, *chunk):
                took, made = await _merge_chain(connection, chain, chunk, run_bytes)
                entries, runs = entries + took, runs + made
            await archive.drop_before(connection, chunk[1])
        LOG.info("merged", chunk=chunk[0].isoformat(), messages=entries, runs=runs)
        merged += 1
    return merged


async def _merge_chain(
    connection: Connection, chain: Chain, chunk: tuple[datetime, datetime], run_bytes: int
) -> tuple[int, int]:
    pieces: list[Piece] = []
    seq, position, took, made = -1, 0, 0, 0
    while True:
        page = await archive.of_chain(connection, chain, chunk, after=(seq, position), limit=PAGE)
        if page:
            seq, position = page[-1][0].seq, page[-1][0].position
            pieces += await asyncio.to_thread(_parse, page)
            took += len(page)
        last = len(page) < PAGE
        runs, pieces = await asyncio.to_thread(_merge, pieces, run_bytes, last)
        await record.append_runs(connection, runs)
        made += len(runs)
        if last:
            return took, made


def _parse(page: list[tuple[StoredMessage, Span]]) -> list[Piece]:
    pieces = []
    for stored, span in page:
        try:
            pieces.append(Piece(stored, span, parse_message(stored.sealed, limits.ARCHIVE_BYTES)))
        except TelemetryError as error:
            raise StoreError(f"gateway {stored.gateway} epoch {stored.epoch} seq {stored.seq}: {error}") from error
    return pieces


def _merge(
    pieces: list[Piece], run_bytes: int, last: bool
) -> tuple[list[tuple[NewMessage, Place, bytes]], list[Piece]]:
    """Runs of the pieces, and the pieces that may still grow (none if `last`)."""
    runs = []
    while pieces:
        count = _alike(pieces)
        if count == len(pieces) and not last and _room(pieces, run_bytes):
            break
        messages = [piece.message for piece in pieces[:count]]
        run, taken = merge_within(messages, run_bytes) if count > 1 else (messages[0], 1)
        runs.append(_proven(run, pieces[:taken]))
        pieces = pieces[taken:]
    return runs, pieces


def _room(pieces: list[Piece], run_bytes: int) -> bool:
    """Whether all pieces together may be one run still; runs are never larger than their entries."""
    return sum(len(piece.stored.sealed) for piece in pieces) < 4 * run_bytes


def _alike(pieces: list[Piece]) -> int:
    """How many of the first pieces can be merged: linked, whole, and fit for one run."""
    whole = 0
    for piece in pieces:
        if piece.stored.state is not State.LINKED or piece.stored.skip:
            break
        whole += 1
    return mergeable_count([piece.message for piece in pieces[:whole]]) if whole > 1 else 1


def _proven(run: Message, pieces: list[Piece]) -> tuple[NewMessage, Place, bytes]:
    """The row of a run, after proof that it holds the pieces and nothing else. Raises StoreError."""
    last = pieces[-1].stored
    where = f"gateway {last.gateway} epoch {last.epoch} seqs {pieces[0].stored.first_seq} to {last.seq}"
    readings = sum(piece.stored.readings for piece in pieces)
    if len(pieces) > 1:
        try:
            opened = run.contents()
        except TelemetryError as error:
            raise StoreError(f"{where}: the run does not open: {error}") from error
        ends = [opened.digests[piece.stored.seq - run.first_seq] for piece in pieces]
        if ends != [piece.stored.digest for piece in pieces] or opened.readings != readings:
            raise StoreError(f"{where}: the run holds something else than its entries")
    receipts = [piece.stored.positions_and_received() for piece in pieces]
    first_us, last_us = _span(pieces)
    new = NewMessage(
        gateway=last.gateway,
        epoch=last.epoch,
        partition=last.partition,
        first_seq=pieces[0].stored.first_seq,
        seq=last.seq,
        skip=pieces[0].stored.skip,
        readings=readings,
        kind=last.kind,
        state=last.state,
        digest=last.digest,
        sealed=run.wire,
        event_from_us=first_us,
        event_to_us=last_us,
    )
    packed = pack(np.concatenate([one[0] for one in receipts]), np.concatenate([one[1] for one in receipts]))
    return new, Place(last.position, last.received_us), packed


def _span(pieces: list[Piece]) -> Span:
    """Event time over all; unknown as soon as one with readings is."""
    spans = [piece.span for piece in pieces if piece.stored.readings]
    firsts = [first for first, _ in spans if first is not None]
    lasts = [last for _, last in spans if last is not None]
    if not spans or len(firsts) != len(spans) or len(lasts) != len(spans):
        return None, None
    return min(firsts), max(lasts)
