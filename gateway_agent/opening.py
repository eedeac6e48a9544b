"""The state folder opened: spool checked, chain found, and which epoch to seal under decided.

A seq must never be given twice. So a spool that is lost or damaged, and a chain that has forked, are not continued: the
gateway seals under a new key of its own (a *pending* epoch, which no server accepts) until a person enrols it again; then the
contents are sealed once more in the granted epoch, each leaving the pending one in the same transaction.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from gateway_agent.durable import write_durably
from gateway_agent.recorder import Recorder, Work
from gateway_agent.spool.errors import SpoolCorrupt
from gateway_agent.spool.rows import EpochState
from gateway_agent.spool.salvage import salvage
from gateway_agent.spool.spool import Spool
from telemetry.content import ChannelDescriptor, Event
from telemetry.cose import SigningKey
from telemetry.limits import ARCHIVE_BYTES
from telemetry.link import Kind
from telemetry.message import parse_message

if TYPE_CHECKING:
    from pathlib import Path

    from gateway_agent.enrol import Identity
    from gateway_agent.spool.rows import EpochRow, SpooledEntry

log = structlog.get_logger()

PENDING_FROM = 1 << 20
"""Numbers of pending epochs; enrolled ones count from 1."""

CHECKED_ENTRIES = 256
"""Entries at the end of the chain whose links are checked at start; a torn write would stand there."""


class EnrolmentMismatch(Exception):  # noqa: N818
    """The enrolment in the folder is not the one that the spool's chain began with."""


@dataclass(slots=True)
class State:
    """An opened state folder."""

    spool: Spool
    recorder: Recorder
    last_boot: bytes
    """Boot id of the last entry, empty when there is none."""
    faults: list[str]
    """What a person should know: a damaged spool was set aside, a fork awaits enrolment."""


def open_state(folder: Path, identity: Identity) -> State:
    """Open, check and decide. Raises SpoolUnavailable, EnrolmentMismatch."""
    spool, faults = _open_spool(folder)
    row = next((row for row in spool.epochs() if row.epoch == identity.epoch), None)
    if row is None and not _begun(folder, identity.epoch):
        spool.begin_epoch(identity.epoch, EpochState.ACTIVE, identity.digest)
        row = _row(spool, identity.epoch)
    if row is not None and row.genesis != identity.digest:
        spool.close()
        raise EnrolmentMismatch(f"{folder}: epoch {row.epoch} of the spool began with another enrolment record")
    if row is None or row.forked or row.state is EpochState.CLOSED:
        why = (
            "the spool of this epoch is gone"
            if row is None
            else "fork"
            if row.forked
            else "the end of its chain is damaged"
        )
        faults.append(f"waits for a person to enrol it again: {why}")
        return State(spool, pending_recorder(spool, folder, identity.gateway), _last_boot(spool), faults)
    if not _begun(folder, identity.epoch):
        write_durably(folder / "begun", f"{identity.epoch}\n".encode())  # before the first entry of the epoch is sealed
    last_boot = _last_boot(spool)
    recorder = Recorder(spool, identity.gateway, row, identity.sealing_key)
    for pending in spool.epochs():
        if pending.state is EpochState.PENDING:
            _move(spool, pending, recorder)
    return State(spool, recorder, last_boot, faults)


def pending_recorder(spool: Spool, folder: Path, gateway: str) -> Recorder:
    """The recorder of the pending epoch; begins one if there is none. Raises SpoolUnavailable."""
    key = _pending_key(folder / "keys" / "pending.key")
    row = next((row for row in spool.epochs() if row.state is EpochState.PENDING), None)
    if row is None:
        number = max((row.epoch + 1 for row in spool.epochs() if row.epoch >= PENDING_FROM), default=PENDING_FROM)
        genesis = hashlib.sha256(b"antoan/1/pending\0" + key.public.raw).digest()
        spool.begin_epoch(number, EpochState.PENDING, genesis)
        row = _row(spool, number)
    return Recorder(spool, gateway, row, key)


def _open_spool(folder: Path) -> tuple[Spool, list[str]]:
    path = folder / "spool.db"
    try:
        spool = Spool.open(path)
        try:
            for row in spool.epochs():
                _check_tail(spool, row)
        except SpoolCorrupt:
            spool.close()
            raise
    except SpoolCorrupt as error:
        return _salvaged(path, error)
    return spool, []


