"""What the alert service keeps: ownership, cursors, the engine's memory, episodes. One transaction saves them together.

`Episode` is named by (gateway, gateway_channel, rule, boot, raised_us); writing one twice changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from store.named import sql
from store.record import Place, State, StoredMessage
from store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from asyncpg import Record

    from store.connection import Connection

OWNER_LOCK = 0x416C7274
"""Advisory lock of the one alert service that writes ("Alrt"); other than those of migration and ingest."""

_MESSAGE_WORDS = tuple(f.name for f in fields(StoredMessage) if f.name not in {"received_us", "state"})

_ASIDE = frozenset({"shelved", "suppressed", "out_of_service"})

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

CHAIN = -1
"""`gateway_channel` of an episode that is about the chain itself."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A new alert as the engine or a gateway found it. The order of the fields is that of alerts/raise.sql."""

    gateway: str
    gateway_channel: int
    rule: str
    boot: bytes
    raised_us: int
    rule_version: int | None
    kind: str
    cycle: str
    priority: str
    origin: str
    title: str
    channel: int | None
    set_point: Decimal | None
    unit: str | None
    exponent: int | None
    value: int | None
    raised_at: datetime | None
    since_at: datetime | None
    peak: int | None
    at_least: bool
    epoch: int | None
    seq: int | None
    received: datetime
    edge_epoch: int | None
    edge_episode: str | None
    late: bool
    provisional: bool
    detail: str
    limit_at: datetime | None


@dataclass(frozen=True, slots=True)
class Name:
    """What names an episode."""

    gateway: str
    gateway_channel: int
    rule: str
    boot: bytes
    raised_us: int


@dataclass(frozen=True, slots=True)
class Provisional:
    """A silence that is not proven yet."""

    name: Name
    channel: int
    rule_version: int


@dataclass(frozen=True, slots=True)
class EdgeAlert:
    """How far an alert has followed the gateway's own episode."""

    id: int
    name: Name
    cycle: str
    state: str
    edge_transition: int
    late: bool
    returned: bool


@dataclass(frozen=True, slots=True)
class DescribedChannel:
    """A server-wide channel as a descriptor entry of a chain names it."""

    gateway_channel: int
    channel: int
    quantity: str
    unit: str
    exponent: int
    verified_until: str | None = None
    calibrated_until: str | None = None

    @property
    def verified_until_us(self) -> int | None:
        """UTC µs at which the last day of the verification ends."""
        return _end_of(self.verified_until)

    @property
    def calibrated_until_us(self) -> int | None:
        """UTC µs at which the last day of the calibration ends."""
        return _end_of(self.calibrated_until)


