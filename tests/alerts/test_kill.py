"""Real processes: killed at random and paused, and yet every episode is one alert and everyone is told."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.alerts.conftest import Inbox, settings
from tests.alerts.test_service import all_alerts, followed, prepared
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.stack.service import Service
    from tests.alerts.kit import Kit
    from tests.support.database import Database

pytestmark = [pytest.mark.services, pytest.mark.faults]

ENTRIES_BETWEEN = 12
KILLS = 5
SEED = 20261123


async def measure(kit: Kit, episodes: int, start_s: float) -> None:
    """So many short episodes of danger, two entries each: one that raises, one that returns."""
    for number in range(episodes):
        at_s = start_s + number * 4
        await kit.measure(1, {at_s: 10, at_s + 1: 142})
        await kit.measure(1, {at_s + 2: 150, at_s + 3: 10})


async def test_killed_at_random_no_episode_is_lost_or_doubled(
    database: Database, webhook: Inbox, service: Callable[..., Service]
) -> None:
    kit, where = await prepared(database, webhook)
    chance = random.Random(SEED)  # noqa: S311  (repeatable on purpose)
    process = service("alerts", settings(database, outbox={"send_s": 1}).model_dump(mode="json"))
    start_s = kit.now_s() - 280  # the last are just not late
    for kill in range(KILLS):
        process.start()
        await measure(kit, ENTRIES_BETWEEN, start_s + kill * ENTRIES_BETWEEN * 4)
        seen = (kill + chance.random()) * ENTRIES_BETWEEN

        come_far = "SELECT count(*) > $1::float FROM alert WHERE rule = 'co-danger'"
        await eventually(partial(kit.owner.fetchval, come_far, seen), 20, "the service did not get on")
        process.kill()
    process.start()
    await followed(kit)
    found = [alert for alert in await all_alerts(database, where) if alert.rule == "co-danger"]
    assert len(found) == KILLS * ENTRIES_BETWEEN
    assert {alert.state for alert in found} == {"latched_unacknowledged"}
    assert {(alert.value, alert.peak) for alert in found} == {(142, 150)}
    all_told = "SELECT bool_and(state = 'delivered') FROM alert_notification"
    await eventually(partial(kit.owner.fetchval, all_told), 40, "somebody was not told")
    told: list[Any] = []
    while not webhook.taken.empty():
        told.append(webhook.taken.get_nowait()[1])
    assert {t["alert"] for t in told if t["change"] == "raised"} >= {alert.id for alert in found if not alert.late}


async def test_a_standby_takes_over_from_an_owner_that_is_only_paused(
    database: Database, webhook: Inbox, service: Callable[..., Service]
) -> None:
    kit, where = await prepared(database, webhook)
    plain = settings(database, takeover_s=1).model_dump(mode="json")
    owner, standby = service("alerts", plain, "owner"), service("alerts", plain, "standby")
    owner.start()
    await eventually(lambda: owner.events("ready"), 20)
    standby.start()
    owner.pause()
    await kit.measure(1, {kit.now_s(): 142})
    assert (await webhook.next())[1]["change"] == "raised"
    assert standby.events("owner_fenced")
    owner.resume()
    await eventually(lambda: owner.events("begins_anew"), 20)
    await kit.measure(1, {kit.now_s(): 10})
    assert (await webhook.next())[1]["change"] == "returned"
    await followed(kit)
    assert len(await all_alerts(database, where)) == 1
    assert webhook.taken.empty()
