"""Room in the spool: what goes first when space is wanted.

Committed entries stay `keep` of running time, and longer until space is wanted; when the bound is reached the oldest committed
entries go first, whatever their age. What happens when none is left is decided in `room`; what is lost is returned to be declared.
Entries leave from the front of an epoch only, so `gone_to` says it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway_agent.spool.database import transaction
from gateway_agent.spool.rows import ROW_BYTES, Trimmed
from gateway_agent.spool.spool import SEQS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway_agent.spool.rows import Acknowledged, EpochRow
    from gateway_agent.spool.spool import Spool

STEP = 500  # entries in one transaction: milliseconds, so that sealing never waits long


def spooled_bytes(spool: Spool) -> int:
    """Bytes that the spooled entries take, about. Reads the whole index: once at start, then count along."""
    total, count = spool.connection.execute("SELECT coalesce(sum(length(wire)), 0), count(*) FROM entry").fetchone()
    return int(total) + ROW_BYTES * int(count)


def trim_committed(
    spool: Spool, *, acknowledged: Mapping[int, Acknowledged], older_than_lived_us: int, excess_bytes: int
) -> list[tuple[Trimmed, int]]:
    """Remove at most STEP rows of each epoch that the server has: what is old, and what must go for `excess_bytes`.

    Returns what went and the bytes it freed. `acknowledged` is what the server is known to have, by epoch; it is written in the
    same transaction. Forked epochs count as never acknowledged.
    """
    removed: list[tuple[Trimmed, int]] = []
    for row in spool.epochs():
        committed = _committed(row, acknowledged)
        step = _remove(spool, row, acknowledged, upto=committed, older_than_us=older_than_lived_us, excess=excess_bytes)
        if step is not None:
            removed.append(step)
            excess_bytes -= step[1]
    return removed


def lose_oldest(
    spool: Spool, *, acknowledged: Mapping[int, Acknowledged], excess_bytes: int
) -> list[tuple[Trimmed, int]]:
    """Remove the oldest rows, whether the server has them or not; what is lost so is told in the result."""
    for row in spool.epochs():
        step = _remove(spool, row, acknowledged, upto=row.tip, older_than_us=None, excess=excess_bytes)
        if step is not None:
            return [step]
    return []


def _committed(row: EpochRow, acknowledged: Mapping[int, Acknowledged]) -> int:
    return -1 if row.forked else acknowledged.get(row.epoch, row.acknowledged).seq


def _remove(
    spool: Spool,
    row: EpochRow,
    acknowledged: Mapping[int, Acknowledged],
    *,
    upto: int,
    older_than_us: int | None,
    excess: int,
) -> tuple[Trimmed, int] | None:
    """Remove from the front: what is old, and what must go for `excess` bytes."""
    going: list[tuple[int, bytes, int, int]] = []  # last seq, its digest, readings, entries
    freed = 0
    rows = spool.connection.execute(
        "SELECT position, digest, readings, length(wire), lived_us, count FROM entry WHERE position BETWEEN ? AND ? "
        "ORDER BY position LIMIT ?",
        (row.epoch * SEQS, row.epoch * SEQS + upto, STEP),
    ).fetchall()
    for position, digest, readings, size, lived_us, count in rows:
        if freed >= excess and (older_than_us is None or lived_us >= older_than_us):
            break
        going.append((position - row.epoch * SEQS, digest, readings, count))
        freed += size + ROW_BYTES
    if not going:
        return None
    last_seq, last_digest = going[-1][0], going[-1][1]
    with transaction(spool.connection):
        spool.connection.execute(
            "DELETE FROM entry WHERE position BETWEEN ? AND ?", (row.epoch * SEQS, row.epoch * SEQS + last_seq)
        )
        known = acknowledged.get(row.epoch, row.acknowledged)
        spool.connection.execute(
            "UPDATE epoch SET gone_to = ?, gone_digest = ?, committed_seq = ?, ask = ?, committed_by = ? WHERE epoch = ?",
            (last_seq, last_digest, known.seq, known.ask, known.wire, row.epoch),
        )
    committed = _committed(row, acknowledged)
    lost = [(max(seq - count, committed) + 1, seq, readings) for seq, _, readings, count in going if seq > committed]
    return Trimmed(
        epoch=row.epoch,
        last=last_seq,
        first_lost=lost[0][0] if lost else None,
        last_lost=lost[-1][1] if lost else None,
        lost_readings=sum(readings for _, _, readings in lost),
    ), freed