def _salvaged(path: Path, error: SpoolCorrupt) -> tuple[Spool, list[str]]:
    """The damaged file set aside, and a new one with all that can be read of it.

    A chain whose end is still whole goes on: its gaps are declared lost. One whose end is not is published as far as it goes, and
    sealed in no more.
    """
    aside = _set_aside(path)
    kept = salvage(aside, path)
    log.error("spool_damaged", set_aside=str(aside), entries_kept=kept, error=str(error))
    spool = Spool.open(path)
    for row in spool.epochs():
        try:
            _check_tail(spool, row)
        except SpoolCorrupt:
            _close_before_gap(spool, row)
    return spool, [f"spool damaged, set aside as {aside.name}, {kept} entries kept: {error}"[:128]]


def _close_before_gap(spool: Spool, row: EpochRow) -> None:
    """End a chain at its last entry before the first gap."""
    holes = spool.holes(row)
    last = holes[0][0] - 1 if holes else row.tip
    digest = spool.digest(row.epoch, last)
    if digest is not None and row.state is not EpochState.PENDING:
        spool.close_epoch(row, last, digest)


def _check_tail(spool: Spool, row: EpochRow) -> None:
    """The last entries link to each other and end in the head. Raises SpoolCorrupt."""
    first = max(row.gone_to + 1, row.tip + 1 - CHECKED_ENTRIES)
    entries = spool.read(row.epoch, first, 1 << 40, CHECKED_ENTRIES)
    before: tuple[int, bytes] | None = None
    for entry in entries:
        message = parse_message(entry.wire, ARCHIVE_BYTES)
        follows = before is None or (entry.first == before[0] + 1 and message.prev == before[1])
        if message.digest != entry.digest or not (follows or row.state is EpochState.PENDING):
            raise SpoolCorrupt(f"epoch {row.epoch}: entry {entry.seq} is not the one that was sealed")
        before = entry.seq, entry.digest
    if row.state is EpochState.PENDING:
        return
    if entries and entries[0].first > first:
        raise SpoolCorrupt(f"epoch {row.epoch}: entries are missing from {first} to {entries[0].first - 1}")
    if first <= row.tip and before != (row.tip, row.head):
        raise SpoolCorrupt(f"epoch {row.epoch}: the head is not the last entry")


def _set_aside(path: Path) -> Path:
    """Rename the damaged file (with its WAL), never delete: what can be read of it is evidence."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
    return aside


def _move(spool: Spool, pending: EpochRow, recorder: Recorder) -> None:
    """Seal the contents of a pending epoch again in the granted one, entry by entry, each moved in one transaction."""
    moved = 0
    while entries := spool.read(pending.epoch, 0, 1 << 22, CHECKED_ENTRIES):
        for entry in entries:
            recorder.record(_contents(pending.epoch, entry))
            moved += 1
    spool.drop_epoch(pending.epoch)
    log.info("pending_entries_moved", entries=moved, epoch=recorder.epoch)


def _contents(epoch: int, entry: SpooledEntry) -> Work:
    """What stands in an entry, as work of the boot and clock state it was measured under."""
    message = parse_message(entry.wire)
    leaves = tuple(message.contents().entry_contents(0))
    descriptors = tuple(leaf for leaf in leaves if isinstance(leaf, ChannelDescriptor))
    events = tuple(leaf for leaf in leaves if isinstance(leaf, Event))
    return Work(
        boot=message.last.boot,
        clock=message.last.clock,
        lived_us=0,
        readings=leaves if entry.kind is Kind.READINGS else (),  # type: ignore[arg-type]  # a sealed entry hides nothing
        events=events,
        descriptors=descriptors,
        moved=(epoch, entry.seq),
    )


def _last_boot(spool: Spool) -> bytes:
    for row in reversed(spool.epochs()):
        if last := spool.read(row.epoch, row.tip, 1, 1):
            return parse_message(last[0].wire).last.boot
    return b""


def _row(spool: Spool, epoch: int) -> EpochRow:
    return next(row for row in spool.epochs() if row.epoch == epoch)


def _begun(folder: Path, epoch: int) -> bool:
    """Whether this folder has already sealed in that epoch, even if its spool is gone."""
    try:
        return int((folder / "begun").read_text()) >= epoch
    except (FileNotFoundError, ValueError):
        return False


def _pending_key(path: Path) -> SigningKey:
    """The key of pending epochs, made when first wanted."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        write_durably(path, os.urandom(32))
    return SigningKey(path.read_bytes())
