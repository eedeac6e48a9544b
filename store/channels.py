"""Server-wide channels, assigned in the commit of the descriptor entry that describes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.named import sql
from store.times import from_us

if TYPE_CHECKING:
    from store.connection import Connection
    from telemetry.descriptor import ChannelModel


@dataclass(frozen=True, slots=True)
class Channel:
    """What a projection must know of a channel to place its values."""

    id: int
    exponent: int
    unit: str
    interval_us: int | None
    """Time between readings as scheduled."""


@dataclass(frozen=True, slots=True)
class Description:
    """One descriptor of one channel of a gateway, in the entry `descriptor_seq`."""

    gateway: str
    epoch: int
    descriptor_seq: int
    gateway_channel: int
    model: ChannelModel


async def describe(connection: Connection, description: Description, received_us: int) -> int:
    """Find or make the server-wide channel and keep the descriptor as a dated fact; part of the commit. Returns its id."""
    model, received = description.model, from_us(received_us)
    instrument = json.dumps(
        [model.instrument.maker, model.instrument.model, model.instrument.serial], ensure_ascii=False
    )
    body = json.dumps(_plain(model), ensure_ascii=False, sort_keys=True)
    channel: int = await connection.fetchval(
        sql("channels/upsert"),
        description.gateway,
        description.gateway_channel,
        model.quantity,
        model.unit,
        model.exponent,
        instrument,
        model.period_us,
        model.name,
        body,
        received,
    )
    await connection.execute(
        sql("channels/described"),
        description.gateway,
        description.epoch,
        description.descriptor_seq,
        description.gateway_channel,
        channel,
        received,
        body,
    )
    return channel


def _plain(model: ChannelModel) -> dict[str, object]:
    plain = model.model_dump(exclude_none=True, exclude={"profile_digest"})
    return {**plain, "profile_digest": model.profile_digest.hex()}


async def of_descriptor(connection: Connection, gateway: str, epoch: int, descriptor_seq: int) -> dict[int, Channel]:
    """The gateway's channel ids of one descriptor entry → server-wide channels, as described then."""
    rows = await connection.fetch(sql("channels/of_descriptor"), gateway, epoch, descriptor_seq)
    return {
        row["gateway_channel"]: Channel(row["channel"], row["exponent"], row["unit"], row["interval_us"])
        for row in rows
    }