def _end_of(day: str | None) -> int | None:
    return None if day is None else to_us(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Placement:
    """A kit at a site now; `channel` measures `point` there (None: not placed)."""

    gateway: str
    site: int
    channel: int | None
    point: int | None


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many messages of a gateway ingest refused on a day, by reason."""

    day: str
    gateway: str
    reason: str
    count: int


async def try_own(conn: Connection) -> bool:
    """Become the one alert service that writes. The lock lives and dies with this connection: write on no other."""
    return bool(await conn.fetchval(sql("alerts/try_own"), OWNER_LOCK))


async def fence(conn: Connection, silent_s: float) -> int:
    """End the session of an owner that is silent (paused, hung): its next statement fails. How many were ended."""
    return len(await conn.fetch(sql("alerts/fence"), OWNER_LOCK, silent_s))


async def cursors(conn: Connection) -> dict[int, Place]:
    """How far each partition of the record was followed."""
    rows = await conn.fetch(sql("alerts/cursors"))
    return {row["partition"]: Place(row["position"], to_us(row["received"])) for row in rows}


async def save_cursors(conn: Connection, moved: Mapping[int, Place]) -> None:
    """Move cursors forward, in the caller's transaction."""
    received = [from_us(place.received_us) for place in moved.values()]
    positions = [place.position for place in moved.values()]
    await conn.execute(sql("alerts/save_cursors"), list(moved), received, positions)


async def follow(
    conn: Connection, places: Mapping[int, Place], *, messages: int, max_bytes: int = 4 << 20
) -> list[StoredMessage]:
    """Messages of all these partitions after their places, in one question: of each at most so many and so many bytes."""
    received = [from_us(place.received_us) for place in places.values()]
    positions = [place.position for place in places.values()]
    rows = await conn.fetch(sql("alerts/follow"), list(places), positions, received, messages, max_bytes)
    return [_message(row) for row in rows]


def _message(row: Record) -> StoredMessage:
    found = {word: row[word] for word in _MESSAGE_WORDS}
    return StoredMessage(**found, received_us=to_us(row["received"]), state=State(row["state"]))


async def between(
    conn: Connection, begin: datetime, end: datetime, after: StoredMessage | None, *, messages: int, max_bytes: int
) -> list[StoredMessage]:
    """The next messages whose events touch [begin, end), of all partitions in the order of their receipt."""
    place = (from_us(after.received_us), after.partition, after.position) if after else (_EARLIEST, -1, -1)
    return [_message(row) for row in await conn.fetch(sql("alerts/between"), begin, end, *place, messages, max_bytes)]


async def save_lazily(conn: Connection) -> None:
    """Do not wait for the disk in this transaction: what it loses in a crash is read again and gives the same."""
    await conn.execute(sql("alerts/save_lazily"))


async def states(conn: Connection) -> dict[str, dict[str, Any]]:
    """What the engine remembered of each gateway."""
    return {row["gateway"]: json.loads(row["state"]) for row in await conn.fetch(sql("alerts/states"))}


async def save_states(conn: Connection, by_gateway: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the engine's memory of these gateways, in the caller's transaction."""
    dumps = [json.dumps(state, separators=(",", ":")) for state in by_gateway.values()]
    await conn.execute(sql("alerts/save_states"), list(by_gateway), dumps)


async def joint_states(conn: Connection) -> dict[str, dict[str, Any]]:
    """What the engine remembered of its rules over several kits."""
    return {row["join_key"]: json.loads(row["state"]) for row in await conn.fetch(sql("alerts/joint_states"))}


async def save_joint_states(conn: Connection, by_key: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep that memory, in the caller's transaction; what is not named is forgotten."""
    dumps = [json.dumps(state, separators=(",", ":")) for state in by_key.values()]
    await conn.execute(sql("alerts/save_joint_states"), list(by_key), dumps)


async def raise_alert(conn: Connection, episode: Episode) -> int | None:
    """Write an episode as an unacknowledged alert; its id, or None when it was known already.

    A new one that is not late goes into the outbox of everyone who is told.
    """
    row = await conn.fetchrow(sql("alerts/raise"), *astuple(episode))
    if row is None or not row["new"]:
        return None
    aside = await conn.fetchval(sql("alerts/aside_of"), row["id"])
    if aside is not None:  # followed, not announced
        await conn.fetchval(sql("alerts/advance"), row["id"], aside, None, "")
    await conn.fetchval(sql("alerts/advance"), row["id"], "raise", None, "late" if episode.late else "")
    if not episode.late and aside is None:
        await conn.execute(sql("alerts/notify_recipients"), row["id"], "raised")
    return int(row["id"])


async def end_asides(conn: Connection) -> list[int]:
    """Bring back the alerts that nothing sets aside any more; those that still hold are announced anew. Their ids."""
    back = await conn.fetch(sql("alerts/asides_over"))
    for row in back:
        await conn.fetchval(sql("alerts/advance"), row["id"], row["action"], None, "")
        if row["holds"]:
            await conn.fetchval(sql("alerts/advance"), row["id"], "raise", None, "")
            await conn.execute(sql("alerts/notify_recipients"), row["id"], "raised")
    return [row["id"] for row in back]


async def return_alert(
    conn: Connection, name: Name, *, boot: bytes, at_us: int, at: datetime | None, peak: int | None, late: bool
) -> int | None:
    """Note that the condition has gone; the alert's id, or None when that was known already."""
    return await _end(conn, "alerts/return", (*astuple(name), boot, at_us, at, peak), "", late=late)


async def withdraw_alert(conn: Connection, name: Name, at: datetime) -> int | None:
    """Late data showed that a provisional silence was none. The alert's id, or None when it was not provisional."""
    return await _end(conn, "alerts/withdraw", (*astuple(name), at), "withdrawn: late data show no silence", late=False)


async def _end(conn: Connection, statement: str, arguments: tuple[Any, ...], note: str, *, late: bool) -> int | None:
    row = await conn.fetchrow(sql(statement), *arguments)
    if row is None:
        return None
    await conn.fetchval(sql("alerts/advance"), row["id"], "return", None, note)
    if not (late or row["late"] or row["state"] in _ASIDE):
        await conn.execute(sql("alerts/notify_recipients"), row["id"], "returned")
    return int(row["id"])


async def provisional(conn: Connection) -> list[Provisional]:
    """The silences not yet proven."""
    rows = await conn.fetch(sql("alerts/provisional"))
    return [
        Provisional(
            Name(row["gateway"], row["gateway_channel"], row["rule"], row["boot"], row["raised_us"]),
            row["channel"],
            row["rule_version"],
        )
        for row in rows
    ]


async def edge_alert(conn: Connection, gateway: str, epoch: int, episode: str) -> EdgeAlert | None:
    """The alert of a gateway's own episode, locked until the transaction ends; None when none came yet."""
    row = await conn.fetchrow(sql("alerts/edge_find"), gateway, epoch, episode)
    if row is None:
        return None
    name = Name(gateway, row["gateway_channel"], row["rule"], row["boot"], row["raised_us"])
    returned = row["returned_us"] is not None
    return EdgeAlert(row["id"], name, row["cycle"], row["state"], row["edge_transition"], row["late"], returned)


async def mark_edge(conn: Connection, alert: int, transition: int, seq: int | None, received: datetime | None) -> None:
    """Note how far the gateway's own transitions were applied, and the entry that carries them once it has come."""
    await conn.execute(sql("alerts/edge_mark"), alert, transition, seq, received)


async def advance_alert(conn: Connection, alert: int, action: str, note: str) -> str:
    """An action that no person on the server took (a button at the kit). The state after."""
    return str(await conn.fetchval(sql("alerts/advance"), alert, action, None, note))


async def date_clockless(conn: Connection) -> None:
    """Give event times to episodes of boots whose UTC has become known."""
    await conn.execute(sql("alerts/date_clockless"))


async def described(conn: Connection, gateway: str, epoch: int, descriptor_seq: int) -> list[DescribedChannel]:
    """The channels that the descriptor entry `descriptor_seq` of a chain describes."""
    return [
        DescribedChannel(**row) for row in await conn.fetch(sql("alerts/described"), gateway, epoch, descriptor_seq)
    ]


async def channels(conn: Connection, numbers: Sequence[int]) -> list[DescribedChannel]:
    """Channels by their server-wide number."""
    return [DescribedChannel(**row) for row in await conn.fetch(sql("alerts/channels"), numbers)]


async def channel_of(conn: Connection, gateway: str, gateway_channel: int) -> DescribedChannel | None:
    """The channel that a gateway last described under its own number."""
    row = await conn.fetchrow(sql("alerts/channel_of"), gateway, gateway_channel)
    return None if row is None else DescribedChannel(**row)


async def gateways_with_late_alerts(conn: Connection) -> set[str]:
    """Kits with alerts that were learnt late and still hold."""
    return {row["gateway"] for row in await conn.fetch(sql("alerts/late_open"))}


async def page_late(conn: Connection, gateway: str) -> list[int]:
    """The kit's data are live again: page what was learnt late and still holds. The alerts."""
    alerts = [row["id"] for row in await conn.fetch(sql("alerts/page_late"), gateway)]
    for alert in alerts:
        await conn.execute(sql("alerts/note"), alert, "paged", "learnt late, still holds")
        await conn.execute(sql("alerts/notify_recipients"), alert, "raised")
    return alerts


async def placements(conn: Connection) -> list[Placement]:
    """Where every kit and channel is now."""
    return [Placement(**row) for row in await conn.fetch(sql("alerts/placements"))]


async def refused(conn: Connection) -> list[RefusedCount]:
    """What ingest refused of each gateway yesterday and today."""
    rows = await conn.fetch(sql("alerts/refused_today"))
    return [RefusedCount(row["day"].isoformat(), row["gateway"], row["reason"], row["count"]) for row in rows]
