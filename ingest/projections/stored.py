"""Messages read back from the record, opened for projections. One that no longer opens is passed over and told, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ingest.feed import Followed
from store import record
from store.record import State
from telemetry import limits
from telemetry.errors import Refused
from telemetry.message import parse_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.connection import Connection
    from store.cursors import Dated
    from store.record import StoredMessage

LOG = structlog.get_logger("antoan.ingest")


def open_stored(stored: StoredMessage) -> Followed:
    """A message of the record, decoded where it is linked (events say marks). Raises Refused when it no longer opens."""
    positions, received = stored.positions_and_received()
    opened = None
    if stored.state is State.LINKED:
        opened = parse_message(stored.sealed, limits.ARCHIVE_BYTES).contents()
    return Followed(
        stored.partition,
        stored.position,
        int(positions[0]),
        stored.received_us,
        stored.gateway,
        stored.epoch,
        stored.skip,
        stored.readings,
        stored.state,
        opened,
        each_received_us=received if stored.receipts is not None else None,
    )


def open_all(stored: Sequence[StoredMessage]) -> list[Followed]:
    """Messages of the record; those that no longer open come without contents."""
    messages = []
    for one in stored:
        try:
            messages.append(open_stored(one))
        except Refused as error:
            _tell(one.gateway, one.epoch, one.seq, error)
            messages.append(
                Followed(
                    one.partition, one.position, one.position, one.received_us, one.gateway, one.epoch, one.skip,
                    one.readings, State.UNDECODABLE, None,
                )
            )  # fmt: skip
    return messages


async def fetch_dated(connection: Connection, dated: Sequence[Dated]) -> list[Followed]:
    """The entries that waited for their clock, each alone."""
    messages = []
    for one in dated:
        found = await record.find(connection, one.gateway, one.epoch, one.seq)
        if found is None:
            continue  # altered: the verifier names it
        try:
            opened = parse_message(found[2], limits.ARCHIVE_BYTES).contents()
        except Refused as error:
            _tell(one.gateway, one.epoch, one.seq, error)
            continue
        number = one.seq - opened.links[0].seq
        messages.append(
            Followed(
                partition=0,
                position=0,
                first_position=0,
                received_us=one.received_us,
                gateway=one.gateway,
                epoch=one.epoch,
                skip=0,
                readings=opened.readings,
                state=State.LINKED,
                opened=opened,
                only=number,
                only_offset_us=one.utc_offset_us,
            )
        )
    return messages


def _tell(gateway: str, epoch: int, seq: int, error: Refused) -> None:
    LOG.error("record_unreadable", gateway=gateway, epoch=epoch, seq=seq, reason=error.reason, error=str(error))
