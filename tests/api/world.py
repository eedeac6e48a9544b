"""Builders for the API's tests: people, sites, kits and readings straight in the database, clients that log in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp

from api.passwords import hash_password
from store import people, sites
from store.readings import CHANGED_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from tests.support.database import Database

PASSWORD = "đúng mật khẩu"
PHC = hash_password(PASSWORD)
GATEWAY = "kit00001"
PARTITION = 3
RAISED = {
    "co": ("danger", {"vi": "CO nguy hiểm đến tính mạng", "en": "CO dangerous to life"}, "25", "[ppm]"),
    "noise": ("level", {"vi": "Tiếng ồn vượt ngưỡng", "en": "Noise over the set-point"}, "85", "dB[SPL]{A}"),
}


@dataclass
class World:
    """Agencies: bộ (root) > tỉnh > huyện, and khác (another tree). One site of tỉnh with one kit and two points."""

    database: Database
    owner: asyncpg.Connection
    agencies: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    site: int = 0
    deployment: int = 0
    points: dict[str, int] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)
    position: int = 0

    async def person(self, login: str, agency: str, role: str = "inspector") -> int:
        number = await people.create_person(
            self.owner, agency=self.agencies[agency], login=login, name=f"Cán bộ {login}", role=role, phc=PHC
        )
        self.people[login] = number
        return number

    async def channel(self, name: str, number: int, quantity: str, unit: str, exponent: int = -1) -> int:
        channel = await self.owner.fetchval(
            """INSERT INTO channel (gateway, gateway_channel, quantity, unit, exponent, interval_us, name, instrument,
               descriptor, described_at) VALUES ($1, $2, $3, $4, $5, 1000000, $6, $7, '{}', now()) RETURNING id""",
            GATEWAY, number, quantity, unit, exponent, name, json.dumps(["Acme", "A1", f"00{number}"]),
        )  # fmt: skip
        self.channels[name] = channel
        return int(channel)

    async def measured(self, name: str, readings: Iterable[tuple[datetime, int, int]], *, kind: int = 1) -> None:
        """Commit, project and announce readings (event time, scaled value, quality), as ingest does."""
        rows = list(readings)
        times = [time for time, _, _ in rows]
        self.position += 1
        async with self.owner.transaction():
            await self.owner.execute(
                """INSERT INTO record (received, position, first_seq, seq, event_from, event_to, gateway, epoch, entries,
                   skip, readings, partition, kind, state, digest, sealed)
                   VALUES (now(), $1, $1, $1, $2, $3, $4, 1, 1, 0, $5, $6, $7, 0, '', '')""",
                self.position, min(times, default=None), max(times, default=None), GATEWAY, len(rows), PARTITION, kind,
            )  # fmt: skip
            await self.owner.executemany(
                "INSERT INTO readings (time, value, channel, quality) VALUES ($1, $2, $3, $4)",
                [(time, value, self.channels[name], quality) for time, value, quality in rows],
            )
            await self.owner.execute(
                "UPDATE partition SET position = $1 WHERE partition = $2", self.position, PARTITION
            )
            await self.owner.execute(
                "UPDATE projection_cursor SET position = $1, received = now() "
                "WHERE projection = 'readings' AND partition = $2",
                self.position, PARTITION,
            )  # fmt: skip
            await self.owner.execute(f"NOTIFY {CHANGED_CHANNEL}")

    async def alert(
        self, *, priority: str = "urgent", cycle: str = "danger", point: str = "co", value: int = 1420
    ) -> int:
        """An alert as the alert service raises it."""
        kind, title, set_point, unit = RAISED[point]
        number = await self.owner.fetchval(
            """INSERT INTO alert (gateway, gateway_channel, rule, boot, raised_us, kind, cycle, priority, origin, title,
               channel, point, site, deployment, agency, set_point, unit, exponent, value, peak, since_at, raised_at,
               epoch, seq, entry_received)
               VALUES ($1, $2, 'rule', '', $3, $4, $5, $6, 'server', $7, $8, $9, $10, $11, $12, $13::numeric, $14, -1, $15,
               $15, now() - interval '80 s', now() - interval '80 s', 1, 7, now() - interval '79 s') RETURNING id""",
            GATEWAY, self.channels[point], int(datetime.now(UTC).timestamp() * 1e6), kind, cycle, priority,
            json.dumps(title), self.channels[point], self.points[point], self.site, self.deployment, self.agencies["tỉnh"],
            set_point, unit, value,
        )  # fmt: skip
        await self.owner.execute("SELECT alert_advance($1, 'raise', NULL, '')", number)
        return int(number)

    async def rule(
        self,
        set_point: str,
        *,
        quantity: str = "co",
        unit: str = "[ppm]",
        kind: str = "danger",
        priority: str = "urgent",
        **select: object,
    ) -> None:
        body = {
            "id": f"{quantity}-{set_point}", "kind": kind, "priority": priority, "direction": "at_least",
            "title": {"vi": "CO nguy hiểm", "en": "CO danger"}, "select": {"quantity": quantity, **select},
        }  # fmt: skip
        await self.owner.execute(
            "INSERT INTO alert_rule (rule, version, kind, body, set_point, unit) VALUES ($1, 1, $2, $3, $4::numeric, $5)",
            body["id"], kind, json.dumps(body), set_point, unit,
        )  # fmt: skip


async def make_world(database: Database) -> World:
    owner = await database.connect()
    world = World(database, owner)
    for name, parent in (("bộ", None), ("tỉnh", "bộ"), ("huyện", "tỉnh"), ("khác", None)):
        world.agencies[name] = await people.create_agency(owner, name, world.agencies.get(parent or ""))
    for login, agency, role in (
        ("admin", "bộ", "administrator"),
        ("lan", "tỉnh", "inspector"),
        ("huy", "huyện", "supervisor"),
        ("xa", "khác", "inspector"),
        ("xem", "tỉnh", "viewer"),
    ):
        await world.person(login, agency, role)
    world.site = await sites.create_site(
        owner, agency=world.agencies["tỉnh"], name="Nhà máy giấy Bãi Bằng", address="Phù Ninh, Phú Thọ",
        procedure="Rời khỏi bồn ngay.\nKhông vào cứu khi chưa có bình thở.\nGọi 114.",
    )  # fmt: skip
    start = datetime.now(UTC) - timedelta(days=40)
    world.deployment = await sites.create_deployment(
        owner,
        agency=world.agencies["tỉnh"],
        site=world.site,
        gateway=GATEWAY,
        inspector=world.people["lan"],
        started_at=start,
    )
    for position, (name, place, quantity) in enumerate(
        (("co", "Bồn chứa số 2, đáy bồn", "co"), ("noise", "Phân xưởng xeo giấy", "sound_level"))
    ):
        placement = sites.Placement(name=place, quantity=quantity, channel=position + 1)
        world.points[name] = await sites.place(owner, world.deployment, placement, position=position)
    await world.channel("co", 1, "co", "[ppm]")
    await world.channel("noise", 2, "sound_level", "dB[SPL]{A}")
    return world


class Api:
    """The served API: clients of it, logged in or not."""

    def __init__(self, base: str, world: World) -> None:
        self.base = base
        self.world = world
        self._clients: list[aiohttp.ClientSession] = []

    def client(self) -> aiohttp.ClientSession:
        client = aiohttp.ClientSession(self.base, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._clients.append(client)
        return client

    async def logged_in(self, login: str) -> aiohttp.ClientSession:
        client = self.client()
        answer = await client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status == 200, await answer.text()
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


async def get(client: aiohttp.ClientSession, path: str, **query: str) -> Any:  # noqa: ANN401  (JSON)
    """The JSON of a GET that must succeed."""
    async with client.get(path, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()
