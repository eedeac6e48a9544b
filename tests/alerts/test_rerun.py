"""A live run and a rerun over the record give the same episodes: every kind of rule, two kits, a restart in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alerts.book import load_rules
from store import alerts
from store.sites import Placement, create_deployment, place
from telemetry.events import FieldCheck
from tests.alerts.conftest import service, settings
from tests.alerts.kit import make_kit
from tests.alerts.test_service import all_alerts, followed

if TYPE_CHECKING:
    import asyncpg

    from tests.alerts.kit import Kit, Place
    from tests.support.database import Database

pytestmark = pytest.mark.services

RULES = """
rules:
  - {id: ceiling, kind: ceiling, title: {vi: a, en: b}, select: {quantity: co}, set_point: 200, unit: "[ppm]"}
  - {id: rate, kind: rate, title: {vi: a, en: b}, select: {quantity: co}, change: 50, unit: "[ppm]", within_s: 5, max_gap_s: 5}
  - {id: stel, kind: stel, title: {vi: a, en: b}, select: {quantity: co}, set_point: 60, unit: "[ppm]", window_s: 60, period_s: 2}
  - {id: twa, kind: twa, title: {vi: a, en: b}, select: {quantity: co}, set_point: 1, unit: "[ppm]", base_h: 1, period_s: 2,
     shift: {starts: ["00:00", "12:00"], length_h: 12}}
  - {id: dose, kind: dose, title: {vi: a, en: b}, select: {quantity: sound_level_a_eq}, set_point: 0.5, period_s: 2,
     shift: {starts: ["00:00", "12:00"], length_h: 12}}
  - {id: soon, kind: time_to_limit, title: {vi: a, en: b}, select: {quantity: sound_level_a_eq}, within_s: 30, over_s: 10,
     of: {kind: dose, set_point: 2, period_s: 2, shift: {starts: ["00:00", "12:00"], length_h: 12}}}
  - {id: stuck, kind: stuck, title: {vi: a, en: b}, select: {quantity: co}, same_for_s: 20, max_gap_s: 3}
  - {id: range, kind: out_of_range, title: {vi: a, en: b}, select: {quantity: sound_level_a_eq}}
  - {id: check, kind: due, title: {vi: a, en: b}, select: {quantity: sound_level_a_eq}, of: check, every_h: 0.01}
  - {id: clock, kind: clock, title: {vi: a, en: b}, bound_s: 0.0005, on_delay_s: 5}
  - {id: silent, kind: silence, title: {vi: a, en: b}, select: {quantity: co}, after_s: 30, grace_s: 86400}
  - id: together
    kind: together
    title: {vi: a, en: b}
    over: site
    watermark_s: 600
    parts:
      - {select: {quantity: co}, set_point: 100, unit: "[ppm]", max_age_s: 20}
      - {select: {quantity: sound_level_a_eq}, set_point: 90, unit: "dB[SPL]", max_age_s: 20}
"""
FORGET = """DELETE FROM alert_notification; DELETE FROM alert_log; DELETE FROM alert; DELETE FROM alert_engine;
            DELETE FROM alert_engine_joint;
            UPDATE projection_cursor SET position = 0, received = '2000-01-01' WHERE projection = 'alerts'"""


def episode(alert: alerts.Alert) -> tuple[object, ...]:
    """What the record alone decides."""
    return (
        alert.rule, alert.gateway, alert.gateway_channel, alert.since_at, alert.raised_at, alert.returned_at, alert.value,
        alert.peak, alert.unit, alert.exponent, alert.at_least, alert.detail, alert.limit_at,
    )  # fmt: skip


async def forget(owner: asyncpg.Connection) -> None:
    await owner.execute(FORGET)


async def measured(kit: Kit, other: Kit, start: float) -> None:
    """Two minutes of two kits, in entries of five readings; the second kit's come in another order."""
    for at in range(0, 120, 5):
        seconds = [start + at + n for n in range(5)]
        co = [30 if at < 20 else 130 if at < 80 else 250 if at == 80 else 20] * 5
        await kit.measure(1, dict(zip(seconds, co, strict=True)))
        noise = [880 + at + n for n in range(5)]
        await other.measure(2, dict(zip(seconds, noise, strict=True)), quality=3 if at == 60 else 0)
        if at == 50:
            await other.tell(start + 52, FieldCheck(channel=2, reference=940, found=940, passed=True))
    await kit.measure(1, {start + 200: 10})


async def second_kit(database: Database, where: Place) -> Kit:
    other, elsewhere = await make_kit(database, "kit00002", seed=2, agency="Sở 2")
    await other.owner.execute(
        "UPDATE deployment SET ended_at = now() - interval '2 hours' WHERE id = $1", elsewhere.deployment
    )
    started = await other.owner.fetchval("SELECT now() - interval '2 hours'")
    deployment = await create_deployment(
        other.owner, agency=where.agency, site=where.site, gateway="kit00002", started_at=started
    )
    await place(other.owner, deployment, Placement(name="Máy nghiền", quantity="sound_level_a_eq", channel=2))
    return other


async def test_a_rerun_over_the_record_gives_the_episodes_of_the_live_run(database: Database) -> None:
    kit, where = await make_kit(database)
    other = await second_kit(database, where)
    await load_rules(kit.owner, RULES, "rules.yaml")
    start = kit.now_s() - 600
    async with service(settings(database)):
        await measured(kit, other, start)
        await followed(kit)
    live = sorted(map(episode, await all_alerts(database, where)), key=str)
    kinds = {str(found[0]) for found in live}
    assert kinds == {
        "ceiling", "rate", "stel", "twa", "dose", "soon", "stuck", "range", "check", "clock", "silent", "together",
    }  # fmt: skip
    await forget(kit.owner)
    async with service(settings(database)):
        await followed(kit)
    assert sorted(map(episode, await all_alerts(database, where)), key=str) == live


async def test_a_restart_after_every_entry_gives_the_episodes_of_one_run(database: Database) -> None:
    kit, where = await make_kit(database)
    await load_rules(kit.owner, RULES, "rules.yaml")
    start = kit.now_s() - 600
    for at in range(0, 90, 15):
        seconds = [start + at + n for n in range(15)]
        await kit.measure(1, dict.fromkeys(seconds, 130))
        await kit.measure(2, dict.fromkeys(seconds, 950))
        async with service(settings(database)):
            await followed(kit)
    pieces = sorted(map(episode, await all_alerts(database, where)), key=str)
    await forget(kit.owner)
    async with service(settings(database)):
        await followed(kit)
    assert sorted(map(episode, await all_alerts(database, where)), key=str) == pieces
    assert {"stel", "dose", "stuck", "together"} <= {str(found[0]) for found in pieces}
