"""A shift of the small world: a dosimeter at a worker's ear, an area instrument, readings of eight hours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from store import sites
from tests.api.world import GATEWAY

if TYPE_CHECKING:
    import aiohttp

    from tests.api.world import World

DAY = datetime(2026, 11, 18, tzinfo=UTC)
START, END = DAY.replace(hour=0), DAY.replace(hour=8)
"""07:00 to 15:00 at the site."""
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NOON = (START + 4 * HOUR, START + 4 * HOUR + timedelta(minutes=30))
QCVN_LEX = "vn.qcvn_24_2016.lex_8h"


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def stretch(begin: datetime, end: datetime) -> dict[str, str]:
    return {"from_at": iso(begin), "until_at": iso(end)}


@dataclass
class ShiftWorld:
    """Numbers of what was made. `ear` is worn by NLĐ-07; `co` and `noise` are area placements of the small world."""

    world: World
    placements: dict[str, int]
    group: int = 0

    async def readings(
        self,
        name: str,
        value: int,
        begin: datetime = START,
        end: datetime = END,
        *,
        quality: int = 0,
        step: timedelta = SECOND,
    ) -> None:
        """One reading a second (or `step`) of a scaled value in [begin, end)."""
        await self.world.owner.execute(
            """INSERT INTO readings (time, value, channel, quality)
               SELECT at, $3, $4, $5 FROM generate_series($1::timestamptz, $2::timestamptz - $6::interval, $6::interval) AS at""",
            begin, end, value, self.world.channels[name], quality, step,
        )  # fmt: skip

    async def doubt(self, name: str, begin: datetime, end: datetime) -> None:
        """What ingest keeps of a failed check that a kit has sealed: the readings between the last good one and it."""
        owner, channel = self.world.owner, self.world.channels[name]
        number = await owner.fetchval("SELECT gateway_channel FROM channel WHERE id = $1", channel)
        await owner.execute("INSERT INTO boot_clock VALUES ($1, 'boot', 0, 1, now()) ON CONFLICT DO NOTHING", GATEWAY)
        await owner.execute(
            "INSERT INTO channel_described VALUES ($1, 1, 0, $2, $3, now(), '{}')", GATEWAY, number, channel
        )
        bounds = [int(moment.timestamp() * 1e6) for moment in (begin, end)]
        await owner.execute(
            "INSERT INTO reading_mark VALUES ($1, 1, 1, $2, 0, 'boot', $3, 'boot', $4, 'field check failed')",
            GATEWAY, number, *bounds,
        )  # fmt: skip


async def make_shift(world: World) -> ShiftWorld:
    """A class 1 meter worn at the ear, described by its profile; the two area placements of the world beside it."""
    placement = sites.Placement(name="NLĐ-07, sát tai", quantity="sound_level", channel=3, kind="ear", worker="NLĐ-07")
    world.points["ear"] = await sites.place(world.owner, world.deployment, placement, position=3)
    await world.channel("ear", 3, "sound_level", "dB[SPL]{A}")
    await world.owner.execute(
        "UPDATE channel SET descriptor = $2, name = 'leq' WHERE id = $1",
        world.channels["ear"], json.dumps({"profile": "svantek.svan971"}),
    )  # fmt: skip
    rows = await world.owner.fetch("SELECT point, id FROM placement")
    names = {point: name for name, point in world.points.items()}
    return ShiftWorld(world, {names[row["point"]]: row["id"] for row in rows})


def group_form(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "name": "Công nhân xeo giấy, ca 1",
        "head_count": 14,
        "shifts": [
            {"name": "Ca 1", "starts": "07:00", "ends": "15:00", "breaks": [{"starts": "11:00", "ends": "11:30"}]}
        ],
        "tasks": [{"name": "Vận hành máy xeo", "duration_min": 420, "agents": ["noise"]}],
        "workers": ["NLĐ-07", "NLĐ-08"],
        **changes,
    }


def measurement_form(placement: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"placement": placement, "shift": stretch(START, END), "measured": stretch(START, END), **changes}


LEGAL = {
    "method": "TCVN 9799:2013, theo ngày",
    "organisation": "Trung tâm Kiểm soát bệnh tật tỉnh",
    "verification": "KĐ-2026-0117",
    "verified_until": "2027-01-31",
}


def check_form(moment: str, found: float) -> dict[str, Any]:
    at = START - 10 * 60 * SECOND if moment == "before" else END + 10 * 60 * SECOND
    return {
        "moment": moment, "checked_at": iso(at), "reference": 94.0, "found": found, "tolerance": 0.5, "unit": "dB[SPL]",
    }  # fmt: skip


async def post(client: aiohttp.ClientSession, path: str, form: dict[str, Any], status: int = 200) -> Any:  # noqa: ANN401
    """The JSON of a POST that must end with `status`."""
    async with client.post(path, json=form) as answer:
        assert answer.status == status, f"{path}: {await answer.text()}"
        return await answer.json() if answer.status != 204 else None


async def measured(
    client: aiohttp.ClientSession, form: dict[str, Any], *, checks: tuple[float, float] | None = (94.0, 93.8)
) -> int:
    """Keep a measurement with its two field checks. Returns its number."""
    number: int = (await post(client, "/api/v1/measurements", form))["id"]
    for moment, found in zip(("before", "after"), checks or (), strict=False):
        await post(client, f"/api/v1/measurements/{number}/checks", check_form(moment, found))
    return number


async def judged(client: aiohttp.ClientSession, measurement: int, limit: str = QCVN_LEX) -> dict[str, Any]:
    """The result of a measurement against a limit."""
    found = await post(client, f"/api/v1/measurements/{measurement}/results", {"limit": limit})
    result: dict[str, Any] = found["result"]
    return result
